// Keeps one live connection open: asks for addresses, opens the source, and after every break tries again by itself.
import { offlinePauseMs, provenMs, reconnectPauseMs } from './back-off.ts';
import { faultOfWatch, isFinal } from './fault.ts';
import type { PlayerFault } from './fault.ts';
import type { LiveSource } from './source.ts';
import type { Ending, Verdict } from './ways.ts';

/** The signed addresses that the site hands out for one connection; `expiresAt` is ISO 8601. */
export type LiveAddresses = { flv: string; hls?: string | undefined; expiresAt: string };

/** What a connection needs from outside. */
export type ConnectionParts = {
  /** Asks the site anew for addresses; rejects with an error that has `code` and `status`. */
  watch(): Promise<LiveAddresses>;
  /** Opens a source by the way that is to be gone. */
  open(addresses: LiveAddresses, onEnd: (fault: PlayerFault) => void): Promise<LiveSource>;
  /** What to do after the end of a source; without it only the fault decides. */
  judge?(ending: Ending): Verdict;
  /** Something that a status is made of has changed. */
  onChange(): void;
  /** The source is about to be closed: the last chance to keep its picture. */
  onClosing(): void;
  random?: () => number;
  now?: () => number;
};

/** A site that does not answer within this is passed by, as long as the last addresses are good. */
const sitePatienceMs = 2_000;
/** While no picture has come the site is asked this often whether the channel has moved: a live server that hangs says nothing. */
const followMs = 3_000;

/** Lives from `start` to `stop`; may be started again. */
export class LiveConnection {
  readonly #parts: ConnectionParts;
  readonly #now: () => number;
  /** Why there is no picture; cleared when one plays. */
  fault: PlayerFault | undefined;
  /** Connections lost so far. */
  losses = 0;
  #isRunning = false;
  #isOnline = true;
  #attempt = 0;
  /** Grows with each attempt, so that answers to earlier ones are known as stale. */
  #generation = 0;
  #source: LiveSource | undefined;
  #openedAt: number | undefined;
  #playingSince: number | undefined;
  #held: LiveAddresses | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #following: ReturnType<typeof setTimeout> | undefined;

  constructor(parts: ConnectionParts, isOnline: boolean) {
    this.#parts = parts;
    this.#now = parts.now ?? Date.now;
    this.#isOnline = isOnline;
  }

  get source(): LiveSource | undefined {
    return this.#source;
  }

  /** Moment (ms) at which the present source was opened. */
  get openedAt(): number | undefined {
    return this.#source === undefined ? undefined : this.#openedAt;
  }

