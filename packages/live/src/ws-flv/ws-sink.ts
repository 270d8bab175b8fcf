// A viewer's WebSocket as the place where its bytes go: each write is one binary message.
import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';

export type WsSink = {
  write(parts: readonly Uint8Array[]): void;
  /** Sends what was written and the reason, then closes; cut after `lingerMillis`. */
  end(reason: string, lingerMillis: number): void;
};

/** Pings are answered while no more than this waits in the socket. */
const pongBytes = 64 * 1024;

/** `socket` is the connection beneath. What the client sends is ignored. */
export function wsSink(webSocket: WebSocket, socket: Socket): WsSink {
  webSocket.on('error', () => {});
  webSocket.on('ping', (data) => {
    if (socket.writableLength <= pongBytes) webSocket.pong(data);
  });
  return {
    write(parts) {
      if (webSocket.readyState !== webSocket.OPEN) return;
      const filled = parts.filter((part) => part.length > 0);
      socket.cork();
      // Fragments of one message (§5.4): the parts are shared with other viewers and not copied.
      for (const [i, part] of filled.entries()) webSocket.send(part, { binary: true, fin: i === filled.length - 1 });
      socket.uncork();
    },
    end(reason, lingerMillis) {
      const goingAway = 1001;
      webSocket.close(reason === 'stopping' ? goingAway : 1000, reason);
      const cut = setTimeout(() => webSocket.terminate(), lingerMillis);
      cut.unref();
      webSocket.once('close', () => clearTimeout(cut));
    },
  };
}
