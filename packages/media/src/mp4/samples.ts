// The samples of one track in flat arrays: where each lies, when it is decoded and shown, whether decoding can start there.

/** One sample of a track. Times in ticks of the track's timescale, `offset` and `size` in bytes of the file. */
export type Mp4Sample = {
  offset: number;
  size: number;
  dts: number;
  /** At least 0. */
  compositionOffset: number;
  /** Ticks to the next sample's dts; for the last one as the file declares. */
  duration: number;
  isKeyframe: boolean;
};

/** `count` samples; the arrays may be longer. 25 bytes a sample. */
export type SampleTable = {
  count: number;
  offsets: Float64Array;
  sizes: Uint32Array;
  dts: Float64Array;
  compositionOffsets: Int32Array;
  /** 1 where decoding can start. */
  keyframes: Uint8Array;
  /** Decode time at which a next sample would follow. */
  endDts: number;
};

/** Room for `capacity` samples, none yet. */
export function createSampleTable(capacity: number): SampleTable {
  return {
    count: 0,
    offsets: new Float64Array(capacity),
    sizes: new Uint32Array(capacity),
    dts: new Float64Array(capacity),
    compositionOffsets: new Int32Array(capacity),
    keyframes: new Uint8Array(capacity),
    endDts: 0,
  };
}

/** Makes room for `extra` more samples. */
export function growSampleTable(table: SampleTable, extra: number): void {
  const needed = table.count + extra;
  if (needed <= table.sizes.length) return;
  const capacity = Math.max(needed, table.sizes.length * 2, 64);
  const old = { ...table };
  Object.assign(table, createSampleTable(capacity), { count: old.count, endDts: old.endDts });
  table.offsets.set(old.offsets);
  table.sizes.set(old.sizes);
  table.dts.set(old.dts);
  table.compositionOffsets.set(old.compositionOffsets);
  table.keyframes.set(old.keyframes);
}

/** Sample `i`; RangeError outside 0 … count − 1. */
export function sampleAt(table: SampleTable, i: number): Mp4Sample {
  if (!(i >= 0 && i < table.count)) throw new RangeError(`sample ${i} of ${table.count}`);
  const dts = table.dts[i] ?? 0;
  const nextDts = i + 1 < table.count ? (table.dts[i + 1] ?? dts) : table.endDts;
  return {
    offset: table.offsets[i] ?? 0,
    size: table.sizes[i] ?? 0,
    dts,
    compositionOffset: table.compositionOffsets[i] ?? 0,
    duration: nextDts - dts,
    isKeyframe: table.keyframes[i] === 1,
  };
}

/** Presentation time of sample `i` on the media's own timeline, before edits, in ticks. */
export function mediaPresentationTime(table: SampleTable, i: number): number {
  return (table.dts[i] ?? 0) + (table.compositionOffsets[i] ?? 0);
}

/**
 * Decodes the whole track earlier where composition offsets are negative, so that none is: no picture is shown before it is
 * decoded. Presentation times stay; decode times may begin below 0. Other containers have no room for such offsets.
 */
export function liftCompositionOffsets(table: SampleTable): void {
  let lowest = 0;
  for (let i = 0; i < table.count; i++) lowest = Math.min(lowest, table.compositionOffsets[i] ?? 0);
  if (lowest === 0) return;
  for (let i = 0; i < table.count; i++) {
    table.dts[i] = (table.dts[i] ?? 0) + lowest;
    table.compositionOffsets[i] = (table.compositionOffsets[i] ?? 0) - lowest;
  }
  table.endDts += lowest;
}
