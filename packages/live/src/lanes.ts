// Viewers of a stream in lanes. A window ends with the frame that has just come, so that this frame waits for nothing; and the
// lanes take turns with the frames, so that thousands of writes never stand between a publisher's bytes and their reading.
import { Lane } from './lane.ts';
import type { Limits } from './limits.ts';
import type { StreamTag } from './stream-tag.ts';
import type { Timers } from './timers.ts';
import type { Viewer, ViewerCounts } from './viewer.ts';

export type LanesOptions = {
  limits: Pick<Limits, 'laneViewers' | 'lanes' | 'turnViewers'>;
  timers: Timers;
  counts: ViewerCounts;
  /** How long a frame may wait for the ones after it, ms; asked anew for each tag. 0: no tag waits. */
  windowMillis(): number;
  /** No frame of the next `millis` ends a window: they may as well be read together. */
  onLull?(millis: number): void;
};

/** Frames that do not come end no window: this many times its length, and it goes out without them. */
const patience = 1.5;

/** What thirds and tenths that are summed up may lack of a whole. */
const roundingError = 1e-9;

/** The lanes of one stream. */
export class Lanes {
  readonly #options: LanesOptions;
  readonly #pace = new FramePace();
  #lanes: Lane[] = [];
  /** The lane whose turn is next. */
  #turn = 0;
  /** Lanes that are due; a part of one is what the frames since the last have earned. */
  #due = 0;
  /** Its window is on its way. */
  #passing: Lane | undefined;
  #next = 0;
  #cancelTurn: (() => void) | undefined;
  #cancelWatch: (() => void) | undefined;

  constructor(options: LanesOptions) {
    this.#options = options;
  }

  get isEmpty(): boolean {
    return this.#lanes.length === 0;
  }

  /** Number of the tag that comes next. */
  get next(): number {
    return this.#next;
  }

  /** Those who come together stay together, for they share the bytes that are made for them. */
  join(viewer: Viewer): void {
    const { limits, counts } = this.#options;
    let lane = this.#lanes.findLast(({ size }) => size < limits.laneViewers);
    if (lane === undefined && this.#lanes.length < limits.lanes) this.#lanes.push((lane = new Lane(counts)));
    lane ??= this.#lanes.toSorted((a, b) => a.size - b.size)[0];
    lane?.join(viewer);
  }

  leave(viewer: Viewer): void {
    const at = this.#lanes.findIndex((lane) => lane.leave(viewer));
    if (at >= 0 && this.#lanes[at]?.size === 0) this.#lanes.splice(at, 1);
  }

  /** Takes the stream's next tag. */
  add(tag: StreamTag): void {
    const number = this.#next++;
    const window = this.#options.windowMillis();
    const isFrame = tag.type === (tag.configs.video === undefined ? 'audio' : 'video');
    if (isFrame) this.#pace.note(tag.timestamp);
    if (this.#lanes.length === 0) return;
    const now = this.#options.timers.now();
    for (const lane of this.#lanes) lane.add(tag, number, now);
    if (window === 0) this.#earn(this.#lanes.length);
    else if (isFrame) this.#earn(this.#lanes.length / this.#pace.framesIn(window));
    if (this.#due >= 1) this.#cancelTurn ??= this.#options.timers.after(0, () => this.#takeTurn());
    else this.#cancelWatch ??= this.#watch(window);
  }

  /** Hands out all that is gathered. */
  flush(): void {
    this.stop();
    for (const lane of this.#lanes) this.#flush(lane);
  }

  /** Hands out nothing more by itself until the next tag, but for a window that some have got already. */
  stop(): void {
    this.#goOn(Infinity);
    this.#cancelTurn?.();
    this.#cancelWatch?.();
    this.#cancelTurn = this.#cancelWatch = undefined;
    this.#due = 0;
  }

  /** No more than all lanes once: when writing takes longer than frames do, the windows of all grow alike. */
  #earn(lanes: number): void {
    this.#due = Math.min(this.#lanes.length, this.#due + lanes + roundingError);
  }

  /** A part of a lane a turn of the event loop, so that what has come meanwhile is read before the next one's writes. */
  #takeTurn(): void {
    this.#cancelTurn = undefined;
    if (this.#passing === undefined) {
      this.#due = Math.max(0, this.#due - 1);
      this.#turn = (this.#turn + 1) % Math.max(1, this.#lanes.length);
      const lane = this.#lanes[this.#turn];
      if (lane !== undefined) this.#begin(lane);
    }
    this.#goOn(this.#options.limits.turnViewers);
    if (this.#passing !== undefined || this.#due >= 1) this.#cancelTurn ??= this.#options.timers.after(0, () => this.#takeTurn());
    else this.#tellLull();
  }

  /** The frame that ends the next window is to be met as it comes; those before it, and some way towards it, are not. */
  #tellLull(): void {
    const { onLull, windowMillis } = this.#options;
    const window = windowMillis();
    if (window === 0 || this.#lanes.length === 0) return;
    const ahead = Math.ceil((1 - this.#due) / (this.#lanes.length / this.#pace.framesIn(window)) - 0.01) - 1;
    if (ahead > 0) onLull?.((ahead + 0.25) * this.#pace.millis);
  }

  /** Looks after lanes whose frames fail to come, as long as anything is gathered. */
  #watch(window: number): () => void {
    const { timers } = this.#options;
    const oldest = Math.min(...this.#lanes.map(({ since }) => since));
    const longest = window * patience;
    return timers.after(Math.max(1, oldest + longest - timers.now()), () => {
      this.#cancelWatch = undefined;
      const now = timers.now();
      for (const lane of this.#lanes) if (now - lane.since >= longest) this.#flush(lane);
      if (this.#lanes.some(({ since }) => since < Infinity)) this.#cancelWatch = this.#watch(this.#options.windowMillis());
    });
  }

  /** Hands a lane all that it has gathered. */
  #flush(lane: Lane): void {
    this.#begin(lane);
    this.#goOn(Infinity);
  }

  /** Makes a lane's window; what is on its way goes before it. */
  #begin(lane: Lane): void {
    this.#goOn(Infinity);
    lane.begin(this.#options.timers.now());
    this.#passing = lane;
  }

  /** Hands the window that is on its way to the next `viewers`. */
  #goOn(viewers: number): void {
    if (this.#passing?.goOn(viewers)) this.#passing = undefined;
  }
}

/** How far apart the frames of a stream are: a running mean of their timestamps' steps. */
class FramePace {
  #millis = 40;
  #last: number | undefined;

  get millis(): number {
    return this.#millis;
  }

  note(timestamp: number): void {
    const step = timestamp - (this.#last ?? timestamp);
    this.#last = timestamp;
    // What is no step from frame to frame tells nothing of their pace: a header, a break, an encoder that begins anew.
    if (step > 0 && step < 1_000) this.#millis += (step - this.#millis) / 8;
  }

  /** Frames of a window whose first one waits `millis` at most for its last one. */
  framesIn(millis: number): number {
    return 1 + Math.floor(millis / this.#millis + 0.01);
  }
}
