// The RTMP port: accepts connections and closes those that are left when the server stops.
import { type Server, type Socket, createServer } from 'node:net';
import type { Logger } from 'pino';
import { RtmpConnection, type RtmpContext } from './connection.ts';

/** A server that is not yet listening, and how to cut what is still connected. */
export function createRtmp(context: RtmpContext, log: Logger): { server: Server; cut(): void } {
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createServer({ noDelay: true, keepAlive: true, keepAliveInitialDelay: 10_000 }, (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    const connection = (++connections).toString(36);
    new RtmpConnection(context, socket, log.child({ connection, peer: socket.remoteAddress })).open();
  });
  server.maxConnections = context.limits.rtmpConnections;
  return {
    server,
    cut() {
      for (const socket of sockets) socket.destroy();
    },
  };
}
