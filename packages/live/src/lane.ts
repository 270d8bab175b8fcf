// Viewers of a stream in lanes: each lane gets its windows at a moment of its own, so that thousands of writes never stand
// between a publisher's bytes and their reading, and nobody waits for all the others.
import type { Limits } from './limits.ts';
import type { StreamTag } from './stream-tag.ts';
import type { Timers } from './timers.ts';
import type { Viewer } from './viewer.ts';
import { Window } from './window.ts';

type Lane = { viewers: Set<Viewer>; tags: StreamTag[]; first: number };

export type LanesOptions = {
  limits: Pick<Limits, 'laneViewers' | 'lanes'>;
  timers: Timers;
  /** How long a lane gathers tags, ms; asked anew for each window. */
  windowMillis(): number;
};

/** The lanes of one stream. */
export class Lanes {
  readonly #options: LanesOptions;
  #lanes: Lane[] = [];
  /** The lane whose turn is next. */
  #turn = 0;
  #next = 0;
  #cancelTurn: (() => void) | undefined;

  constructor(options: LanesOptions) {
    this.#options = options;
  }

  /** Number of the tag that comes next. */
  get next(): number {
    return this.#next;
  }

  /** Those who come together stay together, for they share the bytes that are made for them. */
  join(viewer: Viewer): void {
    const { laneViewers, lanes } = this.#options.limits;
    let lane = this.#lanes.findLast(({ viewers }) => viewers.size < laneViewers);
    if (lane === undefined && this.#lanes.length < lanes) this.#lanes.push((lane = { viewers: new Set(), tags: [], first: 0 }));
    lane ??= this.#lanes.toSorted((a, b) => a.viewers.size - b.viewers.size)[0];
    lane?.viewers.add(viewer);
  }

  leave(viewer: Viewer): void {
    const at = this.#lanes.findIndex(({ viewers }) => viewers.delete(viewer));
    if (at >= 0 && this.#lanes[at]?.viewers.size === 0) this.#lanes.splice(at, 1);
  }

  /** Takes the stream's next tag. */
  add(tag: StreamTag): void {
    const number = this.#next++;
    for (const lane of this.#lanes) {
      if (lane.tags.length === 0) lane.first = number;
      lane.tags.push(tag);
    }
    if (this.#lanes.length > 0) this.#cancelTurn ??= this.#schedule();
  }

  /** Hands out all that is gathered. */
  flush(): void {
    this.stop();
    for (const lane of this.#lanes) this.#flush(lane);
  }

  /** Hands out nothing more by itself until the next tag. */
  stop(): void {
    this.#cancelTurn?.();
    this.#cancelTurn = undefined;
  }

  #schedule(): () => void {
    return this.#options.timers.after(this.#options.windowMillis() / Math.max(1, this.#lanes.length), () => this.#takeTurn());
  }

  #takeTurn(): void {
    this.#cancelTurn = undefined;
    this.#turn = (this.#turn + 1) % Math.max(1, this.#lanes.length);
    const lane = this.#lanes[this.#turn];
    if (lane !== undefined) this.#flush(lane);
    if (this.#lanes.some(({ tags }) => tags.length > 0)) this.#cancelTurn ??= this.#schedule();
  }

  #flush(lane: Lane): void {
    const [first, ...rest] = lane.tags;
    if (first === undefined) return;
    lane.tags = [];
    const window = new Window([first, ...rest], lane.first);
    const now = this.#options.timers.now();
    for (const viewer of lane.viewers) viewer.deliver(window, now);
    window.release();
  }
}
