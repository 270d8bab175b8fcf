// One GOP as bytes: its units are packed into blocks that all channels share, and made anew for who wants them. Kept as objects,
// they would be moved and searched by the garbage collector for as long as they lie here.
import type { Tracks, Unit } from './unit.ts';

const blockBytes = 32 * 1024;
/** Blocks that wait for their next use: as many as are in use, and a few; more are left to the garbage collector. */
const spare: Uint8Array[] = [];
const fewBlocks = 64;
let blocksInUse = 0;

function takeBlock(): Uint8Array {
  blocksInUse += 1;
  return spare.pop() ?? Buffer.allocUnsafeSlow(blockBytes);
}

function giveBlock(block: Uint8Array): void {
  blocksInUse -= 1;
  spare.push(block);
  while (spare.length > blocksInUse + fewBlocks) spare.pop();
}

/** What is kept of a unit besides its data: so many numbers. */
const field = { isVideo: 0, isKeyframe: 1, isStart: 2, dts: 3, compositionOffset: 4, millis: 5, timeline: 6, length: 7, tracks: 8 };
const fields = 9;

export type GopStore = {
  add(unit: Unit): void;
  /** All units, in memory of their own. */
  units(): Unit[];
  /** The first unit, in memory of its own. */
  first(): Unit | undefined;
  /** When the first unit is decoded; undefined without one. */
  readonly firstMillis: number | undefined;
  /** Empties it: the blocks are for others, the store is for another GOP. */
  clear(): void;
};

/** An empty one. */
export function createGopStore(): GopStore {
  const blocks: Uint8Array[] = [];
  let numbers = new Float64Array(128 * fields);
  let tracks: Tracks[] = [];
  let count = 0;
  let end = 0;

  const put = (data: Uint8Array): void => {
    for (let done = 0; done < data.length; ) {
      const at = end % blockBytes;
      if (at === 0) blocks.push(takeBlock());
      const part = Math.min(data.length - done, blockBytes - at);
      blocks.at(-1)?.set(done === 0 && part === data.length ? data : data.subarray(done, done + part), at);
      done += part;
      end += part;
    }
  };
  const copy = (start: number, length: number): Uint8Array => {
    const data = new Uint8Array(length);
    for (let done = 0; done < length; ) {
      const at = (start + done) % blockBytes;
      const part = Math.min(length - done, blockBytes - at);
      const block = blocks[Math.floor((start + done) / blockBytes)];
      if (block) data.set(block.subarray(at, at + part), done);
      done += part;
    }
    return data;
  };
  /** Where these tracks stand among those of the GOP, which are nearly always one and the same. */
  const trackNumber = (own: Tracks): number => {
    if (tracks.at(-1) !== own) tracks.push(own);
    return tracks.length - 1;
  };
  const number = (i: number, which: number): number => numbers[i * fields + which] ?? 0;
  const unitAt = (i: number, start: number): Unit => ({
    packet: {
      kind: number(i, field.isVideo) === 1 ? 'video' : 'audio',
      dts: number(i, field.dts),
      compositionOffset: number(i, field.compositionOffset),
      isKeyframe: number(i, field.isKeyframe) === 1,
      data: copy(start, number(i, field.length)),
    },
    tracks: tracks[number(i, field.tracks)] ?? {},
    timeline: number(i, field.timeline),
    millis: number(i, field.millis),
    isStart: number(i, field.isStart) === 1,
  });

  return {
    add({ packet, tracks: own, timeline, millis, isStart }) {
      const { kind, isKeyframe, dts, compositionOffset, data } = packet;
      const at = count * fields;
      if (at === numbers.length) numbers = doubled(numbers);
      numbers[at + field.isVideo] = kind === 'video' ? 1 : 0;
      numbers[at + field.isKeyframe] = isKeyframe ? 1 : 0;
      numbers[at + field.isStart] = isStart ? 1 : 0;
      numbers[at + field.dts] = dts;
      numbers[at + field.compositionOffset] = compositionOffset;
      numbers[at + field.millis] = millis;
      numbers[at + field.timeline] = timeline;
      numbers[at + field.length] = data.length;
      numbers[at + field.tracks] = trackNumber(own);
      count += 1;
      put(data);
    },
    units() {
      const units: Unit[] = [];
      let start = 0;
      for (let i = 0; i < count; i++) {
        units.push(unitAt(i, start));
        start += number(i, field.length);
      }
      return units;
    },
    first: () => (count === 0 ? undefined : unitAt(0, 0)),
    get firstMillis() {
      return count === 0 ? undefined : number(0, field.millis);
    },
    clear() {
      blocks.forEach(giveBlock);
      blocks.length = 0;
      tracks = [];
      count = 0;
      end = 0;
    },
  };
}

function doubled(numbers: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(2 * numbers.length);
  larger.set(numbers);
  return larger;
}
