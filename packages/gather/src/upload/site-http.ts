// Requests of this gather to its site, with its key: one connection for each kind of work, answers bounded, silence cut off.
import { Agent as HttpAgent, type IncomingMessage, request as requestHttp } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import { Problem } from '@lubo/contract';

export type SiteRequest = {
  method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH';
  /** Begins with `/api/`. */
  path: string;
  headers?: Record<string, string | number>;
  /** Whole, or piece by piece. */
  body?: Uint8Array | AsyncIterable<Uint8Array>;
  signal: AbortSignal;
};

/** `code`: of the problem that was answered; empty if there was none. */
export type SiteAnswer = { status: number; headers: Record<string, string | string[] | undefined>; text: string; code: string; detail: string };

/** Rejects when there is no answer to be had. */
export type SiteHttp = {
  request(request: SiteRequest): Promise<SiteAnswer>;
  close(): void;
};

export type SiteHttpOptions = {
  siteUrl: string;
  /** The site is this very machine: its certificate, made out for a name, is not checked. */
  isOwnMachine: boolean;
  /** `<id>.<key>`; `undefined` while the gather has not enrolled. */
  bearer(): string | undefined;
  silenceMillis?: number;
};

const maxAnswerBytes = 64 * 1024;

/** Connections to the site, made when they are needed. */
export function createSiteHttp({ siteUrl, isOwnMachine, bearer, silenceMillis = 30_000 }: SiteHttpOptions): SiteHttp {
  const base = siteUrl.replace(/\/+$/, '');
  const isSecure = base.toLowerCase().startsWith('https:');
  const agent = isSecure ? new HttpsAgent({ keepAlive: true, maxSockets: 8 }) : new HttpAgent({ keepAlive: true, maxSockets: 8 });
  return {
    async request({ method, path, headers = {}, body, signal }) {
      const key = bearer();
      if (key === undefined) throw new Error('this gather has not enrolled yet');
      const length = body === undefined ? 0 : body instanceof Uint8Array ? body.length : undefined;
      const lengthHeader = length === undefined ? {} : { 'content-length': length };
      const options = { method, agent, signal, rejectUnauthorized: !isOwnMachine, headers: { authorization: `Bearer ${key}`, ...lengthHeader, ...headers } };
      const request = (isSecure ? requestHttps : requestHttp)(`${base}${path}`, options);
      request.setTimeout(silenceMillis, () => request.destroy(new Error(`the site has been silent for ${silenceMillis / 1000} s`)));
      const answered = new Promise<SiteAnswer>((resolve, reject) => {
        let hasAnswer = false;
        request.on('response', (response) => {
          hasAnswer = true;
          readAnswer(response).then(resolve, reject);
        });
        request.on('error', reject);
        request.on('close', () => {
          if (!hasAnswer) reject(new Error('the connection to the site was cut'));
        });
      });
      if (body === undefined || body instanceof Uint8Array) request.end(body);
      else await sendPieces(request, body, answered);
      return answered;
    },
    close: () => agent.destroy(),
  };
}

type Request = ReturnType<typeof requestHttp>;

/** Sends what comes as fast as it is taken, until the site answers, which it may do before it has all. */
async function sendPieces(request: Request, body: AsyncIterable<Uint8Array>, answered: Promise<unknown>): Promise<void> {
  let isOver = false;
  const over = answered.then(
    () => void (isOver = true),
    () => void (isOver = true),
  );
  try {
    for await (const piece of body) {
      if (isOver) return void request.destroy();
      if (!request.write(piece)) await Promise.race([new Promise((resolve) => request.once('drain', resolve)), over]);
    }
    request.end();
  } catch (error) {
    request.destroy(error as Error);
  }
}

async function readAnswer(response: IncomingMessage): Promise<SiteAnswer> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of response as AsyncIterable<Uint8Array>) {
    length += part.length;
    if (length > maxAnswerBytes) throw new RangeError(`the site's answer is longer than ${maxAnswerBytes} bytes`);
    parts.push(part);
  }
  const text = Buffer.concat(parts).toString('utf8');
  const status = response.statusCode ?? 0;
  const problem = status >= 400 ? problemIn(text) : undefined;
  return { status, headers: response.headers, text, code: problem?.code ?? '', detail: problem?.detail ?? `the site answered ${status}` };
}

function problemIn(text: string): Problem | undefined {
  try {
    return Problem.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
