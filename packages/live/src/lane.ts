// Those viewers of a stream who get their windows at the same moment.
import { Cohort } from './cohort.ts';
import type { StreamTag } from './stream-tag.ts';
import type { Viewer, ViewerCounts } from './viewer.ts';
import { Window } from './window.ts';

/** A window on its way to those of its lane who have not got it yet. */
type Pass = { window: Window; loose: Iterator<Viewer, unknown>; now: number };

export class Lane {
  readonly #counts: ViewerCounts;
  readonly #viewers = new Set<Viewer>();
  /** Those who are in no cohort: newcomers, those who lag, and those whose protocol frames each window anew. */
  readonly #loose = new Set<Viewer>();
  #cohorts: Cohort<Viewer>[] = [];
  #tags: StreamTag[] = [];
  /** Number of the first gathered tag, and when it came. */
  #first = 0;
  #since = Infinity;
  #pass: Pass | undefined;

  constructor(counts: ViewerCounts) {
    this.#counts = counts;
  }

  get size(): number {
    return this.#viewers.size;
  }

  /** When the first of the gathered tags came; `Infinity` if there is none. */
  get since(): number {
    return this.#since;
  }

  join(viewer: Viewer): void {
    this.#viewers.add(viewer);
    this.#loose.add(viewer);
  }

  /** Tells whether the viewer was in this lane; from its cohort it parts by itself. */
  leave(viewer: Viewer): boolean {
    this.#loose.delete(viewer);
    return this.#viewers.delete(viewer);
  }

  /** Gathers a tag for the next window. */
  add(tag: StreamTag, number: number, now: number): void {
    if (this.#tags.length === 0) [this.#first, this.#since] = [number, now];
    this.#tags.push(tag);
  }

  /** Makes a window of what is gathered; the one before has gone out. */
  begin(now: number): void {
    const [first, ...rest] = this.#tags;
    if (first === undefined) return;
    this.#tags = [];
    this.#since = Infinity;
    const window = new Window([first, ...rest], this.#first);
    this.#cohorts = this.#cohorts.filter(({ size }) => size > 0);
    for (const cohort of this.#cohorts) cohort.begin(window);
    // Who joins meanwhile comes last, and has got it with the cache.
    this.#pass = { window, loose: this.#loose.values(), now };
  }

  /** Hands the window that is on its way to the next `viewers`; tells whether all have it. */
  goOn(viewers: number): boolean {
    const pass = this.#pass;
    if (pass === undefined) return true;
    let left = viewers;
    for (const cohort of this.#cohorts) left -= cohort.goOn(left, pass.now);
    for (; left > 0; left--) {
      const { done, value } = pass.loose.next();
      if (done) {
        this.#end(pass.window);
        return true;
      }
      value.deliver(pass.window, pass.now);
    }
    return false;
  }

  /** All have the window: who has come as far as all others goes with them from here on. */
  #end(window: Window): void {
    window.release();
    this.#pass = undefined;
    for (const viewer of this.#loose) {
      const sharing = viewer.sharingAfter(window);
      if (sharing === undefined) continue;
      const { encoding, base, outlet } = sharing;
      let cohort = this.#cohorts.find((each) => each.encoding === encoding && each.base === base);
      if (cohort === undefined) {
        const progress = { next: window.next, stamp: base.stamp(window.end), configs: window.configs };
        cohort = new Cohort<Viewer>({ encoding, base, progress, counts: this.#counts, onLag: (member) => this.#loose.add(member) });
        this.#cohorts.push(cohort);
      }
      this.#loose.delete(viewer);
      viewer.enter(cohort, outlet);
    }
  }
}
