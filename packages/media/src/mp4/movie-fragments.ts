// Movie fragments (moof): appends their samples to the tracks of the moov. ISO/IEC 14496-12 §8.8.4 to §8.8.12.

import { type Box, boxError, childrenOf, findBox, flagsOf, int32, needBytes, requireBox, uint32, uint64, versionOf } from './box.ts';
import type { FragmentDefaults, Movie } from './movie.ts';
import { growSampleTable, type SampleTable } from './samples.ts';
import { TornError } from './torn.ts';

/** `fileSize`: where sample data must end; `maxSamples`: of all tracks together; `moofOffset`: the box's first byte. */
export type FragmentContext = { moofOffset: number; fileSize: number; maxSamples: number };

type Run = { trun: Box; samples: SampleTable; defaults: FragmentDefaults; dataOffset: number };

const tfhdFlags = { baseDataOffset: 1, description: 2, duration: 8, size: 0x10, flags: 0x20, baseIsMoof: 0x20000 };
const trunFlags = { dataOffset: 1, firstFlags: 4, duration: 0x100, size: 0x200, flags: 0x400, compositionOffset: 0x800 };
const nonSyncFlag = 0x10000;

/**
 * Appends the samples of a moof box to the movie's tracks. FormatError when it is damaged, its data lies past the end of the
 * file, or a decode time falls.
 */
export function appendFragment(moof: Box, movie: Movie, context: FragmentContext): void {
  let dataEnd = context.moofOffset;
  for (const traf of childrenOf(moof)) {
    if (traf.type !== 'traf') continue;
    dataEnd = appendTrackFragment(traf, movie, context, dataEnd);
  }
}

function appendTrackFragment(traf: Box, movie: Movie, context: FragmentContext, previousEnd: number): number {
  const boxes = childrenOf(traf);
  const tfhd = requireBox(traf, boxes, 'tfhd');
  const { id, base, defaults } = readTrackHeader(tfhd, movie, context.moofOffset, previousEnd);
  const track = movie.tracks.find((one) => one.id === id);
  // Of a track that is not read only the place matters, and that only for old files without base offsets.
  const samples = track?.samples;
  const tfdt = findBox(boxes, 'tfdt');
  if (tfdt && samples) startAt(tfdt, samples);
  let dataOffset = base;
  for (const trun of boxes) {
    if (trun.type !== 'trun') continue;
    const flags = flagsOf(trun);
    if (flags & trunFlags.dataOffset) dataOffset = base + int32(trun, 8);
    dataOffset = samples
      ? appendRun({ trun, samples, defaults, dataOffset }, movie, context)
      : dataOffset + runSize(trun, flags, defaults);
  }
  return dataOffset;
}

function readTrackHeader(tfhd: Box, movie: Movie, moofOffset: number, previousEnd: number) {
  const flags = flagsOf(tfhd);
  const id = uint32(tfhd, 4);
  const defaults = { ...(movie.fragmentDefaults.get(id) ?? { duration: 0, size: 0, flags: 0 }) };
  let base = flags & tfhdFlags.baseIsMoof ? moofOffset : previousEnd;
  let at = 8;
  if (flags & tfhdFlags.baseDataOffset) {
    base = uint64(tfhd, at);
    at += 8;
  }
  if (flags & tfhdFlags.description) {
    if (uint32(tfhd, at) > 1) throw boxError(tfhd, at, 'a fragment that changes its sample description is not supported');
    at += 4;
  }
  for (const name of ['duration', 'size', 'flags'] as const) {
    if (!(flags & tfhdFlags[name])) continue;
    defaults[name] = uint32(tfhd, at);
    at += 4;
  }
  return { id, base, defaults };
}

function startAt(tfdt: Box, samples: SampleTable): void {
  const dts = versionOf(tfdt) === 1 ? uint64(tfdt, 4) : uint32(tfdt, 4);
  const last = samples.dts[samples.count - 1] ?? 0;
  if (samples.count > 0 && dts < last) throw boxError(tfdt, 4, `decode time ${dts} after ${last}`);
  samples.endDts = dts;
}

