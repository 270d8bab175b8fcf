// The head of one fragment, moof and the first bytes of mdat, written in place: a recorder makes one a second for each channel.
// ISO/IEC 14496-12 §8.8.4 to §8.8.12.

import { viewOf } from '../bytes.ts';
import type { SampleColumns } from './sample-columns.ts';

/** A head that is measured and can be written. `size` counts moof and the 8 bytes of mdat's header. */
export type FragmentHead = { size: number; write(bytes: Uint8Array, at: number): void };

// §8.6.4: what a sample depends on; bit 16 says "not a sync sample".
const sampleFlags = { key: 0x0200_0000, other: 0x0101_0000 };
const tfhdFlags = { duration: 8, flags: 0x20, baseIsMoof: 0x20000 };
const trunFlags = { dataOffset: 1, firstFlags: 4, duration: 0x100, size: 0x200, flags: 0x400, compositionOffset: 0x800 };
const headerSizes = { box: 8, fullBox: 12, mfhd: 16, tfdt: 20 };

type RunLayout = {
  columns: SampleColumns;
  /** Of every sample, when they are alike. */
  duration: number | undefined;
  firstFlags: number | undefined;
  /** Flags of all samples (but the first, with `firstFlags`), when they are alike. */
  flags: number | undefined;
  hasOffsets: boolean;
  tfhdSize: number;
  trunSize: number;
  dataSize: number;
};

/**
 * Lays out the head of a fragment whose media follow it run by run. `sequence` counts fragments from 1. RangeError for a dts
 * that is negative or falls, for a run without samples and for a fragment of 2 GiB.
 */
export function fragmentHead(sequence: number, runs: readonly SampleColumns[]): FragmentHead {
  const layouts = runs.map(layoutRun);
  let moofSize = headerSizes.box + headerSizes.mfhd;
  let dataSize = 0;
  for (const layout of layouts) {
    moofSize += trafSize(layout);
    dataSize += layout.dataSize;
  }
  const size = moofSize + headerSizes.box;
  if (size + dataSize > 0x7fffffff) throw new RangeError(`fragment of ${size + dataSize} bytes`);
  return {
    size,
    write(bytes, start) {
      const to = new BoxWriter(bytes, start);
      to.box('moof', moofSize);
      to.fullBox('mfhd', headerSizes.mfhd, 0, 0);
      to.uint32(sequence);
      let dataOffset = size;
      for (const layout of layouts) {
        writeTrackFragment(to, layout, dataOffset);
        dataOffset += layout.dataSize;
      }
      to.box('mdat', headerSizes.box + dataSize);
    },
  };
}

function layoutRun(columns: SampleColumns): RunLayout {
  const { trackId, count, dts, sizes, compositionOffsets } = columns;
  const first = dts[0] ?? 0;
  if (count === 0) throw new RangeError(`track ${trackId}: a run without samples`);
  if (first < 0) throw new RangeError(`track ${trackId}: dts ${first} < 0`);
  let dataSize = 0;
  let duration: number | undefined = durationAt(columns, 0);
  let flags: number | undefined = flagsAt(columns, count > 1 ? 1 : 0);
  let hasOffsets = false;
  for (let i = 0; i < count; i++) {
    dataSize += sizes[i] ?? 0;
    if (durationAt(columns, i) !== duration) duration = undefined;
    if (i > 0 && flagsAt(columns, i) !== flags) flags = undefined;
    if (compositionOffsets[i] !== 0) hasOffsets = true;
  }
  const firstFlags = flags !== undefined && flagsAt(columns, 0) !== flags ? flagsAt(columns, 0) : undefined;
  const fields = 1 + Number(duration === undefined) + Number(flags === undefined) + Number(hasOffsets);
  return {
    columns, duration, firstFlags, flags, hasOffsets, dataSize,
    tfhdSize: headerSizes.fullBox + 4 + (duration === undefined ? 0 : 4) + (flags === undefined ? 0 : 4),
    trunSize: headerSizes.fullBox + 8 + (firstFlags === undefined ? 0 : 4) + count * fields * 4,
  };
}

function trafSize({ tfhdSize, trunSize }: RunLayout): number {
  return headerSizes.box + tfhdSize + headerSizes.tfdt + trunSize;
}

function durationAt({ trackId, count, dts, endDts }: SampleColumns, i: number): number {
  const at = dts[i] ?? 0;
  const duration = (i + 1 < count ? (dts[i + 1] ?? 0) : endDts) - at;
  if (!(duration >= 0 && duration <= 0x7fffffff)) throw new RangeError(`track ${trackId}: ${duration} ticks after dts ${at}`);
  return duration;
}

function flagsAt({ keyframes }: SampleColumns, i: number): number {
  return keyframes[i] === 1 ? sampleFlags.key : sampleFlags.other;
}

function writeTrackFragment(to: BoxWriter, layout: RunLayout, dataOffset: number): void {
  const { columns, duration, flags, tfhdSize } = layout;
  to.box('traf', trafSize(layout));
  to.fullBox('tfhd', tfhdSize, 0,
    tfhdFlags.baseIsMoof | (duration === undefined ? 0 : tfhdFlags.duration) | (flags === undefined ? 0 : tfhdFlags.flags));
  to.uint32(columns.trackId);
  if (duration !== undefined) to.uint32(duration);
  if (flags !== undefined) to.uint32(flags);
  to.fullBox('tfdt', headerSizes.tfdt, 1, 0);
  to.uint64(columns.dts[0] ?? 0);
  writeRun(to, layout, dataOffset);
}

function writeRun(to: BoxWriter, { columns, duration, firstFlags, flags, hasOffsets, trunSize }: RunLayout, dataOffset: number): void {
  const { count, sizes, compositionOffsets } = columns;
  // Version 1: composition offsets are signed.
  to.fullBox('trun', trunSize, 1,
    trunFlags.dataOffset | trunFlags.size |
    (firstFlags === undefined ? 0 : trunFlags.firstFlags) |
    (duration === undefined ? trunFlags.duration : 0) |
    (flags === undefined ? trunFlags.flags : 0) |
    (hasOffsets ? trunFlags.compositionOffset : 0));
  to.uint32(count);
  to.uint32(dataOffset);
  if (firstFlags !== undefined) to.uint32(firstFlags);
  for (let i = 0; i < count; i++) {
    if (duration === undefined) to.uint32(durationAt(columns, i));
    to.uint32(sizes[i] ?? 0);
    if (flags === undefined) to.uint32(flagsAt(columns, i));
    if (hasOffsets) to.uint32(compositionOffsets[i] ?? 0);
  }
}

/** Writes boxes of known size one field after the other. */
class BoxWriter {
  readonly #view: DataView;
  #at: number;

  constructor(bytes: Uint8Array, at: number) {
    this.#view = viewOf(bytes);
    this.#at = at;
  }

  box(type: string, size: number): void {
    this.uint32(size);
    for (let i = 0; i < 4; i++) this.#view.setUint8(this.#at++, type.charCodeAt(i));
  }

  fullBox(type: string, size: number, version: number, flags: number): void {
    this.box(type, size);
    this.uint32(version * 2 ** 24 + flags);
  }

  /** Negative ones in two's complement. */
  uint32(value: number): void {
    this.#view.setUint32(this.#at, value);
    this.#at += 4;
  }

  uint64(value: number): void {
    this.uint32(Math.floor(value / 2 ** 32));
    this.uint32(value % 2 ** 32);
  }
}
