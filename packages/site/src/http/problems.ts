// Failed requests become problems (RFC 9457) here, and only here.
import { AppError, type Problem, type ProblemKind, problemOf } from '@lubo/contract';
import type { FastifyError, FastifyInstance, FastifyReply } from 'fastify';

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
  const code = { 413: 'body-too-large', 415: 'not-json' }[status] ?? 'malformed-request';
  return problem(kindOf[status] ?? 'invalid', status, code, error.message);
}

function problem(kind: ProblemKind | 'internal', status: number, code: string, detail: string): Problem {
  return { type: `/problems/${kind}`, title: kind, status, detail, code };
}
