// A viewer's socket as the place where its bytes go: gathered writes, and an end that can't hang.
import type { Socket } from 'node:net';
import type { Outlet } from './delivery.ts';

/** The writing half of a connection. Nothing here throws; a socket that is gone swallows what it gets. */
export type Sink = {
  /** Bytes written that the system has not taken. */
  readonly pendingBytes: number;
  /** The same for parts that need no gathering; absent where a write is more than its bytes. */
  readonly outlet?: Outlet | undefined;
  write(parts: readonly Uint8Array[]): void;
  /** Sends what was written, then closes; cut after `lingerMillis`. */
  end(lingerMillis: number): void;
  /** Closes now; nothing more goes out. */
  cut(): void;
};

/** `socket` keeps its listeners; its owner must listen for errors. */
export function socketSink(socket: Socket): Sink {
  return new SocketSink(socket);
}

class SocketSink implements Sink {
  readonly #socket: Socket;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  get pendingBytes(): number {
    return this.#socket.writableLength;
  }

  get outlet(): Outlet {
    return this.#socket;
  }

  write(parts: readonly Uint8Array[]): void {
    const socket = this.#socket;
    if (!socket.writable) return;
    const only = parts.length === 1 ? parts[0] : undefined;
    // Without a callback and with nothing queued this is one system call and leaves nothing behind.
    if (only !== undefined) {
      socket.write(only);
      return;
    }
    socket.cork();
    for (const part of parts) socket.write(part);
    socket.uncork();
  }

  end(lingerMillis: number): void {
    const socket = this.#socket;
    if (socket.destroyed) return;
    const cut = setTimeout(() => socket.destroy(), lingerMillis);
    cut.unref();
    socket.once('close', () => clearTimeout(cut));
    socket.end();
  }

  cut(): void {
    this.#socket.destroy();
  }
}
