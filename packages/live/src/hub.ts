// All streams of this process by name: makes them when somebody comes, forgets them when everybody is gone.
import type { LiveStreamReport } from '@lubo/contract';
import type { Logger } from 'pino';
import type { Delivery, ViewerEnd } from './delivery.ts';
import { type Limits, windowMillisFor } from './limits.ts';
import { type Publication, type Publisher, type Seat, Stream } from './stream.ts';
import { type Timers, every } from './timers.ts';

/** What counts against the limits of a server of several processes. */
export type Load = { viewers: number; hlsSessions: number; hlsBytes: number };

/** What other processes of the same server have. */
export type Elsewhere = {
  isPublishing(name: string): boolean;
  isWatched(name: string): boolean;
  /** All of them together, as of some 100 ms ago. */
  readonly load: Load;
  /** Different streams in the whole server, as of then. */
  readonly streams: number;
};

export type HubOptions = {
  limits: Limits;
  timers: Timers;
  log: Logger;
  /** The site can be reached, and so will end what nobody watches. */
  isSiteThere(): boolean;
  /** Something that a report tells has changed. */
  onChange(): void;
  /** Viewers who share deliveries, so that the hub does not see them one by one. */
  sharingViewers?(): number;
  elsewhere?: Elsewhere | undefined;
};

/** Totals since the start, streams that are gone included. */
export type HubTotals = { bytesIn: number; bytesOut: number; skips: number };

export class Hub {
  readonly #options: HubOptions;
  readonly #streams = new Map<string, Stream>();
  readonly #past: HubTotals = { bytesIn: 0, bytesOut: 0, skips: 0 };
  readonly #ends = new Map<ViewerEnd, number>();
  readonly #stopSweeping: () => void;
  #awaySince: number | undefined;
  #viewers = 0;
  #isStopped = false;

  constructor(options: HubOptions) {
    this.#options = options;
    this.#stopSweeping = every(options.timers, options.limits.sweepMillis, () => this.sweep());
    this.#noteSite();
  }

  get streams(): ReadonlyMap<string, Stream> {
    return this.#streams;
  }

  /** Deliveries of all streams: each costs a write a window, however many watch through it. */
  get viewers(): number {
    return this.#viewers;
  }

  /** How often each reason has ended a viewer. */
  get ends(): ReadonlyMap<ViewerEnd, number> {
    return this.#ends;
  }

  /** Somebody publishes this stream now. */
  isPublishing(name: string): boolean {
    return this.#streams.get(name)?.isPublishing || (this.#options.elsewhere?.isPublishing(name) ?? false);
  }

  /** A publisher takes its stream, or learns in a word for people and logs why not. */
  publish(name: string, publisher: Publisher): Publication | { refused: string } {
    const hasViewers = (this.#streams.get(name)?.viewers.size ?? 0) > 0 || (this.#options.elsewhere?.isWatched(name) ?? false);
    // Without the site nobody would tell this publisher to stop again; a link that is just being made is no absence.
    this.#noteSite();
    const absence = this.#options.timers.now() - (this.#awaySince ?? Infinity);
    if (absence > this.#options.limits.siteGraceMillis && !hasViewers) return { refused: 'the site is away and nobody waits for this stream' };
    return this.#stream(name)?.publish(publisher) ?? { refused: 'too many streams' };
  }

  /** Takes a publisher whom another process of this server has; undefined when there are too many streams or the server stops. */
  draw(name: string, publisher: Publisher): Publication | undefined {
    return this.#stream(name)?.publish(publisher, { isDrawn: true });
  }

  /** As many watch as may. */
  get isFull(): boolean {
    const { limits, sharingViewers, elsewhere } = this.#options;
    return this.#viewers + (sharingViewers?.() ?? 0) + (elsewhere?.load.viewers ?? 0) >= limits.viewers;
  }

  /** A viewer takes a place, waiting if need be; undefined when there are too many streams or viewers or the server stops. */
  join(name: string, delivery: Delivery): Seat | undefined {
    if (this.isFull && delivery.protocol !== 'relay') return undefined;
    return this.#stream(name)?.join(delivery);
  }

  /** The audience behind a delivery has changed. */
  noteAudience(): void {
    this.#options.onChange();
  }

  /** Looks at all time-outs; the hub does it itself now and then. */
  sweep(): void {
    this.#noteSite();
    const now = this.#options.timers.now();
    for (const [name, stream] of this.#streams) {
      stream.sweep(now, this.#awaySince);
      if (!stream.isIdle(now)) continue;
      this.#streams.delete(name);
      this.#past.bytesIn += stream.bytesIn;
      this.#past.bytesOut += stream.bytesOut;
      this.#past.skips += stream.skips;
      this.#options.onChange();
    }
  }

  /** What the site is told. */
  report(): LiveStreamReport[] {
    return [...this.#streams.values()].map((stream) => ({
      name: stream.name,
      isPublishing: stream.isPublishedHere,
      viewers: stream.audience,
      bytesIn: stream.bytesIn,
      bytesOut: stream.bytesOut,
    }));
  }

  totals(): HubTotals {
    const totals = { ...this.#past };
    for (const { bytesIn, bytesOut, skips } of this.#streams.values()) {
      totals.bytesIn += bytesIn;
      totals.bytesOut += bytesOut;
      totals.skips += skips;
    }
    return totals;
  }

  /** Parts with everybody, and lets nobody in any more. */
  stop(): void {
    this.#isStopped = true;
    this.#stopSweeping();
    for (const stream of this.#streams.values()) stream.stop();
  }

  #noteSite(): void {
    if (this.#options.isSiteThere()) this.#awaySince = undefined;
    else this.#awaySince ??= this.#options.timers.now();
  }

  #stream(name: string): Stream | undefined {
    const known = this.#streams.get(name);
    const { limits, timers, log } = this.#options;
    if (this.#isStopped || known !== undefined) return this.#isStopped ? undefined : known;
    if (this.#streams.size >= limits.streams || this.#areTooMany(name)) return undefined;
    const stream = new Stream({
      name,
      limits,
      timers,
      log: log.child({ stream: name }),
      windowMillis: () => windowMillisFor(this.#viewers, limits),
      onChange: () => this.#count(),
      onViewerEnd: (reason) => this.#ends.set(reason, (this.#ends.get(reason) ?? 0) + 1),
    });
    this.#streams.set(name, stream);
    return stream;
  }

  /** A stream that another process has already is none more. */
  #areTooMany(name: string): boolean {
    const { elsewhere, limits } = this.#options;
    if (elsewhere === undefined || elsewhere.streams < limits.streams) return false;
    return !elsewhere.isPublishing(name) && !elsewhere.isWatched(name);
  }

  #count(): void {
    this.#viewers = 0;
    for (const stream of this.#streams.values()) this.#viewers += stream.viewers.size;
    this.#options.onChange();
  }
}
