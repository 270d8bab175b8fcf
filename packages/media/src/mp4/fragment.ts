// Fragmented MP4 for recording and HLS: the initialisation segment (ftyp, moov with mvex) and fragments (moof, mdat).
// ISO/IEC 14496-12 §8.8; HLS: RFC 8216 §3.3.

import { viewOf } from '../bytes.ts';
import type { Packet, Track } from '../packet.ts';
import { typeBytes, uint32Bytes, uint64Bytes, writeBox, writeFullBox } from './box.ts';
import { writeFileType, writeMovie } from './write-movie.ts';

/** The packets of one track in one fragment. Every dts ≥ 0 and rising; all in ticks of the track. */
export type FragmentRun = {
  /** 1 for the first track of the initialisation segment, 2 for the second … */
  trackId: number;
  packets: readonly Packet[];
  /** Decode time of the packet that will follow, or the end of the last one: gives the last packet its duration. */
  endDts: number;
};

// §8.6.4: what a sample depends on; bit 16 says "not a sync sample".
const sampleFlags = { key: 0x0200_0000, other: 0x0101_0000 };
const tfhdFlags = { duration: 8, flags: 0x20, baseIsMoof: 0x20000 };
const trunFlags = { dataOffset: 1, firstFlags: 4, duration: 0x100, size: 0x200, flags: 0x400, compositionOffset: 0x800 };

/**
 * ftyp and moov for tracks numbered from 1 in their order; fragments follow. `createdAtMillis`: ms since 1970, told as the
 * creation time.
 */
export function writeInitSegment(tracks: readonly Track[], createdAtMillis = 0): Uint8Array[] {
  const emptyTables = [
    writeFullBox('stts', 0, 0, uint32Bytes(0)),
    writeFullBox('stsc', 0, 0, uint32Bytes(0)),
    writeFullBox('stsz', 0, 0, uint32Bytes(0, 0)),
    writeFullBox('stco', 0, 0, uint32Bytes(0)),
  ];
  const defaults = tracks.map((_, i) => writeFullBox('trex', 0, 0, uint32Bytes(i + 1, 1, 0, 0, 0)));
  const boxes = tracks.map((track, i) => ({ id: i + 1, track, mediaTicks: 0, movieTicks: 0, sampleTables: emptyTables }));
  return [
    writeFileType('iso6', ['iso6', 'cmfc', 'mp41']),
    writeMovie(boxes, createdAtMillis, [writeBox('mvex', ...defaults)]),
  ];
}

/**
 * One fragment as parts to be written one after the other: moof with the head of mdat, then the packets' own bytes, not
 * copied. `sequence` counts fragments from 1. Runs without packets are left out. RangeError for a dts that is negative or
 * falls, for a fragment without packets and for one of 2 GiB.
 */
export function writeFragment(sequence: number, runs: readonly FragmentRun[]): Uint8Array[] {
  const filled = runs.filter((run) => run.packets.length > 0);
  if (filled.length === 0) throw new RangeError('a fragment without packets');
  const layouts = filled.map(layoutRun);
  const header = writeFullBox('mfhd', 0, 0, uint32Bytes(sequence));
  const moofSize = 8 + header.length + layouts.reduce((sum, one) => sum + one.trafSize, 0);
  let dataOffset = moofSize + 8;
  const trafs: Uint8Array[] = [];
  for (const layout of layouts) {
    trafs.push(writeTrackFragment(layout, dataOffset));
    dataOffset += layout.dataSize;
  }
  const mdatSize = dataOffset - moofSize;
  if (dataOffset > 0x7fffffff) throw new RangeError(`fragment of ${dataOffset} bytes`);
  const moof = writeBox('moof', header, ...trafs, uint32Bytes(mdatSize), typeBytes('mdat'));
  viewOf(moof).setUint32(0, moofSize);
  return [moof, ...filled.flatMap((run) => run.packets.map((packet) => packet.data))];
}

