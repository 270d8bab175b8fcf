// Collects the samples of one fragment after the other and gives each fragment as one piece of memory, which is used again once it
// has been given back: a recorder that runs for hours allocates nothing.
//
// Samples of the first track are copied to where they will stand, behind room for the head; those of the others wait beside it.

import { fragmentHead } from './fragment-head.ts';
import { SampleColumns } from './sample-columns.ts';

/** Head of a second of 30 pictures and 50 frames of sound with all their fields, and more. */
const headRoom = 2048;
const leastMemory = 64 * 1024;
/** Memory of more than so many fragments like the last one is let go. */
const mostSlack = 8;

/** What is collected of one track besides its bytes, and where these are. */
type Lane = { columns: SampleColumns; memory: Uint8Array; start: number; end: number };

export class FragmentBuffer {
  readonly #lanes: Lane[];
  /** Memory given back. */
  #spare: Uint8Array | undefined;
  #lastLength = 0;

  /** Of tracks with the ids 1, 2 … */
  constructor(tracks: number) {
    this.#lanes = Array.from({ length: tracks }, (_, i) => ({ columns: new SampleColumns(i + 1), memory: new Uint8Array(0), start: 0, end: 0 }));
  }

  /** Bytes of the samples that wait. */
  get length(): number {
    let length = 0;
    for (const { start, end } of this.#lanes) length += end - start;
    return length;
  }

  /** Adds a sample of a track; `data` is copied. */
  add(trackId: number, dts: number, compositionOffset: number, isKeyframe: boolean, data: Uint8Array): void {
    const lane = this.#lanes[trackId - 1];
    if (lane === undefined) throw new RangeError(`track ${trackId} of ${this.#lanes.length}`);
    if (lane.end + data.length > lane.memory.length) this.#enlarge(lane, data.length);
    lane.memory.set(data, lane.end);
    lane.end += data.length;
    lane.columns.add(dts, data.length, compositionOffset, isKeyframe);
  }

  /**
   * The fragment of what waits: moof and mdat, for the caller until it gives them back. `endDts`: by track, as in `SampleColumns`.
   * RangeErrors of `fragmentHead`; and without any sample.
   */
  finish(sequence: number, endDts: readonly number[]): Uint8Array {
    this.#lanes.forEach(({ columns }, i) => (columns.endDts = endDts[i] ?? 0));
    const filled = this.#lanes.filter(({ columns }) => columns.count > 0);
    if (filled.length === 0) throw new RangeError('a fragment without samples');
    const head = fragmentHead(sequence, filled.map(({ columns }) => columns));
    const first = this.#lanes[0] as Lane;
    let others = Math.max(0, head.size - headRoom);
    for (const { start, end } of this.#lanes.slice(1)) others += end - start;
    if (first.end + others > first.memory.length) this.#enlarge(first, others);
    if (head.size > first.start) moveBack(first, head.size);
    const begin = first.start - head.size;
    head.write(first.memory, begin);
    for (const lane of this.#lanes.slice(1)) {
      first.memory.set(lane.memory.subarray(lane.start, lane.end), first.end);
      first.end += lane.end - lane.start;
    }
    const fragment = first.memory.subarray(begin, first.end);
    this.#lastLength = fragment.length;
    first.memory = new Uint8Array(0);
    for (const lane of this.#lanes) empty(lane);
    return fragment;
  }

  /** Takes the memory of a fragment back: its bytes are not needed any more. */
  giveBack(fragment: Uint8Array): void {
    const { byteLength } = fragment.buffer;
    const isInMeasure = byteLength <= Math.max(leastMemory, mostSlack * this.#lastLength);
    if (isInMeasure && byteLength > (this.#spare?.length ?? 0)) this.#spare = new Uint8Array(fragment.buffer);
  }

  #enlarge(lane: Lane, more: number): void {
    const isFirst = lane === this.#lanes[0];
    if (isFirst && lane.memory.length === 0) lane.start = lane.end = headRoom;
    const needed = lane.end + more;
    const spare = isFirst ? this.#spare : undefined;
    if (spare !== undefined) this.#spare = undefined;
    const memory = spare !== undefined && spare.length >= needed ? spare : new Uint8Array(roundedUp(isFirst ? Math.max(needed, this.#lastLength, leastMemory) : Math.max(needed, 4096)));
    memory.set(lane.memory.subarray(lane.start, lane.end), lane.start);
    lane.memory = memory;
  }
}

function empty(lane: Lane): void {
  lane.columns.clear();
  lane.start = 0;
  lane.end = 0;
}

/** Makes room for a head of `size` bytes; the memory is large enough. */
function moveBack(lane: Lane, size: number): void {
  lane.memory.copyWithin(size, lane.start, lane.end);
  lane.end += size - lane.start;
  lane.start = size;
}

/** The next power of two. */
function roundedUp(length: number): number {
  return 2 ** Math.ceil(Math.log2(length));
}
