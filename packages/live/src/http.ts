// The HTTP side: streams, health, metrics. Everybody's requests, so every one has a bound in size and time.
import { type IncomingMessage, type Server, type ServerOptions, type ServerResponse, createServer } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Tls } from '@lubo/config';
import { AppError } from '@lubo/contract';
import type { Logger } from 'pino';
import type { Admission } from './admission.ts';
import { createGate } from './flv/gate.ts';
import { type FlvRequest, admissionOf, serveFlv } from './flv/serve.ts';
import { serveHls } from './hls/serve.ts';
import type { Sessions } from './hls/sessions.ts';
import { answer, answerProblem, corsHeaders } from './http-answer.ts';
import type { Hub } from './hub.ts';
import type { Limits } from './limits.ts';
import { peerHeaders, peerOf } from './peer.ts';
import { openSockets } from './open-sockets.ts';
import type { Timers } from './timers.ts';
import { createWsFlv } from './ws-flv/serve.ts';

export type HttpOptions = {
  hub: Hub;
  admission: Admission;
  sessions: Sessions;
  timers: Timers;
  limits: Limits;
  log: Logger;
  /** Prometheus text. */
  metrics(): Promise<string>;
  isSiteThere(): boolean;
  onRefusal(reason: string): void;
  /** Takes a request that another process must answer, for all requests of its stream share a state; tells whether it did. */
  handOver?: ((name: string, request: IncomingMessage, response: ServerResponse) => boolean) | undefined;
  /** With it the port speaks HTTPS only. */
  tls?: Tls | undefined;
};

/** A server that is not yet listening, and how to cut what is still connected. */
export function createHttp(options: HttpOptions): { server: Server; cut(): void } {
  const { limits } = options;
  const taken = new WeakSet<Socket>();
  const server = serverFor(options.tls, limits);
  server.maxConnections = limits.httpConnections;
  server.on('request', (request, response) => {
    if (taken.has(request.socket)) request.socket.destroy();
    else route({ ...options, taken }, request, response);
  });
  const upgrade = createWsFlv(options);
  server.on('upgrade', (request, socket, head) => upgrade(request, socket as Socket, head));
  server.on('clientError', (error, socket) => refuseBytes(options.log, taken, error, socket));
  // Over TLS the connection that HTTP sees is the one behind the handshake.
  const event = options.tls === undefined ? 'connection' : 'secureConnection';
  const gate = createGate(options, passOn(server, event));
  server.on(event, (socket: Socket) => gate.admit(socket));
  const handshakes = options.tls === undefined ? undefined : openSockets(server);
  return {
    server,
    cut() {
      gate.cut();
      handshakes?.cut();
    },
  };
}

function serverFor(tls: Tls | undefined, limits: Limits): Server {
  const options: ServerOptions = {
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: 10_000,
    maxHeaderSize: limits.httpHeadBytes,
    headersTimeout: limits.httpHeadMillis,
    requestTimeout: limits.httpHeadMillis,
    keepAliveTimeout: limits.httpIdleMillis,
    connectionsCheckingInterval: Math.min(1_000, limits.httpHeadMillis),
    // Other upgrades (h2c) are offers that may be passed over.
    shouldUpgradeCallback: ({ headers }) => headers.upgrade?.toLowerCase() === 'websocket',
  };
  if (tls === undefined) return createServer(options);
  const server = createSecureServer({ ...options, ...tls.pair, handshakeTimeout: limits.httpHeadMillis });
  tls.keep(server);
  return server;
}

/** Takes the sockets away from a server that is made by Node, and gives back how they reach it again. */
function passOn(server: Server, event: string): (socket: Socket) => void {
  const listeners = server.listeners(event);
  server.removeAllListeners(event);
  return (socket) => {
    for (const listener of listeners) listener.call(server, socket);
  };
}

type Context = HttpOptions & { taken: WeakSet<Socket> };

const allowed = 'GET, HEAD, OPTIONS';
/** What a player posts when its viewer leaves: a beacon, which knows no other method. */
const leavePath = /^\/live\/[\w-]{1,128}\/[\w-]{22}\/leave$/;

