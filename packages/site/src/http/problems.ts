// Failed requests become problems (RFC 9457) here, and only here.
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { AppError, type Problem, type ProblemCode, type ProblemKind, problemOf } from '@lubo/contract';
import type { FastifyError, FastifyInstance, FastifyReply } from 'fastify';
import { usualHeaders } from './security.ts';

const kindOf: Partial<Record<number, ProblemKind>> = { 403: 'denied', 404: 'not-found', 429: 'too-many', 503: 'unavailable' };

/** Answers every error and every unknown address of `app` with a problem. */
export function answerProblems(app: FastifyInstance): void {
  app.setErrorHandler<FastifyError>((error, request, reply) => {
    if (error instanceof AppError) return sendProblem(reply, problemOf(error), error.retryAfterSeconds);
    const status = error.statusCode ?? 500;
    if (status >= 400 && status < 500) return sendProblem(reply, requestProblem(status, error));
    request.log.error({ err: error, method: request.method, route: request.routeOptions.url }, 'a request failed by our fault');
    return sendProblem(reply, problem('internal', 500, 'internal', 'The site failed to answer; its log tells why.'));
  });
}

/** What the router refuses before any hook runs: an address that can't be decoded, or with a part too long to be an id. */
export function answerRouterError(error: FastifyError, reply: FastifyReply): void {
  for (const [name, value] of usualHeaders) void reply.header(name, value);
  if (error.statusCode === 414) void sendNotFound(reply);
  else void sendProblem(reply, requestProblem(400, error));
}

/** What the HTTP parser refuses: the connection ends with it. */
export function answerParserError({ code }: NodeJS.ErrnoException, socket: Socket): void {
  if (code === 'ECONNRESET' || socket.destroyed) return;
  const status = { ERR_HTTP_REQUEST_TIMEOUT: 408, HPE_HEADER_OVERFLOW: 431 }[code ?? ''] ?? 400;
  const detail = { 400: 'This is no HTTP request.', 408: 'The request did not end in time.', 431: 'Address and headers are longer than 16 KiB.' }[status] ?? '';
  const body = JSON.stringify(problem('invalid', status, 'malformed-request', detail));
  const lines = [`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`, `content-length: ${Buffer.byteLength(body)}`, 'content-type: application/problem+json', 'connection: close'];
  if (socket.writable) socket.write(`${lines.join('\r\n')}\r\n\r\n${body}`);
  socket.destroy();
}

/** The answer to an address that does not exist. */
export function sendNotFound(reply: FastifyReply): FastifyReply {
  return sendProblem(reply, problem('not-found', 404, 'no-such-address', 'There is nothing at this address.'));
}

/** Answers with a problem. */
export function sendProblem(reply: FastifyReply, body: Problem, retryAfterSeconds?: number): FastifyReply {
  if (retryAfterSeconds !== undefined) void reply.header('retry-after', String(Math.max(1, Math.ceil(retryAfterSeconds))));
  return reply.code(body.status).type('application/problem+json').header('cache-control', 'no-store').send(JSON.stringify(body));
}

/** What the HTTP server itself refuses: a body that is no JSON, too large, of another type. */
function requestProblem(status: number, error: FastifyError): Problem {
  const code = ({ 413: 'body-too-large', 415: 'not-json' } as const)[status as 413 | 415] ?? 'malformed-request';
  return problem(kindOf[status] ?? 'invalid', status, code, error.message);
}

function problem(kind: ProblemKind | 'internal', status: number, code: ProblemCode | 'internal', detail: string): Problem {
  return { type: `/problems/${kind}`, title: kind, status, detail, code };
}