type RunLayout = {
  run: FragmentRun;
  /** Of every sample, when they are alike. */
  duration: number | undefined;
  firstFlags: number | undefined;
  /** Flags of all samples (but the first, with `firstFlags`), when they are alike. */
  flags: number | undefined;
  hasOffsets: boolean;
  entrySize: number;
  trafSize: number;
  dataSize: number;
};

function layoutRun(run: FragmentRun): RunLayout {
  const { packets } = run;
  const first = packets[0];
  if (!first || first.dts < 0) throw new RangeError(`track ${run.trackId}: dts ${first?.dts} < 0`);
  let dataSize = 0;
  let duration: number | undefined = durationAt(run, 0);
  let flags: number | undefined = flagsAt(run, packets.length > 1 ? 1 : 0);
  let hasOffsets = false;
  packets.forEach((packet, i) => {
    dataSize += packet.data.length;
    if (durationAt(run, i) !== duration) duration = undefined;
    if (i > 0 && flagsAt(run, i) !== flags) flags = undefined;
    if (packet.compositionOffset !== 0) hasOffsets = true;
  });
  const firstFlags = flags !== undefined && flagsAt(run, 0) !== flags ? flagsAt(run, 0) : undefined;
  const fields = [duration === undefined, true, flags === undefined, hasOffsets].filter(Boolean).length;
  const trunSize = 20 + (firstFlags === undefined ? 0 : 4) + packets.length * fields * 4;
  const tfhdSize = 16 + (duration === undefined ? 0 : 4) + (flags === undefined ? 0 : 4);
  const tfdtSize = 20;
  return { run, duration, firstFlags, flags, hasOffsets, entrySize: fields * 4, trafSize: 8 + tfhdSize + tfdtSize + trunSize, dataSize };
}

function durationAt({ trackId, packets, endDts }: FragmentRun, i: number): number {
  const dts = packets[i]?.dts ?? 0;
  const duration = (packets[i + 1]?.dts ?? endDts) - dts;
  if (!(duration >= 0 && duration <= 0x7fffffff)) throw new RangeError(`track ${trackId}: ${duration} ticks after dts ${dts}`);
  return duration;
}

function flagsAt({ packets }: FragmentRun, i: number): number {
  return packets[i]?.isKeyframe ? sampleFlags.key : sampleFlags.other;
}

function writeTrackFragment(layout: RunLayout, dataOffset: number): Uint8Array {
  const { run, duration, flags } = layout;
  const headerFlags =
    tfhdFlags.baseIsMoof | (duration === undefined ? 0 : tfhdFlags.duration) | (flags === undefined ? 0 : tfhdFlags.flags);
  const values = [run.trackId, duration, flags].filter((value) => value !== undefined);
  return writeBox('traf',
    writeFullBox('tfhd', 0, headerFlags, uint32Bytes(...values)),
    writeFullBox('tfdt', 1, 0, uint64Bytes(run.packets[0]?.dts ?? 0)),
    writeRun(layout, dataOffset));
}

function writeRun({ run, duration, firstFlags, flags, hasOffsets, entrySize }: RunLayout, dataOffset: number): Uint8Array {
  const { packets } = run;
  const fieldFlags =
    trunFlags.dataOffset | trunFlags.size |
    (firstFlags === undefined ? 0 : trunFlags.firstFlags) |
    (duration === undefined ? trunFlags.duration : 0) |
    (flags === undefined ? trunFlags.flags : 0) |
    (hasOffsets ? trunFlags.compositionOffset : 0);
  const entries = new Uint8Array(packets.length * entrySize);
  const view = viewOf(entries);
  let at = 0;
  const put = (value: number) => {
    view.setUint32(at, value);
    at += 4;
  };
  packets.forEach((packet, i) => {
    if (duration === undefined) put(durationAt(run, i));
    put(packet.data.length);
    if (flags === undefined) put(flagsAt(run, i));
    if (hasOffsets) put(packet.compositionOffset);
  });
  const head = firstFlags === undefined ? [packets.length, dataOffset] : [packets.length, dataOffset, firstFlags];
  // Version 1: composition offsets are signed.
  return writeFullBox('trun', 1, fieldFlags, uint32Bytes(...head), entries);
}
