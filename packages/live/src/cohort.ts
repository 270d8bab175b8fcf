// Viewers of a lane who have had all there was, in the same bytes. A window is one write for each of them; what would be looked up
// and noted for each is looked up and noted once. In thousands of writes a second it is memory that has left the processor's caches
// which costs time, so a turn touches nothing of a viewer but its socket.
import type { Outlet } from './delivery.ts';
import type { Encoding } from './encoding.ts';
import type { Configs } from './stream-tag.ts';
import type { TimeBase } from './time-base.ts';
import type { Window } from './window.ts';

/** How far viewers have come, all alike. */
export type Progress = {
  /** Bytes that each has got since their cohort began. */
  readonly bytes: number;
  /** Number of the tag that comes next. */
  readonly next: number;
  /** The viewers' time of the newest tag, ms. */
  readonly stamp: number;
  /** What their decoders have been told. */
  readonly configs: Configs;
};

/** A viewer, as far as its cohort knows it. */
type Member = {
  /** Its connection has not taken all of what was written to it. */
  lag(now: number): void;
};

export type CohortOptions<M> = {
  encoding: Encoding;
  base: TimeBase;
  counts: { bytesOut: number };
  /** Where the first ones stand. */
  progress: Omit<Progress, 'bytes'>;
  /** This one has left, for it lags. */
  onLag(member: M): void;
};

export class Cohort<M extends Member> {
  readonly encoding: Encoding;
  readonly base: TimeBase;
  readonly #counts: { bytesOut: number };
  readonly #onLag: CohortOptions<M>['onLag'];
  /** Who has left leaves a hole until the next window, so that nobody is passed over in this one. */
  #members: (M | undefined)[] = [];
  #outlets: (Outlet | undefined)[] = [];
  #size = 0;
  /** The window that is on its way, and how many places have been served. */
  #bytes: Buffer | undefined;
  #served = 0;
  /** Of those who have not got it yet, and of those who have. */
  #before: Progress;
  #after: Progress;

  constructor({ encoding, base, counts, progress, onLag }: CohortOptions<M>) {
    this.encoding = encoding;
    this.base = base;
    this.#counts = counts;
    this.#onLag = onLag;
    this.#before = this.#after = { ...progress, bytes: 0 };
  }

  get size(): number {
    return this.#size;
  }

  /** How far this member has come. */
  progressOf(member: M): Progress {
    return this.#bytes === undefined ? this.#after : this.#progressAt(this.#members.indexOf(member));
  }

  #progressAt(place: number): Progress {
    return place < this.#served ? this.#after : this.#before;
  }

  /** Takes in one who stands where all do; not while a window is on its way. */
  join(member: M, outlet: Outlet): void {
    this.#members.push(member);
    this.#outlets.push(outlet);
    this.#size++;
  }

  /** Lets a member go, with what it has come to. */
  leave(member: M): Progress {
    const place = this.#members.indexOf(member);
    this.#members[place] = this.#outlets[place] = undefined;
    this.#size--;
    return this.#progressAt(place);
  }

  /** Makes the next window ready for all. */
  begin(window: Window): void {
    if (this.#size < this.#members.length) {
      this.#members = this.#members.filter((member) => member !== undefined);
      this.#outlets = this.#outlets.filter((outlet) => outlet !== undefined);
    }
    this.#bytes = window.encode(this.encoding, this.base);
    this.#served = 0;
    const { bytes, stamp } = this.#before;
    this.#after = {
      bytes: bytes + this.#bytes.length,
      next: window.next,
      stamp: Math.max(stamp, this.base.stamp(window.end)),
      configs: window.configs,
    };
  }

  /** Hands the window to those in the next `places`; tells how many places that were, 0 when all have it. */
  goOn(places: number, now: number): number {
    const bytes = this.#bytes;
    if (bytes === undefined) return 0;
    const outlets = this.#outlets;
    const first = this.#served;
    const end = Math.min(outlets.length, first + places);
    let written = 0;
    for (let place = first; place < end; place++) {
      const outlet = outlets[place];
      // Half closed by its peer: it is about to leave.
      if (outlet === undefined || !outlet.writable) continue;
      outlet.write(bytes);
      written++;
      if (outlet.writableLength > 0) this.#lag(place, now);
    }
    this.#counts.bytesOut += written * bytes.length;
    this.#served = end;
    if (end === outlets.length) {
      this.#bytes = undefined;
      this.#before = this.#after;
    }
    return end - first;
  }

  #lag(place: number, now: number): void {
    const member = this.#members[place];
    if (member === undefined) return;
    this.#served = place + 1;
    member.lag(now);
    this.#onLag(member);
  }
}
