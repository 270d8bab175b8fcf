// One RTSP connection that plays a stream: TCP or TLS socket, UDP sockets where they are wanted, and media's session round them.
import { createHash } from 'node:crypto';
import { type Socket, connect, isIP } from 'node:net';
import { type TLSSocket, connect as connectTls } from 'node:tls';
import { type AuthHash, type Credentials, FormatError, type RtspClientEvent, RtspClientSession, type RtspStep, type RtspTransport } from '@lubo/media';
import type { Clock } from '../../clock.ts';
import { type DialEnd } from '../dialled.ts';
import { type Datagrams, createDatagrams } from './datagrams.ts';
import { endOf, passing } from './ends.ts';
import { type Alarms, type Rests, createRests, sharedAlarms } from './rests.ts';

export type RtspTiming = {
  connectMillis: number;
  /** So long without media and the source is lost. */
  silenceMillis: number;
  /** Time for TEARDOWN to leave before the socket is cut. */
  farewellMillis: number;
};

export const defaultRtspTiming: RtspTiming = { connectMillis: 10_000, silenceMillis: 15_000, farewellMillis: 1_000 };

export type RtspConnectionOptions = {
  /** Without credentials. */
  url: string;
  credentials: Credentials | undefined;
  transports: readonly RtspTransport[];
  /** Sound alone is no silence. */
  mayBeSound: boolean;
  /** Somebody waits for each picture: nothing is left in the network for a moment. */
  isUrgent(): boolean;
  clock: Clock;
  timing: RtspTiming;
  signal: AbortSignal;
  /** Tracks and packets, and what was found out; never the end. */
  onEvent(event: RtspClientEvent): void;
  /** After each batch of events, and twice a second at least. `lost` counts packets since the connection began. */
  onPass(nowMillis: number, lost: number): void;
  /** TLS: whether anybody vouches for the certificate. */
  onSecured(isVouchedFor: boolean): void;
};

/** How it ended; a redirect is for the caller to follow. */
export type RtspEnd = DialEnd & { redirect?: string };

const hash: AuthHash = {
  md5: (text) => createHash('md5').update(text).digest('hex'),
  sha256: (text) => createHash('sha256').update(text).digest('hex'),
};
/** One for all connections: what is read is used up before anything else is read. */
const readBuffer = Buffer.allocUnsafeSlow(64 * 1024);
const tickMillis = { tcp: 500, udp: 50 };

/** Plays until the connection ends, and closes it. Never rejects. */
export function playRtsp(options: RtspConnectionOptions): Promise<RtspEnd> {
  return new Promise((resolve) => {
    try {
      new RtspConnection(options, resolve).open();
    } catch (error) {
      resolve(faultyEnd(error));
    }
  });
}

class RtspConnection {
  readonly #options: RtspConnectionOptions;
  readonly #resolve: (end: RtspEnd) => void;
  readonly #session: RtspClientSession;
  readonly #socket: Socket;
  readonly #onAbort = (): void => this.#end(passing('source-lost', 'not wanted any more'));
  #datagrams: Datagrams | undefined;
  #transport: RtspTransport;
  #isConnected = false;
  #ending: RtspEnd | undefined;
  #cancelTimer: () => void = () => {};
  readonly #rests: Rests;
  readonly #alarms: Alarms;
  readonly #onWake = (): void => this.#wake();
  #cancelRest: (() => void) | undefined;

  constructor(options: RtspConnectionOptions, resolve: (end: RtspEnd) => void) {
    const { url, credentials, transports, timing, mayBeSound } = options;
    this.#options = options;
    this.#resolve = resolve;
    this.#transport = transports[0] ?? 'tcp';
    this.#rests = createRests(options.isUrgent);
    this.#alarms = sharedAlarms(options.clock);
    this.#session = new RtspClientSession({ url, credentials, transports, hash, silenceMillis: timing.silenceMillis, silenceOf: mayBeSound ? 'all' : 'video' });
    const { host, port, tls } = this.#session.address;
    this.#socket = tls ? this.#openTls(host, port) : this.#openTcp(host, port);
  }

