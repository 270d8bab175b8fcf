// One viewer of a stream: starts at a keyframe, gets each window with one write, skips ahead when its connection lags. While its
// connection keeps up it goes with a cohort, which does the writing.
import type { Cohort } from './cohort.ts';
import type { Delivery, Outlet, ViewerEnd } from './delivery.ts';
import type { Encoding } from './encoding.ts';
import type { GopCache } from './gop-cache.ts';
import type { Limits } from './limits.ts';
import type { Peer } from './peer.ts';
import { type Configs, type StreamTag, configTagsAt } from './stream-tag.ts';
import { TimeBase, type TimeBases } from './time-base.ts';
import { ViewerQueue } from './viewer-queue.ts';
import type { Window } from './window.ts';

/** Media time between the last tag before a skip and the keyframe after it, ms. */
const stepMillis = 40;

/** What the stream counts over all its viewers. */
export type ViewerCounts = { bytesOut: number; skips: number };

export class Viewer {
  readonly #delivery: Delivery;
  readonly #limits: Limits;
  readonly #bases: TimeBases;
  readonly #counts: ViewerCounts;
  readonly #queue: ViewerQueue;
  readonly joinedAt: number;
  #state: 'waiting' | 'flowing' | 'skipping' | 'gone' = 'waiting';
  #base = new TimeBase(0, 0);
  #isBaseShared = false;
  /** The viewer's time of the newest tag that was written. */
  #lastStamp = 0;
  /** What its decoder has been told; differs from the keyframe's after a skip over a change. */
  #configs: Configs | undefined;
  #resumesAt: StreamTag | undefined;
  #isLagging = false;
  /** Number of the first tag that it has not got with the cache. */
  #next = 0;
  #freeAt: number;
  /** Its connection may hold what was not taken; those that do not, thousands mostly, are not asked at each look at the time-outs. */
  #isPending = false;
  /** Without those of its cohort. */
  #bytesOut = 0;
  #cohort: Cohort<Viewer> | undefined;

  constructor(options: { delivery: Delivery; limits: Limits; bases: TimeBases; counts: ViewerCounts; now: number }) {
    this.#delivery = options.delivery;
    this.#limits = options.limits;
    this.#bases = options.bases;
    this.#counts = options.counts;
    this.#queue = new ViewerQueue(options.limits);
    this.joinedAt = options.now;
    this.#freeAt = options.now;
  }

  get protocol(): Delivery['protocol'] {
    return this.#delivery.protocol;
  }

  get peer(): Peer | undefined {
    return this.#delivery.peer;
  }

  /** Another process of this server draws the stream, for viewers of its own. */
  get isRelay(): boolean {
    return this.#delivery.protocol === 'relay';
  }

  /** People who watch through this connection. */
  get audience(): number {
    return this.#delivery.audience ?? 1;
  }

  get isWaiting(): boolean {
    return this.#state === 'waiting';
  }

  /** Bytes handed to its connection. */
  get bytesOut(): number {
    return this.#bytesOut + (this.#cohort?.progressOf(this).bytes ?? 0);
  }

  /** Payload bytes that wait outside its connection. */
  get queuedBytes(): number {
    return this.#queue.bytes;
  }

  /** Counts bytes that a delivery with an audience has sent to it. */
  countOut(bytes: number): void {
    this.#bytesOut += bytes;
    this.#counts.bytesOut += bytes;
  }

