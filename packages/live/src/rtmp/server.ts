// The RTMP port, plain or over TLS (RTMPS): accepts connections and closes those that are left when the server stops.
import { type Server, type Socket, createServer } from 'node:net';
import { type TlsOptions, createServer as createSecureServer } from 'node:tls';
import type { Tls } from '@lubo/config';
import type { Logger } from 'pino';
import { openSockets } from '../open-sockets.ts';
import { RtmpConnection, type RtmpContext } from './connection.ts';

/** A server that is not yet listening, and how to cut what is still connected; with `tls` it speaks RTMPS only. */
export function createRtmp(context: RtmpContext, log: Logger, tls?: Tls): { server: Server; cut(): void } {
  const { limits } = context;
  const name = tls === undefined ? '' : 's';
  let connections = 0;
  const serve = (socket: Socket): void => {
    const connection = `${name}${(++connections).toString(36)}`;
    new RtmpConnection(context, socket, log.child({ connection, peer: socket.remoteAddress })).open();
  };
  // A socket that is paused takes as much as this before it stops reading: one chunk, so that a publisher's rest is one.
  const options = { noDelay: true, keepAlive: true, keepAliveInitialDelay: 10_000, highWaterMark: 1 };
  const server = tls === undefined ? createServer(options, serve) : secureServer(tls, { ...options, handshakeTimeout: limits.rtmpSetUpMillis }, serve, log);
  server.maxConnections = limits.rtmpConnections;
  return { server, cut: openSockets(server).cut };
}

function secureServer(tls: Tls, options: TlsOptions, serve: (socket: Socket) => void, log: Logger): Server {
  const server = createSecureServer({ ...options, ...tls.pair }, serve);
  tls.keep(server);
  server.on('tlsClientError', (error: NodeJS.ErrnoException, socket) => {
    log.debug({ peer: socket.remoteAddress, reason: error.code ?? error.message }, 'RTMPS connection closed');
    socket.destroy();
  });
  return server;
}
