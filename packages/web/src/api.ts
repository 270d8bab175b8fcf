// The site's HTTP API for the pages, typed by the contract's route table. Failures are `ApiProblem`s (RFC 9457 bodies).
import type { CallOf, FieldError, ResponseOf, Route } from '@lubo/contract';
import { takeAnswer } from './answers.ts';

/** What a call needs at run time; the rest of a route are types. */
type Operation = Pick<Route, 'method' | 'path'>;
type Plain = string | number | boolean | null | undefined;
type Parts = { params?: Record<string, Plain>; query?: Record<string, Plain>; body?: unknown };
/** Routes that need nothing may be called without a second argument. */
type Rest<R> = object extends CallOf<R> ? [request?: CallOf<R>] : [request: CallOf<R>];

/** A call that failed. `status` is 0 and `code` is `unreachable` when no answer came at all. */
export class ApiProblem extends Error {
  readonly status: number;
  /** Stable name for programs and translations. */
  readonly code: string;
  /** Wrong fields by path: `body.name`. */
  readonly fields: readonly FieldError[];
  readonly retryAfterSeconds: number | undefined;

  constructor(status: number, code: string, detail: string, options: ErrorOptions & { fields?: readonly FieldError[]; retryAfterSeconds?: number } = {}) {
    super(detail, options);
    this.name = 'ApiProblem';
    this.status = status;
    this.code = code;
    this.fields = options.fields ?? [];
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}

let onSignedOut = (): void => {};

/** `run` is told whenever a call is refused because nobody is signed in any more. */
export function whenSignedOut(run: () => void): void {
  onSignedOut = run;
}

/** How long an answer may take, in ms. */
const patienceMs = 15_000;

/** Calls one operation of the site; rejects with `ApiProblem`. */
export async function call<R extends Route>(route: R, ...[request]: Rest<R>): Promise<ResponseOf<R>> {
  const parts = (request ?? {}) as Parts;
  const answer = route.method === 'GET' ? takeAnswer(addressOf(route, parts)) : undefined;
  if (answer !== undefined) return answer as ResponseOf<R>;
  const response = await send(route, parts);
  if (!response.ok) throw await problemOf(response);
  if (response.status === 204) return undefined as ResponseOf<R>;
  try {
    return (await response.json()) as ResponseOf<R>;
  } catch (cause) {
    throw new ApiProblem(response.status, 'unreadable', 'The answer is not JSON.', { cause });
  }
}

/** What came inside the page for a call, to paint it at once; later calls ask the site. */
export function atHand<R extends Route>(route: R, ...[request]: Rest<R>): ResponseOf<R> | undefined {
  return takeAnswer(addressOf(route, (request ?? {}) as Parts)) as ResponseOf<R> | undefined;
}

/** The address of an operation: path parameters filled in, query appended, absent values left out. */
export function addressOf(route: Operation, parts: Parts): string {
  const path = route.path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(String(parts.params?.[name] ?? '')));
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parts.query ?? {})) {
    if (value !== undefined && value !== null && value !== '') query.set(name, String(value));
  }
  // Older browsers know no `size` of these.
  const text = query.toString();
  return text === '' ? path : `${path}?${text}`;
}

async function send(route: Operation, parts: Parts): Promise<Response> {
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), patienceMs);
  try {
    return await fetch(addressOf(route, parts), {
      method: route.method,
      headers: { accept: 'application/json', ...(parts.body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(parts.body === undefined ? {} : { body: JSON.stringify(parts.body) }),
      credentials: 'same-origin',
      signal: patience.signal,
    });
  } catch (cause) {
    throw new ApiProblem(0, 'unreachable', 'The site does not answer.', { cause });
  } finally {
    clearTimeout(timer);
  }
}

async function problemOf(response: Response): Promise<ApiProblem> {
  const retryAfter = Number(response.headers.get('retry-after') ?? Number.NaN);
  const wait = Number.isFinite(retryAfter) ? { retryAfterSeconds: retryAfter } : {};
  const body = (await response.json().catch(() => undefined)) as { code?: unknown; detail?: unknown; errors?: unknown } | undefined;
  if (typeof body?.code !== 'string') {
    return new ApiProblem(response.status, response.status >= 502 ? 'unreachable' : 'unexpected', response.statusText, wait);
  }
  if (body.code === 'no-session') onSignedOut();
  const fields = Array.isArray(body.errors) ? (body.errors as FieldError[]) : [];
  return new ApiProblem(response.status, body.code, typeof body.detail === 'string' ? body.detail : '', { fields, ...wait });
}
