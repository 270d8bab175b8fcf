// Pushes one channel to a live server for as long as somebody watches: dials, dials again, follows a new address.
import { createBackoff } from '@lubo/agent';
import { parseRtmpUrl } from '@lubo/media';
import type { Logger } from 'pino';
import type { Bus } from '../bus.ts';
import { type Clock, sleep } from '../clock.ts';
import { createRateMeter } from '../rate.ts';
import type { QueueLimits } from '../subscription.ts';
import { type PushEnd, type PushTiming, pushOnce } from './connection.ts';

export type PushOptions = {
  url: string;
  bus: Bus;
  clock: Clock;
  log: Logger;
  /** `isPushing` has changed. */
  onChange(): void;
  queue?: QueueLimits;
  timing?: Partial<PushTiming & RetryTiming>;
};

type RetryTiming = {
  firstRetryMillis: number;
  longestRetryMillis: number;
  /** A connection that lived so long was good: the next loss is the first again. */
  goodMillis: number;
};

const defaultTiming: PushTiming & RetryTiming = {
  answerMillis: 10_000,
  stallMillis: 15_000,
  idleMillis: 10_000,
  firstRetryMillis: 250,
  longestRetryMillis: 10_000,
  goodMillis: 5_000,
};

export type Push = {
  /** A new address. The same place with a newer token is used for the next connection, another place at once. */
  setUrl(url: string): void;
  /** The live server has accepted and is being sent to. */
  readonly isPushing: boolean;
  readonly sendKbps: number;
  /** Says farewell to the live server. */
  stop(): Promise<void>;
};

/** Starts at once; dials when the channel has video. */
export function startPush(options: PushOptions): Push {
  const push = new RunningPush(options);
  return push;
}

class RunningPush implements Push {
  readonly #options: PushOptions;
  readonly #timing: PushTiming & RetryTiming;
  readonly #rate: ReturnType<typeof createRateMeter>;
  readonly #stop = new AbortController();
  readonly #running: Promise<void>;
  #url: string;
  /** Ends the connection or the pause of the moment. */
  #turn = new AbortController();
  #isRefused = false;
  #acceptedAt: number | undefined;

  constructor(options: PushOptions) {
    this.#options = options;
    this.#timing = { ...defaultTiming, ...options.timing };
    this.#rate = createRateMeter(options.clock);
    this.#url = options.url;
    this.#running = this.#run();
  }

  get isPushing(): boolean {
    return this.#acceptedAt !== undefined;
  }

  get sendKbps(): number {
    return this.#rate.kbps();
  }

  setUrl(url: string): void {
    const isElsewhere = placeOf(url) !== placeOf(this.#url);
    const isNewer = url !== this.#url;
    this.#url = url;
    if (isElsewhere || (isNewer && this.#isRefused)) this.#turn.abort();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    this.#turn.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { clock, log } = this.#options;
    const { firstRetryMillis, longestRetryMillis, goodMillis } = this.#timing;
    const backoff = createBackoff({ firstMillis: firstRetryMillis, longestMillis: longestRetryMillis });
    let isSourceSilent = false;
    while (!this.#stop.signal.aborted) {
      this.#turn = new AbortController();
      const { signal } = this.#turn;
      await untilUnits(this.#options.bus, signal, isSourceSilent);
      if (signal.aborted) continue;
      const place = placeOf(this.#url);
      const { end, livedMillis } = await this.#connect(signal);
      if (livedMillis >= goodMillis || end.type === 'stopped') backoff.reset();
      const pauseMillis = end.type === 'stopped' || end.type === 'idle' ? 0 : backoff.next();
      log[pauseMillis > 0 ? 'warn' : 'info']({ place, end: end.type, reason: end.reason, pauseMillis }, 'push ended');
      isSourceSilent = end.type === 'idle';
      this.#isRefused = end.type === 'refused';
      if (pauseMillis > 0) await sleep(clock, pauseMillis, signal);
      this.#isRefused = false;
    }
  }

  async #connect(signal: AbortSignal): Promise<{ end: PushEnd; livedMillis: number }> {
    const { bus, clock, queue, log, onChange } = this.#options;
    const url = this.#url;
    const place = placeOf(url);
    const end = await pushOnce({
      url,
      bus,
      clock,
      timing: this.#timing,
      queue,
      signal,
      onAccepted: () => {
        this.#acceptedAt = clock.now();
        log.info({ place }, 'push began');
        onChange();
      },
      onSent: (bytes) => this.#rate.add(bytes),
      onDropped: (units) => log.warn({ place, units }, 'the live server does not keep up: gone on at a keyframe'),
    });
    const livedMillis = clock.now() - (this.#acceptedAt ?? clock.now());
    if (this.isPushing) {
      this.#acceptedAt = undefined;
      onChange();
    }
    const isOutdated = end.type === 'refused' && url !== this.#url;
    return { end: isOutdated ? { type: 'stopped', reason: 'a newer address came meanwhile' } : end, livedMillis };
  }
}

/** Address without query: where it goes, and what may be logged. */
function placeOf(url: string): string {
  try {
    const { host, port, tls } = parseRtmpUrl(url);
    const path = url.replace(/^[^/]*\/\/[^/]*/, '').replaceAll(/\?[^/]*/g, '');
    return `${tls ? 'rtmps' : 'rtmp'}://${host}:${port}${path}`;
  } catch {
    return 'no RTMP address';
  }
}

/** Resolves when the bus has a start to give (a fresh one, not one that the ring has kept, when so wanted), or with `signal`. */
function untilUnits(bus: Bus, signal: AbortSignal, isFreshWanted: boolean): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      subscription.close();
      signal.removeEventListener('abort', done);
      resolve();
    };
    const subscription = bus.subscribe({ name: 'push waits', onUnits: done });
    signal.addEventListener('abort', done);
    if (signal.aborted || (!isFreshWanted && subscription.queuedBytes > 0)) done();
  });
}