  /** Begins with all that the cache holds, in one write; `next` is the number of the tag that comes after that. */
  start(gop: GopCache, now: number, next: number): void {
    const configs = gop.configs;
    if (this.#state !== 'waiting' || configs === undefined) return;
    this.#state = 'flowing';
    this.#base = this.#bases.join(gop.start);
    this.#isBaseShared = true;
    this.#next = next;
    this.#configs = configs;
    this.#freeAt = now;
    const media = gop.encode(this.#delivery.encoding, this.#base);
    this.#write([this.#delivery.preface(configs), media], this.#base.stamp(gop.end), configs);
  }

  /** Takes its lane's next window. */
  deliver(window: Window, now: number): void {
    if (window.first < this.#next) return this.#deliverFrom(window, this.#next - window.first, now);
    if (this.#state === 'flowing') {
      if (this.#queue.isEmpty && !this.#isHeldUp()) {
        this.#freeAt = now;
        this.#write([window.encode(this.#delivery.encoding, this.#base)], this.#base.stamp(window.end), window.configs);
        return;
      }
      this.#queue.push(window);
      if (this.#queue.isOverfull) this.#skip();
    } else if (this.#state === 'skipping' && window.firstKeyframe >= 0) {
      this.#state = 'flowing';
      this.#resume(window.tags[window.firstKeyframe]);
      this.#queue.push(window, window.firstKeyframe);
    }
    this.pump(now);
  }

  /** Its first window: the tags before `from` it has got with the cache. */
  #deliverFrom(window: Window, from: number, now: number): void {
    if (this.#state !== 'flowing' || from >= window.tags.length) return;
    this.#queue.push(window, from);
    this.pump(now);
  }

  /** With whom it may go from the end of this window on: it has had all there was, in bytes that others get too. */
  sharingAfter(window: Window): { encoding: Encoding; base: TimeBase; outlet: Outlet } | undefined {
    const { encoding, outlet } = this.#delivery;
    if (outlet === undefined || this.#state !== 'flowing' || !this.#isBaseShared) return undefined;
    if (this.#next > window.next || this.#isPending || !this.#queue.isEmpty) return undefined;
    return { encoding, base: this.#base, outlet };
  }

  /** Goes with those who stand where it does. */
  enter(cohort: Cohort<Viewer>, outlet: Outlet): void {
    cohort.join(this, outlet);
    this.#cohort = cohort;
    this.#bytesOut -= cohort.progressOf(this).bytes;
  }

  /** Goes alone from here on. */
  part(): void {
    const progress = this.#cohort?.leave(this);
    if (progress === undefined) return;
    this.#cohort = undefined;
    this.#bytesOut += progress.bytes;
    this.#next = progress.next;
    this.#lastStamp = Math.max(this.#lastStamp, progress.stamp);
    this.#configs = progress.configs;
  }

  /** Its connection has not taken all of what its cohort wrote to it. */
  lag(now: number): void {
    this.part();
    this.#isPending = true;
    this.#freeAt = now;
  }

  /** Asked only of a connection that had not taken all of the last write. */
  #isHeldUp(): boolean {
    return this.#isPending && (this.#isPending = this.#delivery.pendingBytes > 0);
  }

  /** Hands over what waits as far as the connection takes it. */
  pump(now: number): void {
    if (this.#isHeldUp()) return;
    this.#freeAt = now;
    if (this.#queue.isEmpty) return;
    const entries = this.#queue.take(this.#limits.gatherBytes);
    const last = entries.at(-1);
    if (last === undefined) return;
    const resumesAt = this.#resumesAt;
    this.#resumesAt = undefined;
    const isNews = resumesAt !== undefined && resumesAt.configs !== this.#configs;
    const tags = isNews ? configTagsAt(resumesAt.configs, resumesAt.timestamp) : [];
    let end = 0;
    for (const { window, from } of entries) {
      tags.push(...(from === 0 ? window.tags : window.tags.slice(from)));
      end = Math.max(end, window.end);
    }
    this.#write([this.#delivery.encoding.encode(tags, this.#base)], this.#base.stamp(end), last.window.configs);
    if (this.#queue.isEmpty) this.#isLagging = false;
  }

  /** Its connection has taken nothing for too long. */
  isStuck(now: number): boolean {
    return this.#isHeldUp() && now - this.#freeAt > this.#limits.stuckMillis;
  }

  /** The server's end: a refusal while nothing was sent, the end of media after that. */
  end(reason: ViewerEnd): void {
    const state = this.#state;
    this.leave();
    if (state === 'waiting') this.#delivery.refuse(reason);
    else if (state !== 'gone') this.#delivery.end(reason);
  }

  /** Its connection is gone. */
  leave(): void {
    this.part();
    this.#state = 'gone';
    this.#queue.clear();
    this.#setBase(new TimeBase(0, 0));
  }

  #skip(): void {
    if (!this.#isLagging) this.#counts.skips++;
    this.#isLagging = true;
    const keyframe = this.#queue.jump();
    if (keyframe === undefined) this.#state = 'skipping';
    else this.#resume(keyframe);
  }

  /** The next tag written is this keyframe, with a timestamp that goes on from the last one. */
  #resume(keyframe: StreamTag | undefined): void {
    if (keyframe === undefined) return;
    const stamp = this.#lastStamp + stepMillis;
    this.#setBase(new TimeBase(keyframe.timestamp - stamp, stamp));
    this.#resumesAt = keyframe;
  }

  #setBase(base: TimeBase): void {
    if (this.#isBaseShared) this.#bases.leave(this.#base);
    this.#isBaseShared = false;
    this.#base = base;
  }

  #write(parts: readonly Uint8Array[], lastStamp: number, configs: Configs): void {
    if (this.#delivery.audience === undefined) for (const part of parts) this.countOut(part.length);
    this.#lastStamp = Math.max(this.#lastStamp, lastStamp);
    this.#configs = configs;
    this.#delivery.write(parts);
    this.#isPending = this.#delivery.pendingBytes > 0;
  }
}
