// The life of one worker process: started when something is wanted, watched, killed when stuck, started again after pauses that
// grow, ended when idle. What it works on is the business of its user.
import { createBackoff } from '@lubo/agent';
import type { Logger } from 'pino';
import type { StartChild, WorkerChild } from './child.ts';
import type { Clock } from '../clock.ts';
import type { Backend, FromWorker, ToWorker } from './messages.ts';

export type LaneTiming = {
  /** A slow card reads 170 MB of FFmpeg from disk first. */
  startMillis: number;
  pingMillis: number;
  /** So long without a word: stuck. */
  silentMillis: number;
  /** Without work for so long: what it takes (130 MB) is given back, for the third of a second that the next start costs. */
  idleMillis: number;
  /** After "no backend", until it is looked for again. */
  noneMillis: number;
  firstPauseMillis: number;
  longestPauseMillis: number;
};

export const defaultLaneTiming: LaneTiming = {
  startMillis: 30_000,
  pingMillis: 2_000,
  silentMillis: 10_000,
  idleMillis: 5_000,
  noneMillis: 10 * 60_000,
  firstPauseMillis: 250,
  longestPauseMillis: 60_000,
};

export type LaneOptions = {
  name: string;
  start: StartChild;
  clock: Clock;
  log: Logger;
  /** Past this resident size a worker is ended as soon as `isBusy` says no. */
  maxRssBytes: number;
  timing?: Partial<LaneTiming> | undefined;
  /** Something is under way or waiting: the worker is kept, and started again if it dies. */
  isBusy(): boolean;
  /** The worker can be spoken to. */
  onReady(backend: Backend): void;
  onMessage(message: FromWorker): void;
  /** The worker is gone with all it had been given. */
  onLost(why: 'stuck' | 'crashed', detail: string): void;
  /** The answer to the first start, and when it changes. */
  onBackend(backend: Backend, detail: string): void;
};

/** One worker process or none; never two. */
export class Lane {
  readonly #options: LaneOptions;
  readonly #timing: LaneTiming;
  readonly #backoff: ReturnType<typeof createBackoff>;
  #child: WorkerChild | undefined;
  #isReady = false;
  #isClosed = false;
  /** Why the child of the moment is being killed. */
  #verdict: { why: 'stuck' | 'crashed' | 'ended'; detail: string } | undefined;
  #heardAt = 0;
  #busyAt = 0;
  #noneUntil = 0;
  #isPausing = false;
  #cancelTimer: () => void = () => {};
  #cancelPause: () => void = () => {};

  constructor(options: LaneOptions) {
    this.#options = options;
    this.#timing = { ...defaultLaneTiming, ...options.timing };
    this.#backoff = createBackoff({ firstMillis: this.#timing.firstPauseMillis, longestMillis: this.#timing.longestPauseMillis });
  }

  get isReady(): boolean {
    return this.#isReady;
  }

  /** No backend was found a while ago, so there is no use in asking now. */
  get isHopeless(): boolean {
    return this.#options.clock.now() < this.#noneUntil;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Something is wanted: starts the worker unless it runs, or a pause after a crash is on. */
  want(): void {
    if (this.#child !== undefined || this.#isPausing || this.#isClosed || this.isHopeless) return;
    const { start, clock, log, name } = this.#options;
    this.#verdict = undefined;
    this.#heardAt = clock.now();
    this.#busyAt = clock.now();
    const child = start({
      onMessage: (message) => this.#hear(message),
      onEnd: (reason) => this.#lose(reason),
    });
    this.#child = child;
    log.info({ worker: name, pid: child.pid }, 'codec worker started');
    this.#watch();
  }

  send(message: ToWorker): void {
    if (this.#isReady) this.#child?.send(message);
  }

  /** A result came: the next crash is the first again. */
  worked(): void {
    this.#backoff.reset();
  }

  /** The worker of the moment hangs. */
  stuck(detail: string): void {
    this.#end('stuck', detail);
  }

  /** Ends the worker without blame; the next one starts when wanted. */
  recycle(detail: string): void {
    this.#end('ended', detail);
  }

  close(): void {
    this.#isClosed = true;
    this.#cancelPause();
    this.#end('ended', 'closed');
  }

  #end(why: 'stuck' | 'ended', detail: string): void {
    if (this.#child === undefined || this.#verdict !== undefined) return;
    this.#verdict = { why, detail };
    this.#isReady = false;
    this.#child.kill();
  }

  #hear(message: FromWorker): void {
    const { clock, maxRssBytes, isBusy, onReady, onMessage } = this.#options;
    if (this.#verdict !== undefined) return;
    // Before it is ready a worker has so long in all, whatever it says.
    if (this.#isReady || message.type === 'ready') this.#heardAt = clock.now();
    if (message.type === 'ready') {
      this.#settle(message.backend, message.detail);
      if (message.backend === 'none') return;
      this.#isReady = true;
      onReady(message.backend);
    } else if (message.type === 'pong') {
      if (message.rssBytes > maxRssBytes && !isBusy()) this.recycle(`${Math.round(message.rssBytes / 1e6)} MB resident`);
      // Busy for ever and far past the bound: better to lose what is under way than the machine's memory.
      else if (message.rssBytes > 2 * maxRssBytes) this.stuck(`${Math.round(message.rssBytes / 1e6)} MB resident`);
    } else onMessage(message);
  }

  #settle(backend: Backend, detail: string): void {
    const { clock, onBackend } = this.#options;
    if (backend === 'none') {
      this.#noneUntil = clock.now() + this.#timing.noneMillis;
      this.#end('ended', 'no backend');
    }
    onBackend(backend, detail);
  }

  #watch(): void {
    const { clock, isBusy, name } = this.#options;
    const { pingMillis, silentMillis, startMillis, idleMillis } = this.#timing;
    this.#cancelTimer = clock.after(pingMillis, () => {
      const now = clock.now();
      if (isBusy()) this.#busyAt = now;
      if (now - this.#heardAt >= (this.#isReady ? silentMillis : startMillis)) this.stuck(`the ${name} worker said nothing for ${Math.round((now - this.#heardAt) / 1000)} s`);
      else if (now - this.#busyAt >= idleMillis) this.recycle('idle');
      else this.#child?.send({ type: 'ping' });
      this.#watch();
    });
  }

  #lose(reason: string): void {
    const { clock, log, name, isBusy, onLost } = this.#options;
    const { why, detail } = this.#verdict ?? { why: 'crashed', detail: reason };
    this.#cancelTimer();
    this.#child = undefined;
    this.#isReady = false;
    if (this.#isClosed) return;
    if (why === 'ended') {
      log.info({ worker: name, reason: detail }, 'codec worker ended');
      if (isBusy()) this.want();
      return;
    }
    const pauseMillis = this.#backoff.next();
    log.warn({ worker: name, why, reason: detail, pauseMillis }, 'codec worker lost');
    this.#isPausing = true;
    this.#cancelPause = clock.after(pauseMillis, () => {
      this.#isPausing = false;
      if (isBusy()) this.want();
    });
    onLost(why, detail);
  }
}