  start(): void {
    if (this.#isRunning) return;
    this.#isRunning = true;
    this.#attempt = 0;
    this.fault = this.#isOnline ? undefined : { code: 'channel-offline' };
    if (this.#isOnline) void this.#connect();
    else this.#connectIn(offlinePauseMs);
  }

  stop(): void {
    this.#isRunning = false;
    this.#drop();
  }

  /** The picture runs. */
  markPlaying(): void {
    this.fault = undefined;
    this.#playingSince ??= this.#now();
    clearTimeout(this.#following);
  }

  /** Ends the present source for a fault seen from outside (no bytes for long), and goes on as after any break. */
  lose(fault: PlayerFault): void {
    this.#failed(fault, (ending) => this.#parts.judge?.(ending) ?? verdictOf(fault));
  }

  #failed(fault: PlayerFault, judge: (ending: Ending) => Verdict): void {
    if (!this.#isRunning) return;
    const playedMs = this.#playingSince === undefined ? undefined : this.#now() - this.#playingSince;
    this.#drop();
    this.losses += 1;
    if (playedMs !== undefined && playedMs >= provenMs) this.#attempt = 0;
    const isAway = !this.#isOnline && !isFinal(fault);
    const verdict = isAway ? 'again' : judge({ fault, playedMs });
    this.fault = isAway ? { ...fault, code: 'channel-offline' } : verdict === 'afresh' ? undefined : fault;
    if (verdict === 'give-up') this.#isRunning = false;
    else this.#connectIn(this.#pauseMs());
    this.#parts.onChange();
  }

  /** Tries now instead of after the pause: the network or the channel is said to be back, or the viewer asks. */
  hurry(): void {
    if (!this.#isRunning) return this.start();
    if (this.#timer === undefined) return;
    this.#attempt = 0;
    void this.#connect();
  }

  /** What the site says of the channel; a running picture is left alone either way. */
  setOnline(isOnline: boolean): void {
    const isReturn = isOnline && !this.#isOnline;
    this.#isOnline = isOnline;
    if (!isOnline && this.fault !== undefined && !isFinal(this.fault)) this.fault = { code: 'channel-offline' };
    if (isReturn && this.#isRunning) this.hurry();
    this.#parts.onChange();
  }

  #pauseMs(): number {
    const isAway = this.fault?.code === 'channel-offline';
    const pauseMs = isAway ? offlinePauseMs : reconnectPauseMs(this.#attempt, (this.#parts.random ?? Math.random)());
    this.#attempt += 1;
    return pauseMs;
  }

  #connectIn(pauseMs: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#connect(), pauseMs);
  }

  async #connect(): Promise<void> {
    this.#drop();
    const mine = this.#generation;
    const isStale = (): boolean => mine !== this.#generation;
    this.#parts.onChange();
    let addresses: LiveAddresses;
    try {
      addresses = await this.#addresses();
    } catch (error) {
      const fault = faultOfWatch(error);
      // No word on the way that would have been gone.
      if (!isStale()) this.#failed(fault, () => verdictOf(fault));
      return;
    }
    if (isStale()) return;
    this.#openedAt = this.#now();
    const source = await this.#parts.open(addresses, (fault) => {
      if (!isStale()) this.lose(fault);
    });
    if (isStale()) return source.close();
    this.#source = source;
    if (this.#playingSince === undefined) this.#followIn(followMs, addresses, isStale);
    this.#parts.onChange();
  }

  #followIn(afterMs: number, addresses: LiveAddresses, isStale: () => boolean): void {
    this.#following = setTimeout(() => void this.#follow(afterMs, addresses, isStale), afterMs);
  }

  async #follow(afterMs: number, addresses: LiveAddresses, isStale: () => boolean): Promise<void> {
    const now = await this.#parts.watch().catch(() => addresses);
    if (isStale() || this.#playingSince !== undefined) return;
    if (placeOf(now.flv) === placeOf(addresses.flv)) this.#followIn(afterMs, addresses, isStale);
    else void this.#connect();
  }

  /** New addresses; while the site is away, the last ones as long as they are good. */
  async #addresses(): Promise<LiveAddresses> {
    const held = this.#held;
    const isHeldGood = held !== undefined && Date.parse(held.expiresAt) > this.#now() + 1_000;
    const asked = this.#parts.watch().then((addresses) => (this.#held = addresses));
    if (!isHeldGood) return asked;
    try {
      return await Promise.race([asked, rejectIn(sitePatienceMs)]);
    } catch (error) {
      asked.catch(() => {});
      if (faultOfWatch(error).code !== 'site-unreachable') throw error;
      return held;
    }
  }

  #drop(): void {
    this.#generation += 1;
    clearTimeout(this.#timer);
    clearTimeout(this.#following);
    this.#timer = undefined;
    this.#playingSince = undefined;
    if (this.#source === undefined) return;
    this.#parts.onClosing();
    this.#source.close();
    this.#source = undefined;
  }
}

/** An address without its token, which changes with time. */
function placeOf(url: string): string {
  return url.split('?')[0] ?? '';
}

function verdictOf(fault: PlayerFault): Verdict {
  return isFinal(fault) ? 'give-up' : 'again';
}

function rejectIn(afterMs: number): Promise<never> {
  return new Promise((_, reject) => {
    setTimeout(() => reject(new Error('the site does not answer')), afterMs);
  });
}