function route(context: Context, request: IncomingMessage, response: ServerResponse): void {
  // A body has no business here; it is thrown away within the time that a request has.
  request.resume();
  const address = URL.parse(request.url ?? '/', 'http://live');
  if (address === null) {
    answerProblem(response, new AppError('invalid', 'bad-address', 'The address of the request is malformed.'));
  } else if (request.method === 'OPTIONS') {
    const headers = { ...corsHeaders, Allow: allowed, 'Access-Control-Allow-Methods': allowed, 'Access-Control-Allow-Headers': '*', 'Access-Control-Max-Age': '86400' };
    response.writeHead(204, headers).end();
  } else if (request.method === 'POST' && leavePath.test(address.pathname)) {
    serve(context, address, request, response);
  } else if (request.method !== 'GET' && request.method !== 'HEAD') {
    answer(response, 405, 'text/plain; charset=utf-8', 'method not allowed\n', { Allow: allowed });
  } else {
    serve(context, address, request, response);
  }
}

function serve(context: Context, address: URL, request: IncomingMessage, response: ServerResponse): void {
  const { pathname, searchParams } = address;
  const stream = /^\/live\/([\w-]{1,128})\.flv$/.exec(pathname)?.[1];
  if (stream !== undefined) {
    serveStream(context, { name: stream, token: searchParams.get('token'), socket: request.socket, peer: peerOf(request.socket, peerHeaders(request.headers)) }, request, response);
  } else if (isHandedOver(context, pathname, request, response) || serveHls(context, address, request, response)) {
    return;
  } else if (pathname === '/healthz') {
    const health = { status: 'ok', hasKeys: context.admission.hasKeys, isSiteConnected: context.isSiteThere() };
    answer(response, 200, 'application/json', JSON.stringify(health));
  } else if (pathname === '/metrics') {
    context.metrics().then(
      (text) => answer(response, 200, 'text/plain; version=0.0.4; charset=utf-8', text),
      (error: unknown) => {
        context.log.error({ reason: String(error) }, 'metrics could not be gathered');
        response.destroy();
      },
    );
  } else {
    answerProblem(response, new AppError('not-found', 'no-such-page', 'There is nothing at this address.'));
  }
}

function isHandedOver({ handOver }: Context, pathname: string, request: IncomingMessage, response: ServerResponse): boolean {
  const name = /^\/live\/([\w-]{1,128})(?:\/|\.m3u8$)/.exec(pathname)?.[1];
  return name !== undefined && (handOver?.(name, request, response) ?? false);
}

/** A stream that was asked for in a way that the gate leaves to Node: in pieces, behind another request, or with HEAD. */
function serveStream(context: Context, asked: Pick<FlvRequest, 'name' | 'token' | 'socket' | 'peer'>, request: IncomingMessage, response: ServerResponse): void {
  const { taken, hub } = context;
  if (request.method === 'GET') {
    serveFlv(context, {
      ...asked,
      onBegin: () => taken.add(asked.socket),
      refuse: (problem) => answerProblem(response, problem),
      onceOver: (run) => response.once('close', run),
    });
    return;
  }
  const problem = admissionOf(context, asked) ?? (hub.isPublishing(asked.name) ? undefined : new AppError('not-found', 'no-video', 'Nobody publishes this stream.'));
  if (problem === undefined) answer(response, 200, 'video/x-flv', '', { Connection: 'close' });
  else answerProblem(response, problem);
}

const statusLines: Record<string, string> = {
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
};

/** What could not be read as a request: an answer if one can still be given, then the end. */
function refuseBytes(log: Logger, taken: WeakSet<Socket>, error: NodeJS.ErrnoException, socket: Duplex): void {
  log.debug({ peer: (socket as Socket).remoteAddress, reason: error.code ?? error.message }, 'HTTP connection closed');
  if (socket.writable && !taken.has(socket as Socket) && error.code !== 'ECONNRESET') {
    socket.write(`HTTP/1.1 ${statusLines[error.code ?? ''] ?? '400 Bad Request'}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
  }
  socket.destroy();
}
