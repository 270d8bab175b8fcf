// Decode times for streams that tell only when pictures are shown (RTP): from the depth of reordering.
//
// With a depth of N, at most N pictures come before one that they are shown after. So once picture i is there, the (i - N)th of
// all presentation times in rising order is known for good, and it is a decode time that is never past the picture's own
// presentation time. The first N pictures get times before the first one, a picture's length apart. N comes from the SPS
// (max_num_reorder_frames, sps_max_num_reorder_pics); where an H.264 SPS tells none, the first pictures are held back
// and their order is looked at; should a deeper order show up later, N grows, and the pictures at that point may get negative
// composition offsets.

/** A picture whose decode time is wanted. */
export type Picture = { pts: number; data: Uint8Array; isKeyframe: boolean };
export type DecodeSink = (picture: Picture, dts: number, compositionOffset: number) => void;

/** Pictures looked at when the depth is unknown: enough for a pyramid of three B-frames. */
const probeLength = 5;
const deepest = 16;

/** Gives pictures, which come in decoding order, their decode times: whole ticks that always rise. */
export class DecodeTimes {
  readonly #deliver: DecodeSink;
  #depth: number | undefined;
  /** Presentation times not yet used as decode times, rising. */
  readonly #times: number[] = [];
  /** Presentation times of the pictures before, in decoding order. */
  readonly #recent: number[] = [];
  /** Times still to be kept back after the depth grew. */
  #extra = 0;
  /** Pictures held back while the depth is unknown. */
  #probe: Picture[] = [];
  /** Ticks from one picture to the next. */
  #duration: number;
  #last = -Infinity;
  /** Pictures since the order began. */
  #count = 0;
  #first = 0;

  /** `duration`: ticks of a picture as far as known. */
  constructor(deliver: DecodeSink, duration: number) {
    this.#deliver = deliver;
    this.#duration = duration;
  }

  /** What the SPS says; undefined when it says nothing. Another depth begins a new order. */
  configure(depth: number | undefined, duration: number | undefined): void {
    if (duration !== undefined) this.#duration = duration;
    if (depth === this.#depth && depth !== undefined) return;
    this.flush();
    this.#depth = depth;
    this.restart();
  }

  /** Begins a new order, at a keyframe after lost pictures or a jump of the time. */
  restart(): void {
    this.flush();
    this.#times.length = 0;
    this.#recent.length = 0;
    this.#extra = 0;
    this.#count = 0;
  }

  add(picture: Picture): void {
    if (this.#depth !== undefined) return this.#place(picture);
    this.#probe.push(picture);
    if (this.#probe.length >= probeLength) this.flush();
  }

  /** Hands on what is held back. */
  flush(): void {
    if (this.#probe.length === 0) return;
    const probe = this.#probe;
    this.#probe = [];
    this.#depth = depthOf(probe);
    for (const picture of probe) this.#place(picture);
  }

  #place(picture: Picture): void {
    const { pts } = picture;
    if (this.#count === 0) this.#first = pts;
    this.#deepen(pts);
    const depth = this.#depth ?? 0;
    insert(this.#times, pts);
    let dts = this.#last + 1;
    if (this.#count < depth) dts = this.#first - (depth - this.#count) * this.#duration;
    else if (this.#extra > 0) this.#extra -= 1;
    else dts = this.#times.shift() ?? pts;
    this.#count += 1;
    dts = Math.max(Math.round(dts), this.#last + 1);
    const step = dts - this.#last;
    // A gap is no picture's length.
    if (step > 1 && step < 3 * this.#duration) this.#duration = step;
    this.#last = dts;
    this.#deliver(picture, dts, depth === 0 ? 0 : pts - dts);
  }

  /** When more pictures than told came before this one, decode times lag by so many more from now on. */
  #deepen(pts: number): void {
    const depth = this.#depth ?? 0;
    let later = 0;
    for (const recent of this.#recent) if (recent > pts + this.#duration / 2) later += 1;
    this.#recent.push(pts);
    if (this.#recent.length > deepest) this.#recent.shift();
    if (later <= depth) return;
    // Still at the beginning nothing has lagged yet.
    if (this.#count >= depth) this.#extra += later - depth;
    this.#depth = later;
    this.#count = Math.max(this.#count, later);
  }
}

/** Most pictures before one that they are shown after. */
function depthOf(pictures: readonly Picture[]): number {
  let depth = 0;
  pictures.forEach(({ pts }, i) => {
    const later = pictures.slice(0, i).filter((before) => before.pts > pts).length;
    depth = Math.max(depth, later);
  });
  return depth;
}

function insert(times: number[], time: number): void {
  let at = times.length;
  while (at > 0 && (times[at - 1] ?? 0) > time) at -= 1;
  if (at === times.length) times.push(time);
  else times.splice(at, 0, time);
}
