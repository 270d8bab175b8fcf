// The sockets that a server has accepted, TLS handshakes that never end included, so that a stop can cut them.
import type { Server, Socket } from 'node:net';

/** Follows the sockets of `server` from now on; `cut` closes those that are open. */
export function openSockets(server: Server): { cut(): void } {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  return {
    cut() {
      for (const socket of sockets) socket.destroy();
    },
  };
}
