// Enrolment: an agent's one-time exchange of a code for a key of its own (`POST /api/agents`).
import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { type AgentFacts, type AgentKind, Enrolment, Problem, routes } from '@lubo/contract';

/** `refused`: the site does not take this code; `failed`: no answer to be had now. */
export type EnrolResult = { type: 'enrolled'; key: Enrolment } | { type: 'refused' | 'failed'; reason: string };

export type EnrolOptions = {
  siteUrl: string;
  /** See `AgentOptions`. */
  isOwnMachine: boolean;
  kind: AgentKind;
  code: string;
  facts: AgentFacts;
  signal: AbortSignal;
};

/** Longest answer in bytes that is read. */
const maxAnswerBytes = 64 * 1024;

const refusedCode = 'the site refuses the enrolment code: it is wrong, for another kind of part, or was used already';

/** Asks the site for a key; never throws. The code is in no reason. */
export async function enrol(options: EnrolOptions): Promise<EnrolResult> {
  try {
    const { status, text } = await post(options);
    if (status === routes.enrol.status) return { type: 'enrolled', key: Enrolment.parse(JSON.parse(text)) };
    if (problemCodeOf(text) === 'wrong-code') return { type: 'refused', reason: refusedCode };
    const isForGood = status >= 400 && status < 500 && status !== 429;
    return { type: isForGood ? 'refused' : 'failed', reason: `the site answered ${status} to the enrolment` };
  } catch (error) {
    return { type: 'failed', reason: reasonOf(error) };
  }
}

/** The answer whole; redirects are none of ours to follow, for the code is in the body. */
function post({ siteUrl, isOwnMachine, kind, code, facts, signal }: EnrolOptions): Promise<{ status: number; text: string }> {
  const url = new URL(`${siteUrl.replace(/\/+$/, '')}${routes.enrol.path}`);
  const body = JSON.stringify({ kind, code, facts });
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
  const options = { method: routes.enrol.method, headers, signal, agent: false, rejectUnauthorized: !isOwnMachine } as const;
  return new Promise((resolve, reject) => {
    const request = (url.protocol === 'https:' ? requestHttps : requestHttp)(url, options, (response) => {
      readBounded(response).then((text) => resolve({ status: response.statusCode ?? 0, text }), reject);
    });
    request.on('error', reject);
    request.end(body);
  });
}

async function readBounded(response: IncomingMessage): Promise<string> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of response as AsyncIterable<Uint8Array>) {
    length += part.length;
    if (length > maxAnswerBytes) throw new RangeError(`the answer to the enrolment is longer than ${maxAnswerBytes} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

function problemCodeOf(text: string): string | undefined {
  try {
    return Problem.safeParse(JSON.parse(text)).data?.code;
  } catch {
    return undefined;
  }
}

// A schema's message would be long and quote the answer.
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'ZodError' || error instanceof SyntaxError) return 'the answer to the enrolment is not understood';
  return error.message || (error as NodeJS.ErrnoException).code || error.name;
}
