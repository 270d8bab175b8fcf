// One stream: a publisher (or the place of one who is coming back), its viewers, the GOP cache and the shared windows.
import type { FlvTag } from '@lubo/media';
import type { Logger } from 'pino';
import type { Delivery, ViewerEnd } from './delivery.ts';
import { GopCache } from './gop-cache.ts';
import { Intake } from './intake.ts';
import { Lanes } from './lanes.ts';
import type { Limits } from './limits.ts';
import { StreamClock } from './stream-clock.ts';
import { type Configs, type StreamTag, hasSameTracks } from './stream-tag.ts';
import { TimeBases } from './time-base.ts';
import type { Timers } from './timers.ts';
import { Viewer } from './viewer.ts';

/** Why the server closes a publisher. */
export type PublisherEnd = 'taken-over' | 'abandoned' | 'stopping';

/** A publisher's connection as its protocol makes it. */
export type Publisher = {
  close(reason: PublisherEnd): void;
  /** Nobody misses what it sends within the next `millis`: it may be read together afterwards. */
  rest?(millis: number): void;
};

/** What a publisher's connection holds while it publishes. */
export type Publication = {
  /** Throws FormatError for what can't be broadcast. Ignored after the end or a take-over. */
  write(tag: FlvTag): void;
  /** The publisher went away by itself. */
  end(): void;
};

/** A viewer's place in a stream. */
export type Seat = { readonly viewer: Viewer; leave(): void };

export type StreamOptions = {
  name: string;
  limits: Limits;
  timers: Timers;
  log: Logger;
  /** How long tags are gathered, ms; asked anew for each window. */
  windowMillis(): number;
  /** Publisher or number of viewers changed. */
  onChange(): void;
  onViewerEnd(reason: ViewerEnd): void;
};

export class Stream {
  readonly name: string;
  readonly #options: StreamOptions;
  readonly #clock = new StreamClock();
  readonly #gop: GopCache;
  readonly #bases: TimeBases;
  readonly #viewers = new Set<Viewer>();
  readonly #waiting = new Set<Viewer>();
  readonly #lanes: Lanes;
  /** Other processes get each tag at once: their own lanes come after this one. */
  readonly #relayLanes: Lanes;
  readonly #counts = { bytesOut: 0, skips: 0 };
  #bytesIn = 0;
  #publications = 0;
  #publisher: Publisher | undefined;
  #isDrawn = false;
  #configs: Configs | undefined;
  /** Since when nobody publishes, and since when nobody watches; clock of the timers. */
  #unpublishedAt: number;
  #unwatchedAt: number;

  constructor(options: StreamOptions) {
    this.name = options.name;
    this.#options = options;
    this.#gop = new GopCache(options.limits);
    this.#lanes = new Lanes({ ...options, counts: this.#counts, windowMillis: () => options.windowMillis(), onLull: (millis) => this.#rest(millis) });
    this.#relayLanes = new Lanes({ ...options, counts: this.#counts, windowMillis: () => 0 });
    this.#bases = new TimeBases(options.limits.timeBases);
    this.#unpublishedAt = this.#unwatchedAt = options.timers.now();
  }

  get isPublishing(): boolean {
    return this.#publisher !== undefined;
  }

  /** Its publisher is connected to this process, not to another one of the same server. */
  get isPublishedHere(): boolean {
    return this.#publisher !== undefined && !this.#isDrawn;
  }

