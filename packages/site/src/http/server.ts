// The HTTP server: limits, problems, headers, logging without secrets. Rooms add their routes to it.
import fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import { answerProblems } from './problems.ts';
import { addSecurityHeaders } from './security.ts';

/** Largest JSON body in bytes. */
export const maxBodyBytes = 256 * 1024;

/** A server without routes. A proxy on this machine is trusted to tell the viewer's address, host and scheme. */
export function createServer(log: FastifyBaseLogger): FastifyInstance {
  const app: FastifyInstance = fastify({
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true }),
    trustProxy: 'loopback',
    bodyLimit: maxBodyBytes,
    requestTimeout: 30_000,
    keepAliveTimeout: 65_000,
    exposeHeadRoutes: false,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 128 },
  });
  acceptEmptyJson(app);
  addSecurityHeaders(app);
  answerProblems(app);
  app.addHook('onResponse', async (request, reply) => {
    const { method, url } = request;
    const millis = Math.round(reply.elapsedTime * 10) / 10;
    request.log.debug({ method, path: url.split('?')[0], status: reply.statusCode, millis, ip: request.ip }, 'request');
  });
  return app;
}

/** Some callers name JSON as the type of a body that they don't send. */
function acceptEmptyJson(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.addContentTypeParser<string>('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body === '') done(null, undefined);
    else void parse(request, body, done);
  });
}
