// The RTMP port, plain or over TLS (RTMPS): accepts connections and closes those that are left when the server stops.
import { type Server, type Socket, createServer } from 'node:net';
import { createServer as createSecureServer } from 'node:tls';
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
  const options = { noDelay: true, keepAlive: true, keepAliveInitialDelay: 10_000 };
  const server =
    tls === undefined
      ? createServer(options, serve)
      : createSecureServer({ ...options, ...tls.pair, handshakeTimeout: limits.rtmpSetUpMillis }, serve);
  if (tls !== undefined) tls.keep(server as ReturnType<typeof createSecureServer>);
  server.maxConnections = limits.rtmpConnections;
  return { server, cut: openSockets(server).cut };
}