  open(): void {
    const { clock, timing, signal } = this.#options;
    const socket = this.#socket;
    socket.setNoDelay(true);
    socket.on('error', (error: NodeJS.ErrnoException) => this.#fail(error.message || (error.code ?? error.name)));
    socket.on('close', () => this.#closed());
    this.#cancelTimer = clock.after(timing.connectMillis, () => this.#fail(`no connection within ${timing.connectMillis / 1000} s`));
    signal.addEventListener('abort', this.#onAbort);
    if (signal.aborted) this.#onAbort();
  }

  #openTcp(host: string, port: number): Socket {
    const callback = (length: number, bytes: Uint8Array): boolean => {
      this.#receive(bytes.subarray(0, length));
      return !this.#rest(length);
    };
    const onread = { buffer: readBuffer, callback };
    return connect({ host, port, onread }, () => this.#begin());
  }

  /** Cameras make their certificates themselves: the connection is kept from being read, not from being answered by another. */
  #openTls(host: string, port: number): Socket {
    const socket: TLSSocket = connectTls({ host, port, rejectUnauthorized: false, ...(isIP(host) === 0 && { servername: host }) }, () => {
      this.#options.onSecured(socket.authorized);
      this.#begin();
    });
    socket.on('data', (bytes: Uint8Array) => this.#receive(bytes));
    return socket;
  }

  #begin(): void {
    if (this.#ending !== undefined) return;
    this.#isConnected = true;
    this.#cancelTimer();
    this.#guard((now) => this.#perform(this.#session.start(now)));
    this.#tick();
  }

  #tick(): void {
    const { clock } = this.#options;
    this.#cancelTimer = clock.after(tickMillis[this.#transport], () => {
      this.#guard((now) => this.#perform(this.#session.tick(now)));
      if (this.#ending === undefined) this.#tick();
    });
  }

  #receive(bytes: Uint8Array): void {
    this.#guard((now) => this.#perform(this.#session.receive(bytes, now)));
  }

  /**
   * Whether nothing is to be read for a moment. After a full buffer there is more, but all others, the disk and the timers come first:
   * a gather that has fallen behind would do nothing but read, and keep in memory what it can't write.
   */
  #rest(length: number): boolean {
    const until = this.#rests(length, this.#options.clock.now());
    if (this.#ending !== undefined) return false;
    if (length === readBuffer.length) this.#cancelRest = immediately(this.#onWake);
    else if (until !== undefined) this.#cancelRest = this.#alarms(until, this.#onWake);
    return this.#cancelRest !== undefined;
  }

  #wake(): void {
    this.#cancelRest?.();
    this.#cancelRest = undefined;
    this.#socket.resume();
  }

  #perform(step: RtspStep): void {
    for (const bytes of step.send) this.#socket.write(bytes);
    for (const event of step.events) this.#take(event);
    for (const { channel, bytes } of step.datagrams) this.#datagrams?.send(channel, bytes);
    if (this.#ending !== undefined) return;
    this.#options.onPass(this.#options.clock.now(), this.#session.lost);
  }

  #take(event: RtspClientEvent): void {
    const end = endOf(event);
    if (end !== undefined) return this.#end(event.type === 'redirect' ? { ...end, redirect: event.url } : end);
    if (event.type === 'ports') void this.#openPorts(event.media);
    if (event.type === 'peer') {
      const { host = '', media, rtpPort, rtcpPort } = event;
      this.#datagrams?.peer(media, isIP(host) === 0 ? (this.#socket.remoteAddress ?? '') : host, [rtpPort, rtcpPort]);
    }
    if (event.type === 'transport') this.#transport = event.transport;
    this.#options.onEvent(event);
  }

  async #openPorts(media: number): Promise<void> {
    const { localAddress: local = '0.0.0.0', remoteAddress: remote = '' } = this.#socket;
    this.#transport = 'udp';
    this.#datagrams ??= createDatagrams({ local, remote }, (channel, bytes) =>
      this.#guard((now) => this.#perform(this.#session.receiveDatagram(channel, bytes, now))),
    );
    const ports = await this.#datagrams.open(media);
    this.#guard((now) => this.#perform(this.#session.usePorts(media, ports, now)));
  }

  /** What goes wrong inside, bad bytes above all, ends this connection and nothing else. */
  #guard(run: (now: number) => void): void {
    try {
      if (this.#ending === undefined) run(this.#options.clock.now());
    } catch (error) {
      this.#end(faultyEnd(error));
    }
  }

  #fail(reason: string): void {
    this.#end(this.#isConnected ? passing('source-lost', reason) : passing('source-unreachable', reason));
  }

  #closed(): void {
    this.#end(passing(this.#isConnected ? 'source-lost' : 'source-unreachable', 'the source closed the connection'));
    this.#cancelTimer();
    if (this.#ending !== undefined) this.#resolve(this.#ending);
  }

  /** Says TEARDOWN, unless the session has said it, and waits a moment for it to leave. */
  #end(end: RtspEnd): void {
    if (this.#ending !== undefined) return;
    this.#ending = end;
    const { clock, timing, signal } = this.#options;
    const socket = this.#socket;
    this.#cancelTimer();
    if (this.#cancelRest !== undefined) this.#wake();
    signal.removeEventListener('abort', this.#onAbort);
    this.#datagrams?.close();
    this.#cancelTimer = clock.after(timing.farewellMillis, () => socket.destroy());
    if (!this.#isConnected || !socket.writable) {
      socket.destroy();
      return;
    }
    for (const bytes of this.#session.stop(clock.now()).send) socket.write(bytes);
    socket.end();
  }
}

function immediately(run: () => void): () => void {
  const immediate = setImmediate(run);
  return () => clearImmediate(immediate);
}

function faultyEnd(error: unknown): RtspEnd {
  if (error instanceof FormatError) return passing('source-invalid', error.message);
  const { message, code } = error as NodeJS.ErrnoException;
  return passing('source-invalid', message || (code ?? String(error)));
}
