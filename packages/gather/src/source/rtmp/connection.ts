// One RTMP connection that plays a stream: TCP or TLS socket round media's session. Ends once, for one reason.
import { type Socket, connect, isIP } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { type RtmpClientEvent, RtmpClientSession, parseRtmpUrl } from '@lubo/media';
import type { Clock } from '../../clock.ts';
import type { DialEnd } from '../dialled.ts';
import type { NetworkErrorCode } from '../source-error.ts';
import { type Tag, isUnsupported } from './reader.ts';

export type RtmpTiming = {
  /** From dialling until the server lets us play. */
  answerMillis: number;
  /** So long without media and the source is lost. */
  silenceMillis: number;
  farewellMillis: number;
};

export const defaultRtmpTiming: RtmpTiming = { answerMillis: 10_000, silenceMillis: 15_000, farewellMillis: 1_000 };

export type RtmpConnectionOptions = {
  url: string;
  hasUser: boolean;
  clock: Clock;
  timing: RtmpTiming;
  signal: AbortSignal;
  /** What it throws ends the connection. */
  onTag(tag: Tag): void;
  /** After each batch of tags, and several times a second. */
  onPass(nowMillis: number): void;
  onSecured(isVouchedFor: boolean): void;
};

const tickMillis = 500;

/** Plays until the connection ends, and closes it. Never rejects. */
export function playRtmp(options: RtmpConnectionOptions): Promise<DialEnd> {
  return new Promise((resolve) => {
    try {
      new RtmpConnection(options, resolve).open();
    } catch (error) {
      resolve(passing('source-invalid', (error as Error).message));
    }
  });
}

class RtmpConnection {
  readonly #options: RtmpConnectionOptions;
  readonly #resolve: (end: DialEnd) => void;
  readonly #session: RtmpClientSession;
  readonly #socket: Socket;
  readonly #onAbort = (): void => this.#end(passing('source-lost', 'not wanted any more'));
  #isConnected = false;
  /** When media came last; undefined until the server lets us play. */
  #heardAt: number | undefined;
  #ending: DialEnd | undefined;
  #cancelTimer: () => void = () => {};

  constructor(options: RtmpConnectionOptions, resolve: (end: DialEnd) => void) {
    const { host, port, tls } = parseRtmpUrl(options.url);
    this.#options = options;
    this.#resolve = resolve;
    this.#session = new RtmpClientSession({ url: options.url, mode: 'play' });
    if (tls) {
      const socket = connectTls({ host, port, rejectUnauthorized: false, ...(isIP(host) === 0 && { servername: host }) }, () => {
        options.onSecured(socket.authorized);
        this.#begin();
      });
      this.#socket = socket;
    } else this.#socket = connect({ host, port }, () => this.#begin());
  }

  open(): void {
    const { clock, timing, signal } = this.#options;
    const socket = this.#socket;
    socket.setNoDelay(true);
    socket.on('data', (bytes: Uint8Array) => this.#guard(() => this.#receive(bytes)));
    socket.on('error', (error: NodeJS.ErrnoException) => this.#fail(error.message || (error.code ?? error.name)));
    socket.on('close', () => this.#closed());
    this.#cancelTimer = clock.after(timing.answerMillis, () => this.#fail(`no answer within ${timing.answerMillis / 1000} s`));
    signal.addEventListener('abort', this.#onAbort);
    if (signal.aborted) this.#onAbort();
  }

  #begin(): void {
    if (this.#ending !== undefined) return;
    this.#isConnected = true;
    this.#socket.write(this.#session.start());
  }

  #receive(bytes: Uint8Array): void {
    const { events, send } = this.#session.receive(bytes);
    for (const part of send) this.#socket.write(part);
    for (const event of events) if (this.#ending === undefined) this.#take(event);
    if (this.#ending === undefined) this.#options.onPass(this.#options.clock.now());
  }

  #take(event: RtmpClientEvent): void {
    switch (event.type) {
      case 'ready':
        this.#heardAt = this.#options.clock.now();
        this.#cancelTimer();
        return this.#tick();
      case 'refused':
        return this.#end(refusalOf(event, this.#options.hasUser));
      case 'end':
        return this.#end(passing('source-lost', `the server ended the stream (${event.code})`));
      case 'audio':
      case 'video':
        this.#heardAt = this.#options.clock.now();
        return this.#options.onTag(event);
      case 'script':
        return this.#options.onTag(event);
    }
  }

  #tick(): void {
    const { clock, timing } = this.#options;
    this.#cancelTimer = clock.after(tickMillis, () => {
      const now = clock.now();
      if (now - (this.#heardAt ?? now) >= timing.silenceMillis) return this.#end(passing('source-silent', 'connected, but no media came'));
      this.#guard(() => this.#options.onPass(now));
      if (this.#ending === undefined) this.#tick();
    });
  }

  /** What goes wrong inside, bad bytes above all, ends this connection and nothing else. */
  #guard(run: () => void): void {
    try {
      if (this.#ending === undefined) run();
    } catch (error) {
      const { message } = error as Error;
      this.#end(passing(isUnsupported(error) ? 'codec-not-supported' : 'source-invalid', message));
    }
  }

  #fail(reason: string): void {
    this.#end(this.#isConnected ? passing('source-lost', reason) : passing('source-unreachable', reason));
  }

  #closed(): void {
    this.#fail('the server closed the connection');
    this.#cancelTimer();
    if (this.#ending !== undefined) this.#resolve(this.#ending);
  }

  #end(end: DialEnd): void {
    if (this.#ending !== undefined) return;
    this.#ending = end;
    const { clock, timing, signal } = this.#options;
    const socket = this.#socket;
    this.#cancelTimer();
    signal.removeEventListener('abort', this.#onAbort);
    this.#cancelTimer = clock.after(timing.farewellMillis, () => socket.destroy());
    if (this.#isConnected && socket.writable) socket.end(this.#session.stop());
    else socket.destroy();
  }
}

function passing(code: NetworkErrorCode, detail: string): DialEnd {
  return { fault: { code, detail }, isFinal: false };
}

/** Servers tell a refused sign-in in words only; one that asks for it is not asked again. */
function refusalOf({ code, description }: { code: string; description: string }, hasUser: boolean): DialEnd {
  const detail = `the server answered ${code} ${description}`.trim();
  if (/auth|password|credential/i.test(description)) return { fault: { code: hasUser ? 'wrong-password' : 'password-missing', detail }, isFinal: true };
  if (/StreamNotFound/i.test(code)) return passing('stream-not-found', detail);
  return passing(/Rejected|denied|forbidden/i.test(`${code} ${description}`) ? 'source-forbidden' : 'source-refused', detail);
}
