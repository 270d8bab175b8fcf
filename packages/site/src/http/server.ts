// The HTTP server: limits, problems, headers, logging without secrets. Rooms add their routes to it.
import type { IncomingMessage } from 'node:http';
import type { Server, ServerOptions } from 'node:https';
import type { Socket } from 'node:net';
import type { Tls } from '@lubo/config';
import fastify, { type FastifyBaseLogger, type FastifyHttpsOptions, type FastifyInstance, type FastifyServerOptions, LogController } from 'fastify';
import { answerParserError, answerProblems, answerRouterError } from './problems.ts';
import { addSecurityHeaders } from './security.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The body may take as long as bytes of it come. */
    isLong?: boolean;
  }
}

/** Largest JSON body in bytes. */
export const maxBodyBytes = 256 * 1024;

/** The head of a request must be there within this time, and so must its body unless its route is `isLong`. */
const headerMillis = 30_000;
const bodyMillis = 30_000;
/** A TLS handshake must be over within this time. */
const handshakeMillis = 10_000;

/** `embedOrigins`: whose pages may frame the embed pages. */
export type ServerParts = { tls?: Tls | undefined; embedOrigins?: readonly string[] };

/** A server without routes, of HTTPS with `tls`. A proxy on this machine is trusted to tell the viewer's address, host and scheme. */
export function createServer(log: FastifyBaseLogger, { tls, embedOrigins = [] }: ServerParts = {}): FastifyInstance {
  const options: FastifyServerOptions = {
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true }),
    trustProxy: 'loopback',
    bodyLimit: maxBodyBytes,
    // Uploads take as long as they take; what other bodies may take is bounded below.
    requestTimeout: 0,
    keepAliveTimeout: 65_000,
    exposeHeadRoutes: false,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 128 },
    frameworkErrors: (error, _request, reply) => answerRouterError(error, reply),
    clientErrorHandler: answerParserError,
  };
  const app = tls === undefined ? fastify({ ...options, http: { shouldUpgradeCallback: isWebSocket, headersTimeout: headerMillis } }) : secure(options, tls);
  acceptEmptyJson(app);
  addSecurityHeaders(app, embedOrigins);
  limitBodies(app);
  answerProblems(app);
  app.addHook('onResponse', async (request, reply) => {
    const { method, url } = request;
    const millis = Math.round(reply.elapsedTime * 10) / 10;
    request.log.debug({ method, path: url.split('?')[0], status: reply.statusCode, millis, ip: request.ip }, 'request');
  });
  return app;
}

/** Cuts off who sends a body too slowly. */
function limitBodies(app: FastifyInstance): void {
  app.addHook('onRequest', async ({ raw, headers, routeOptions }) => {
    const hasBody = headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
    if (!hasBody || routeOptions.config.isLong) return;
    const timer = setTimeout(() => raw.destroy(), bodyMillis).unref();
    for (const event of ['end', 'close']) raw.once(event, () => clearTimeout(timer));
  });
}

/** Other upgrades (h2c) are offers that may be passed over. */
function isWebSocket({ headers }: IncomingMessage): boolean {
  return headers.upgrade?.toLowerCase() === 'websocket';
}

function secure(options: FastifyServerOptions, tls: Tls): FastifyInstance {
  const https: ServerOptions = { ...tls.pair, handshakeTimeout: handshakeMillis, headersTimeout: headerMillis, shouldUpgradeCallback: isWebSocket };
  const app = fastify({ ...(options as FastifyHttpsOptions<Server>), https });
  tls.keep(app.server);
  // Handshakes that never end are no connections of HTTP's, and would hold up the end.
  const sockets = new Set<Socket>();
  app.server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  app.addHook('preClose', async () => {
    for (const socket of sockets) socket.destroy();
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
