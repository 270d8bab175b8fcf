// What the audit log keeps of a request: short, in one line, without secrets. Pure.

const maxLength = 1_000;
const maxDepth = 6;

/** Fields that may hold a secret, by their names. */
const secretName = /password|secret|key|token|code/i;
/** The body as JSON, secrets masked, cut at 1,000 characters. */
export function summaryOf(body: unknown): string {
  if (body === undefined || body === null) return '';
  const text = JSON.stringify(masked(body, 0));
  return text.length <= maxLength ? text : `${text.slice(0, maxLength - 1)}…`;
}

function masked(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return withoutLogin(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= maxDepth) return '…';
  if (Array.isArray(value)) return value.slice(0, 50).map((each) => masked(each, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, secretName.test(name) && inner !== null ? '•••' : masked(inner, depth + 1)]),
  );
}

/** Without user and password of an address; a password may hold any sign, so rather too much goes than too little. */
function withoutLogin(text: string): string {
  const start = text.indexOf('://');
  const end = text.lastIndexOf('@');
  return start < 0 || end < start ? text : `${text.slice(0, start)}://•••${text.slice(end)}`;
}

/** Identities that a request was about: those in its address, else that of what it made. */
export function targetsOf(params: unknown, answer: unknown): string[] {
  const given = Object.values((params ?? {}) as Record<string, unknown>).filter((each) => typeof each === 'string');
  if (given.length > 0) return given;
  const { id } = (answer ?? {}) as { id?: unknown };
  return typeof id === 'string' ? [id] : [];
}