function appendRun(run: Run, movie: Movie, context: FragmentContext): number {
  const { trun, samples, defaults } = run;
  const flags = flagsOf(trun);
  const { count, start, entrySize } = runTable(trun, flags);
  checkCount(trun, count, movie, context, defaults, flags);
  growSampleTable(samples, count);
  let { dataOffset } = run;
  let at = start;
  let dts = samples.endDts;
  const firstFlags = flags & trunFlags.firstFlags ? trun.view.getUint32(start - 4) : undefined;
  for (let k = 0; k < count; k++) {
    const i = samples.count + k;
    const field = readEntry(trun, at, flags, defaults);
    at += entrySize;
    const sampleFlags = k === 0 && firstFlags !== undefined ? firstFlags : field.flags;
    if (dataOffset < 0 || dataOffset + field.size > context.fileSize) throw pastEnd(trun, dataOffset, field.size, context.fileSize);
    samples.offsets[i] = dataOffset;
    samples.sizes[i] = field.size;
    samples.dts[i] = dts;
    samples.compositionOffsets[i] = field.compositionOffset;
    samples.keyframes[i] = sampleFlags & nonSyncFlag ? 0 : 1;
    dataOffset += field.size;
    dts += field.duration;
  }
  samples.count += count;
  samples.endDts = dts;
  return dataOffset;
}

function readEntry(trun: Box, at: number, flags: number, defaults: FragmentDefaults) {
  const entry = { duration: defaults.duration, size: defaults.size, flags: defaults.flags, compositionOffset: 0 };
  if (flags & trunFlags.duration) {
    entry.duration = trun.view.getUint32(at);
    at += 4;
  }
  if (flags & trunFlags.size) {
    entry.size = trun.view.getUint32(at);
    at += 4;
  }
  if (flags & trunFlags.flags) {
    entry.flags = trun.view.getUint32(at);
    at += 4;
  }
  // As with ctts, writers put signed offsets into version 0 too.
  if (flags & trunFlags.compositionOffset) entry.compositionOffset = trun.view.getInt32(at);
  return entry;
}

function runTable(trun: Box, flags: number): { count: number; start: number; entrySize: number } {
  const count = uint32(trun, 4);
  const start = 8 + (flags & trunFlags.dataOffset ? 4 : 0) + (flags & trunFlags.firstFlags ? 4 : 0);
  let entrySize = 0;
  for (const flag of [trunFlags.duration, trunFlags.size, trunFlags.flags, trunFlags.compositionOffset]) {
    if (flags & flag) entrySize += 4;
  }
  needBytes(trun, start, count * entrySize);
  return { count, start, entrySize };
}

// A run with neither sizes nor durations of its own takes no bytes a sample, so its count must be held down otherwise.
function checkCount(
  trun: Box, count: number, movie: Movie, context: FragmentContext, defaults: FragmentDefaults, flags: number,
): void {
  const total = movie.tracks.reduce((sum, track) => sum + track.samples.count, 0);
  if (total + count > context.maxSamples) throw boxError(trun, 4, `more than ${context.maxSamples} samples`);
  if (!(flags & trunFlags.size) && count * Math.max(1, defaults.size) > context.fileSize) {
    throw boxError(trun, 4, `${count} samples of ${defaults.size} bytes in a file of ${context.fileSize} bytes`);
  }
}

function runSize(trun: Box, flags: number, defaults: FragmentDefaults): number {
  const { count, start, entrySize } = runTable(trun, flags);
  if (!(flags & trunFlags.size)) return count * defaults.size;
  const sizeAt = start + (flags & trunFlags.duration ? 4 : 0);
  let size = 0;
  for (let k = 0; k < count; k++) size += trun.view.getUint32(sizeAt + k * entrySize);
  return size;
}

function pastEnd(trun: Box, offset: number, size: number, fileSize: number): TornError {
  return new TornError(trun.bodyOffset, trun.path, `sample at ${offset} with ${size} bytes lies past the file's end at ${fileSize}`);
}
