// The sample tables of a whole (not fragmented) movie: stsz/stz2, stts, ctts, stss, stsc, stco/co64.
// ISO/IEC 14496-12 §8.6.1 (time), §8.6.2 (sync), §8.7 (layout).

import { type Box, type BoxTable, boxError, childrenOf, findBox, needBytes, requireBox, tableAt, uint32, uint8 } from './box.ts';
import { createSampleTable, type SampleTable } from './samples.ts';

/** What the sample tables may claim: bytes of the whole file and samples left for this track. */
export type SampleLimits = { fileSize: number; maxSamples: number };

/**
 * Every sample that `stbl` describes, with the sample description (1-based) that they all use, 0 when there is no sample.
 * FormatError when the tables disagree, exceed the limits or point outside the file.
 */
export function readSampleTables(stbl: Box, limits: SampleLimits): { samples: SampleTable; description: number } {
  const boxes = childrenOf(stbl);
  const samples = readSizes(stbl, boxes, limits);
  readDecodeTimes(requireBox(stbl, boxes, 'stts'), samples);
  const ctts = findBox(boxes, 'ctts');
  if (ctts) readCompositionOffsets(ctts, samples);
  readKeyframes(findBox(boxes, 'stss'), samples);
  const description = readOffsets(stbl, boxes, samples, limits.fileSize);
  return { samples, description };
}

function readSizes(stbl: Box, boxes: readonly Box[], limits: SampleLimits): SampleTable {
  const box = findBox(boxes, 'stsz') ?? findBox(boxes, 'stz2');
  if (!box) throw boxError(stbl, 0, 'no stsz box');
  const count = uint32(box, 8);
  if (count > limits.maxSamples) throw boxError(box, 8, `${count} samples, at most ${limits.maxSamples} are read`);
  const constantSize = box.type === 'stsz' ? uint32(box, 4) : 0;
  const bits = box.type === 'stsz' ? (constantSize > 0 ? 0 : 32) : uint8(box, 7);
  if (![0, 4, 8, 16, 32].includes(bits)) throw boxError(box, 7, `sample sizes of ${bits} bits`);
  needBytes(box, 12, Math.ceil((count * bits) / 8));
  if (count * constantSize > limits.fileSize) {
    throw boxError(box, 4, `${count} samples of ${constantSize} bytes in a file of ${limits.fileSize} bytes`);
  }
  const samples = createSampleTable(count);
  samples.count = count;
  for (let i = 0; i < count; i++) samples.sizes[i] = bits === 0 ? constantSize : sizeAt(box.view, bits, i);
  return samples;
}

function sizeAt(view: DataView, bits: number, i: number): number {
  if (bits === 32) return view.getUint32(12 + i * 4);
  if (bits === 16) return view.getUint16(12 + i * 2);
  if (bits === 8) return view.getUint8(12 + i);
  const pair = view.getUint8(12 + (i >> 1));
  return i % 2 === 0 ? pair >> 4 : pair & 15;
}

function readDecodeTimes(stts: Box, samples: SampleTable): void {
  const runs = tableAt(stts, 4, 8);
  let i = 0;
  let dts = 0;
  for (let run = 0; run < runs.count && i < samples.count; run++) {
    const at = runs.start + run * 8;
    const end = Math.min(samples.count, i + stts.view.getUint32(at));
    const delta = stts.view.getUint32(at + 4);
    if (delta > 0x7fffffff) throw boxError(stts, at + 4, `negative sample duration ${delta | 0}`);
    for (; i < end; i++, dts += delta) samples.dts[i] = dts;
  }
  if (i < samples.count) throw boxError(stts, 4, `durations for ${i} of ${samples.count} samples`);
  samples.endDts = dts;
}

// Version 0 is unsigned by the standard, but QuickTime and others have always written signed offsets in it.
function readCompositionOffsets(ctts: Box, samples: SampleTable): void {
  const runs = tableAt(ctts, 4, 8);
  let i = 0;
  for (let run = 0; run < runs.count && i < samples.count; run++) {
    const at = runs.start + run * 8;
    const end = Math.min(samples.count, i + ctts.view.getUint32(at));
    samples.compositionOffsets.fill(ctts.view.getInt32(at + 4), i, end);
    i = end;
  }
  if (i < samples.count) throw boxError(ctts, 4, `composition offsets for ${i} of ${samples.count} samples`);
}

function readKeyframes(stss: Box | undefined, samples: SampleTable): void {
  if (!stss) {
    samples.keyframes.fill(1);
    return;
  }
  const table = tableAt(stss, 4, 4);
  for (let k = 0; k < table.count; k++) {
    const at = table.start + k * 4;
    const number = stss.view.getUint32(at);
    if (number < 1 || number > samples.count) throw boxError(stss, at, `keyframe is sample ${number} of ${samples.count}`);
    samples.keyframes[number - 1] = 1;
  }
}

function readOffsets(stbl: Box, boxes: readonly Box[], samples: SampleTable, fileSize: number): number {
  if (samples.count === 0) return 0;
  const stsc = requireBox(stbl, boxes, 'stsc');
  const runs = tableAt(stsc, 4, 12);
  const offsetsBox = findBox(boxes, 'stco') ?? findBox(boxes, 'co64');
  if (!offsetsBox) throw boxError(stbl, 0, 'no stco or co64 box');
  const chunks = tableAt(offsetsBox, 4, offsetsBox.type === 'stco' ? 4 : 8);
  let i = 0;
  let description = 0;
  for (let run = 0; run < runs.count && i < samples.count; run++) {
    const entry = chunkRun(runs, run, chunks.count);
    if (description !== 0 && entry.description !== description) {
      throw boxError(stsc, entry.at + 8, 'a track that changes its sample description is not supported');
    }
    description = entry.description;
    for (let chunk = entry.first; chunk <= entry.last && i < samples.count; chunk++) {
      i = placeChunk(samples, i, chunks, chunk, entry.samplesPerChunk, fileSize);
    }
  }
  if (i < samples.count) throw boxError(stsc, 4, `places for ${i} of ${samples.count} samples`);
  return description;
}

function chunkRun(runs: BoxTable, run: number, chunkCount: number) {
  const { box } = runs;
  const at = runs.start + run * runs.entrySize;
  const first = box.view.getUint32(at);
  const last = run + 1 < runs.count ? box.view.getUint32(at + runs.entrySize) - 1 : chunkCount;
  if (first < 1 || last < first || last > chunkCount) throw boxError(box, at, `run of chunks ${first} to ${last} of ${chunkCount}`);
  return { at, first, last, samplesPerChunk: box.view.getUint32(at + 4), description: box.view.getUint32(at + 8) };
}

function placeChunk(samples: SampleTable, from: number, chunks: BoxTable, chunk: number, perChunk: number, fileSize: number): number {
  const { view } = chunks.box;
  const at = chunks.start + (chunk - 1) * chunks.entrySize;
  let offset = chunks.entrySize === 4 ? view.getUint32(at) : view.getUint32(at) * 2 ** 32 + view.getUint32(at + 4);
  const end = Math.min(samples.count, from + perChunk);
  for (let i = from; i < end; i++) {
    const size = samples.sizes[i] ?? 0;
    if (offset + size > fileSize) {
      throw boxError(chunks.box, at, `sample ${i + 1} at ${offset} with ${size} bytes lies past the file's end at ${fileSize}`);
    }
    samples.offsets[i] = offset;
    offset += size;
  }
  return end;
}
