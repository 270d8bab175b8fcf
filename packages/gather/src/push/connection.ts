// One RTMP connection that publishes a channel: socket and session round a sender. Ends once, for one reason.
import { type Socket, connect, isIP } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { type FlvTag, RtmpClientSession, parseRtmpUrl } from '@lubo/media';
import type { Bus } from '../bus.ts';
import type { Clock } from '../clock.ts';
import type { QueueLimits } from '../subscription.ts';
import { type Sender, startSender } from './sender.ts';

/**
 * `refused`: the server does not take this stream or token; `lost`: no connection, or it broke; `idle`: the source gave nothing for
 * a while; `stopped`: by `signal`.
 */
export type PushEnd = { type: 'refused' | 'lost' | 'idle' | 'stopped'; reason: string };

export type PushTiming = {
  /** Longest wait from dialling until the server accepts. */
  answerMillis: number;
  /** A server that takes no byte for so long is dead. */
  stallMillis: number;
  /** A source that gives nothing for so long has ended the stream. */
  idleMillis: number;
};

export type PushConnectionOptions = {
  url: string;
  bus: Bus;
  clock: Clock;
  timing: PushTiming;
  queue?: QueueLimits | undefined;
  signal: AbortSignal;
  onAccepted(): void;
  onSent(bytes: number): void;
  onDropped(units: number): void;
};

/** Bytes that may wait in the socket; more stay in the bus's queue, where they can still be dropped. */
const socketBytes = 256 * 1024;
/** Time for the farewell to leave before the socket is cut. */
const farewellMillis = 1_000;

/** Publishes until the connection ends; never rejects. */
export function pushOnce(options: PushConnectionOptions): Promise<PushEnd> {
  return new Promise((resolve) => {
    try {
      const connection = new PushConnection(options, resolve);
      connection.open();
    } catch (error) {
      resolve({ type: 'refused', reason: (error as Error).message });
    }
  });
}

class PushConnection {
  readonly #options: PushConnectionOptions;
  readonly #resolve: (end: PushEnd) => void;
  readonly #session: RtmpClientSession;
  readonly #socket: Socket;
  readonly #onAbort = (): void => this.#end('stopped', 'not wanted any more');
  #sender: Sender | undefined;
  #cancelTimer: () => void = () => {};
  #hasEnded = false;

  constructor(options: PushConnectionOptions, resolve: (end: PushEnd) => void) {
    const { host, port, tls } = parseRtmpUrl(options.url);
    this.#options = options;
    this.#resolve = resolve;
    this.#session = new RtmpClientSession({ url: options.url, mode: 'publish' });
    // Servers behind one address choose their certificate by the name, which Node tells them only when asked to.
    this.#socket = tls ? connectTls({ host, port, ...(isIP(host) === 0 && { servername: host }) }) : connect({ host, port });
    this.#socket.once(tls ? 'secureConnect' : 'connect', () => this.#guard(() => this.#socket.write(this.#session.start())));
  }

  open(): void {
    const { clock, timing, signal } = this.#options;
    const socket = this.#socket;
    socket.setNoDelay(true);
    socket.setTimeout(timing.stallMillis, () => this.#end('lost', `the server took no byte for ${timing.stallMillis} ms`));
    socket.on('data', (bytes) => this.#guard(() => this.#receive(bytes)));
    socket.on('drain', () => this.#guard(() => this.#sender?.send()));
    socket.on('error', (error) => this.#end('lost', error.message || (error as NodeJS.ErrnoException).code || error.name));
    socket.on('close', () => this.#end('lost', 'the server closed the connection'));
    this.#cancelTimer = clock.after(timing.answerMillis, () => this.#end('lost', `not accepted within ${timing.answerMillis} ms`));
    signal.addEventListener('abort', this.#onAbort);
    if (signal.aborted) this.#onAbort();
  }

  #receive(bytes: Uint8Array): void {
    const { events, send } = this.#session.receive(bytes);
    for (const part of send) this.#socket.write(part);
    for (const event of events) {
      if (event.type === 'refused') return this.#end('refused', `${event.code} ${event.description}`.trim());
      if (event.type === 'end') return this.#end('lost', event.code);
      if (event.type === 'ready') this.#startSending();
    }
  }

  #startSending(): void {
    const { bus, clock, queue, onAccepted, onDropped } = this.#options;
    const socket = this.#socket;
    this.#cancelTimer();
    onAccepted();
    const sender = startSender({
      bus,
      clock,
      queue,
      write: (tag) => this.#write(tag),
      hasRoom: () => socket.writableLength < socketBytes,
      batch: (run) =>
        this.#guard(() => {
          socket.cork();
          run();
          socket.uncork();
        }),
      onDropped,
    });
    // Its first batch may have failed already.
    if (this.#hasEnded) return sender.close();
    this.#sender = sender;
    this.#watchIdle(sender);
  }

  #write(tag: FlvTag): void {
    const bytes = this.#session.sendMedia(tag);
    this.#socket.write(bytes);
    this.#options.onSent(bytes.length);
  }

  #watchIdle(sender: Sender): void {
    const { clock, timing } = this.#options;
    const silentMillis = sender.silentMillis();
    if (silentMillis >= timing.idleMillis) return this.#end('idle', 'the source gives no video');
    this.#cancelTimer = clock.after(Math.max(1, timing.idleMillis - silentMillis), () => this.#watchIdle(sender));
  }

  /** What goes wrong inside ends this connection and nothing else. */
  #guard(run: () => void): void {
    try {
      if (!this.#hasEnded) run();
    } catch (error) {
      this.#end('lost', (error as Error).message);
    }
  }

  #end(type: PushEnd['type'], reason: string): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#cancelTimer();
    this.#options.signal.removeEventListener('abort', this.#onAbort);
    this.#sender?.close();
    this.#closeSocket(type === 'lost');
    this.#resolve({ type, reason });
  }

  #closeSocket(isLost: boolean): void {
    const socket = this.#socket;
    if (isLost || socket.connecting || !socket.writable) {
      socket.destroy();
      return;
    }
    socket.setTimeout(farewellMillis, () => socket.destroy());
    socket.end(this.#session.stop());
  }
}
