// Answers that are whole: JSON, problems (RFC 9457), text; and the head of an answer that is not.
import { STATUS_CODES, type ServerResponse } from 'node:http';
import { type AppError, problemOf } from '@lubo/contract';

/** On every answer: pages of any site may read it, what they may ask is guarded by tokens in the address. */
export const corsHeaders: Readonly<Record<string, string>> = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Expose-Headers': 'Content-Length, Content-Range',
};

/** Sends a whole body; of a HEAD request only its head. */
export function answer(response: ServerResponse, status: number, type: string, body: string | Uint8Array, headers: Record<string, string> = {}): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(status, {
    ...corsHeaders,
    'Content-Type': type,
    'Content-Length': String(Buffer.byteLength(body)),
    'Cache-Control': 'no-store',
    ...headers,
  });
  response.end(body);
}

/** Sends a problem. */
export function answerProblem(response: ServerResponse, error: AppError, headers: Record<string, string> = {}): void {
  const { status, type, body, headers: own } = problemAnswer(error);
  answer(response, status, type, body, { ...own, ...headers });
}

/** A problem as a whole answer that ends its connection, for writing it to the socket by hand. */
export function rawProblem(error: AppError): Uint8Array {
  const { status, type, body, headers } = problemAnswer(error);
  const head = rawHead({ 'Content-Type': type, 'Content-Length': String(Buffer.byteLength(body)), 'Cache-Control': 'no-store', ...headers, Connection: 'close' }, status);
  return Buffer.concat([head, Buffer.from(body)]);
}

function problemAnswer(error: AppError): { status: number; type: string; body: string; headers: Record<string, string> } {
  const problem = problemOf(error);
  const headers: Record<string, string> = error.retryAfterSeconds === undefined ? {} : { 'Retry-After': String(error.retryAfterSeconds) };
  return { status: problem.status, type: 'application/problem+json', body: JSON.stringify(problem), headers };
}

/** The head of an answer, for writing it to the socket by hand. */
export function rawHead(headers: Readonly<Record<string, string>>, status = 200): Uint8Array {
  const lines = Object.entries({ ...corsHeaders, ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n`, 'latin1');
}