  /** Somebody watches who is connected to this process. */
  get isWatchedHere(): boolean {
    for (const viewer of this.#viewers) if (!viewer.isRelay) return true;
    return false;
  }

  /** Viewers, those who wait for the first keyframe included. */
  get viewers(): ReadonlySet<Viewer> {
    return this.#viewers;
  }

  /** People who watch, each as one however the video reaches them. */
  get audience(): number {
    let audience = 0;
    for (const viewer of this.#viewers) audience += viewer.audience;
    return audience;
  }

  /** How many publishers there have been; tags delivered after it rose come from another encoder. */
  get publications(): number {
    return this.#publications;
  }

  get bytesIn(): number {
    return this.#bytesIn;
  }

  get bytesOut(): number {
    return this.#counts.bytesOut;
  }

  /** How often a viewer lagged so far behind that media was left out. */
  get skips(): number {
    return this.#counts.skips;
  }

  /** Takes a publisher; one who is there is closed. `isDrawn`: it stands for one whom another process has. */
  publish(publisher: Publisher, { isDrawn = false } = {}): Publication {
    const earlier = this.#publisher;
    this.#flush();
    this.#publisher = publisher;
    this.#isDrawn = isDrawn;
    this.#publications++;
    this.#gop.clear();
    const intake = new Intake({
      limits: this.#options.limits,
      clock: this.#clock,
      previous: this.#configs,
      emit: (tag) => this.#take(tag),
    });
    earlier?.close('taken-over');
    this.#options.onChange();
    return {
      write: (tag) => {
        if (this.#publisher !== publisher) return;
        if (!isDrawn) this.#bytesIn += tag.body.length;
        intake.write(tag);
      },
      end: () => this.#unpublish(publisher),
    };
  }

  /** Adds a viewer: it begins at once if there is a keyframe, otherwise it waits. */
  join(delivery: Delivery): Seat {
    const { limits, timers } = this.#options;
    const now = timers.now();
    const viewer = new Viewer({ delivery, limits, bases: this.#bases, counts: this.#counts, now });
    this.#viewers.add(viewer);
    this.#waiting.add(viewer);
    if (this.#gop.isReady) this.#start(viewer, now);
    this.#options.onChange();
    const leave = (): void => {
      viewer.leave();
      this.#remove(viewer);
    };
    return { viewer, leave };
  }

  /** Looks at all time-outs. `awaySince`: since when the site can't be reached, if so. */
  sweep(now: number, awaySince: number | undefined): void {
    const { limits, log } = this.#options;
    const isOver = !this.isPublishing && now - this.#unpublishedAt > limits.reconnectMillis;
    for (const viewer of this.#viewers) {
      viewer.pump(now);
      if (viewer.isStuck(now)) this.#part(viewer, 'stuck');
      else if (viewer.isWaiting ? now - viewer.joinedAt > limits.waitMillis : isOver) {
        this.#part(viewer, viewer.isWaiting ? 'no-publisher' : 'publisher-gone');
      }
    }
    if (isOver) this.#configs = undefined;
    if (this.#publisher === undefined || this.#viewers.size > 0 || awaySince === undefined) return;
    if (now - Math.max(awaySince, this.#unwatchedAt) <= limits.abandonedMillis) return;
    log.warn({ reason: 'abandoned' }, 'publisher closed: the site is away and nobody watches');
    this.unpublish('abandoned');
  }

  /** Neither publisher nor viewers, and nobody is expected back. */
  isIdle(now: number): boolean {
    return !this.isPublishing && this.#viewers.size === 0 && now - this.#unpublishedAt > this.#options.limits.reconnectMillis;
  }

  /** Parts with everybody. */
  stop(): void {
    this.unpublish('stopping');
    for (const viewer of this.#viewers) this.#part(viewer, 'stopping');
    this.#lanes.stop();
    this.#relayLanes.stop();
  }

  /** Parts with the publisher; viewers wait for another one. */
  unpublish(reason: PublisherEnd): void {
    const publisher = this.#publisher;
    if (publisher === undefined) return;
    this.#unpublish(publisher);
    publisher.close(reason);
  }

  #unpublish(publisher: Publisher): void {
    if (this.#publisher !== publisher) return;
    this.#flush();
    this.#publisher = undefined;
    this.#unpublishedAt = this.#options.timers.now();
    // A newcomer would see a picture that stands still: it waits for the next publisher instead.
    this.#gop.clear();
    this.#options.onChange();
  }

  #take(tag: StreamTag): void {
    if (tag.configs !== this.#configs) this.#changeConfigs(tag.configs);
    this.#relayLanes.add(tag);
    this.#lanes.add(tag);
    this.#gop.add(tag);
    if (this.#waiting.size === 0 || !this.#gop.isReady) return;
    const now = this.#options.timers.now();
    for (const viewer of this.#waiting) this.#start(viewer, now);
  }

  /** The viewer gets what the cache holds, and then the windows of a lane. */
  #start(viewer: Viewer, now: number): void {
    this.#waiting.delete(viewer);
    const lanes = this.#lanesOf(viewer);
    viewer.start(this.#gop, now, lanes.next);
    lanes.join(viewer);
  }

  #lanesOf(viewer: Viewer): Lanes {
    return viewer.isRelay ? this.#relayLanes : this.#lanes;
  }

  #rest(millis: number): void {
    if (this.#relayLanes.isEmpty && this.#waiting.size === 0) this.#publisher?.rest?.(millis);
  }

  #flush(): void {
    this.#relayLanes.flush();
    this.#lanes.flush();
  }

  #changeConfigs(configs: Configs): void {
    const earlier = this.#configs;
    this.#configs = configs;
    if (earlier === undefined || hasSameTracks(earlier, configs)) return;
    // The header that these viewers got tells of other tracks, which players can't unlearn: they come again.
    this.#flush();
    this.#gop.clear();
    for (const viewer of this.#viewers) if (!viewer.isWaiting) this.#part(viewer, 'tracks-changed');
  }

  #part(viewer: Viewer, reason: ViewerEnd): void {
    this.#remove(viewer);
    viewer.end(reason);
    this.#options.onViewerEnd(reason);
  }

  #remove(viewer: Viewer): void {
    if (!this.#viewers.delete(viewer)) return;
    if (!this.#waiting.delete(viewer)) this.#lanesOf(viewer).leave(viewer);
    if (this.#viewers.size === 0) this.#unwatchedAt = this.#options.timers.now();
    this.#options.onChange();
  }
}
