// Enrolment: an agent's one-time exchange of a code for a key of its own (`POST /api/agents`).
import { type AgentFacts, type AgentKind, Enrolment, routes } from '@lubo/contract';

/** `refused`: the site does not take this code; `failed`: no answer to be had now. */
export type EnrolResult = { type: 'enrolled'; key: Enrolment } | { type: 'refused' | 'failed'; reason: string };

/** Longest answer in bytes that is read. */
const maxAnswerBytes = 64 * 1024;

/** Asks the site for a key; never throws. The code is in no reason. */
export async function enrol(options: {
  siteUrl: string;
  kind: AgentKind;
  code: string;
  facts: AgentFacts;
  signal: AbortSignal;
}): Promise<EnrolResult> {
  const { siteUrl, kind, code, facts, signal } = options;
  try {
    const response = await fetch(`${siteUrl.replace(/\/+$/, '')}${routes.enrol.path}`, {
      method: routes.enrol.method,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ kind, code, facts }),
      redirect: 'error',
      signal,
    });
    const text = await readBounded(response);
    if (response.ok) return { type: 'enrolled', key: Enrolment.parse(JSON.parse(text)) };
    const isForGood = response.status >= 400 && response.status < 500 && response.status !== 429;
    return { type: isForGood ? 'refused' : 'failed', reason: `the site answered ${response.status} to the enrolment` };
  } catch (error) {
    return { type: 'failed', reason: reasonOf(error) };
  }
}

async function readBounded(response: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    length += part.length;
    if (length > maxAnswerBytes) throw new RangeError(`the answer to the enrolment is longer than ${maxAnswerBytes} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

// fetch hides why it failed in the error's cause; a schema's message would be long and quote the answer.
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'ZodError' || error instanceof SyntaxError) return 'the answer to the enrolment is not understood';
  return error.cause instanceof Error ? error.cause.message || (error.cause as NodeJS.ErrnoException).code || error.message : error.message;
}
