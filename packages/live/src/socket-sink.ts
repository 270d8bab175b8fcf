// A viewer's socket as the place where its bytes go: gathered writes, and an end that can't hang.
import type { Socket } from 'node:net';

/** The writing half of a connection. Nothing here throws; a socket that is gone swallows what it gets. */
export type Sink = {
  /** Bytes written that the system has not taken. */
  readonly pendingBytes: number;
  write(parts: readonly Uint8Array[]): void;
  /** Sends what was written, then closes; cut after `lingerMillis`. */
  end(lingerMillis: number): void;
  /** Closes now; nothing more goes out. */
  cut(): void;
};

/** `socket` keeps its listeners; its owner must listen for errors. */
export function socketSink(socket: Socket): Sink {
  return {
    get pendingBytes() {
      return socket.writableLength;
    },
    write(parts) {
      if (socket.destroyed || socket.writableEnded) return;
      const [only] = parts;
      if (parts.length === 1 && only !== undefined) {
        socket.write(only);
        return;
      }
      socket.cork();
      for (const part of parts) socket.write(part);
      socket.uncork();
    },
    end(lingerMillis) {
      if (socket.destroyed) return;
      const cut = setTimeout(() => socket.destroy(), lingerMillis);
      cut.unref();
      socket.once('close', () => clearTimeout(cut));
      socket.end();
    },
    cut() {
      socket.destroy();
    },
  };
}
