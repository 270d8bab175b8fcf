// A recording's fragments as a standard MP4 with its moov first: a new head, then byte ranges of the recording as they lie.
// ISO/IEC 14496-12 §8.6 (times, edits), §8.7 (sizes, chunks).

import { concatBytes, viewOf } from '../bytes.ts';
import { typeBytes, uint32Bytes, uint64Bytes, writeBox, writeFullBox } from './box.ts';
import { createEntries } from './entries.ts';
import type { Mp4Track } from './read.ts';
import { movieTimescale, type TrackBox, writeFileType, writeMovie } from './write-movie.ts';

/** Bytes `start` up to, not including, `end` of the recording. */
export type ByteRange = { start: number; end: number };

/** The standard file is `head` and then every range. */
export type ProgressiveLayout = { head: Uint8Array; ranges: readonly ByteRange[]; size: number };

/** Samples that lie together. `place`: bytes from the first media byte of the standard file. */
type Chunk = ByteRange & { track: number; samples: number; place: number };

type Timing = { firstDts: number; endDts: number; firstShown: number; endShown: number };

/**
 * Lays out all samples of `tracks`, which are those of one recording of ours. `createdAtMillis`: when it began, ms since 1970.
 * RangeError for NAL unit lengths of other than 4 bytes and when there is no sample.
 */
export function layoutProgressive(tracks: readonly Mp4Track[], createdAtMillis: number): ProgressiveLayout {
  const filled = tracks.filter((track) => track.sampleCount > 0);
  if (filled.length === 0) throw new RangeError('a recording without samples');
  for (const { info, lengthSize } of filled) {
    if (info.kind === 'video' && lengthSize !== 4) throw new RangeError(`NAL unit lengths of ${lengthSize} bytes can't be carried over`);
  }
  const chunks = filled.flatMap(chunksOf).sort((a, b) => a.start - b.start);
  const ranges: ByteRange[] = [];
  let mediaBytes = 0;
  for (const chunk of chunks) {
    chunk.place = mediaBytes;
    mediaBytes += chunk.end - chunk.start;
    const last = ranges.at(-1);
    if (last && last.end === chunk.start) last.end = chunk.end;
    else ranges.push({ start: chunk.start, end: chunk.end });
  }
  const head = headOf(filled, chunks, mediaBytes, createdAtMillis);
  return { head, ranges, size: head.length + mediaBytes };
}

function chunksOf(track: Mp4Track, index: number): Chunk[] {
  const chunks: Chunk[] = [];
  let last: Chunk | undefined;
  for (let i = 0; i < track.sampleCount; i++) {
    const { offset, size } = track.sample(i);
    if (last?.end === offset) {
      last.end += size;
      last.samples += 1;
    } else {
      last = { track: index, start: offset, end: offset + size, samples: 1, place: 0 };
      chunks.push(last);
    }
  }
  return chunks;
}

function headOf(tracks: readonly Mp4Track[], chunks: readonly Chunk[], mediaBytes: number, createdAtMillis: number): Uint8Array {
  const timings = tracks.map(timingOf);
  const start = Math.min(...timings.map(({ firstShown }, t) => firstShown / (tracks[t]?.info.timescale ?? 1)));
  const own = tracks.map((_, t) => chunks.filter((chunk) => chunk.track === t));
  const fixed = tracks.map((track, t) => [...timeTables(track), chunkRuns(own[t] ?? []), sampleSizes(track), ...keyframeTable(track)]);
  const mediaHead = mediaBytes + 8 > 0xffff_ffff
    ? [uint32Bytes(1), typeBytes('mdat'), uint64Bytes(mediaBytes + 16)]
    : [uint32Bytes(mediaBytes + 8), typeBytes('mdat')];
  const fileType = writeFileType('isom', ['isom', 'iso2', 'mp41']);
  const write = (base: number, isLarge: boolean): Uint8Array[] => {
    const boxes = tracks.map((track, t): TrackBox => ({
      id: t + 1, track: track.info, ...placed(track, timings[t] as Timing, start),
      sampleTables: [...(fixed[t] ?? []), chunkOffsets(own[t] ?? [], base, isLarge)],
    }));
    return [fileType, writeMovie(boxes, createdAtMillis), ...mediaHead];
  };
  // Written once for its length, then with the places that follow from it.
  const shortLength = lengthOf(write(0, false));
  const isLarge = shortLength + mediaBytes > 0xffff_ffff;
  return concatBytes(write(isLarge ? lengthOf(write(0, true)) : shortLength, isLarge));
}

const lengthOf = (parts: readonly Uint8Array[]): number => parts.reduce((sum, part) => sum + part.length, 0);

/** Times on the presentation that the tracks share. */
function timingOf(track: Mp4Track): Timing {
  let firstShown = Infinity;
  let endShown = -Infinity;
  let endDts = 0;
  for (let i = 0; i < track.sampleCount; i++) {
    const { dts, compositionOffset, duration } = track.sample(i);
    const shown = dts + compositionOffset - track.presentationStart;
    if (shown < firstShown) firstShown = shown;
    if (shown + duration > endShown) endShown = shown + duration;
    endDts = dts + duration;
  }
  return { firstDts: track.sample(0).dts, endDts, firstShown, endShown };
}

/** Durations and the edit that puts the track where it lies beside the others; `start`: seconds, when the first of all is shown. */
function placed(track: Mp4Track, timing: Timing, start: number): Pick<TrackBox, 'mediaTicks' | 'movieTicks' | 'edits'> {
  const { timescale } = track.info;
  const delay = Math.round((timing.firstShown / timescale - start) * movieTimescale);
  const mediaTime = timing.firstShown + track.presentationStart - timing.firstDts;
  const shownTicks = Math.ceil(((timing.endShown - timing.firstShown) * movieTimescale) / timescale);
  const empty = delay > 0 ? [uint64Bytes(delay), uint32Bytes(-1, -1, 0x10000)] : [];
  const entries = [...empty, uint64Bytes(shownTicks, mediaTime), uint32Bytes(0x10000)];
  const isNeeded = delay > 0 || mediaTime !== 0;
  const edits = writeBox('edts', writeFullBox('elst', 1, 0, uint32Bytes(delay > 0 ? 2 : 1), ...entries));
  return { mediaTicks: timing.endDts - timing.firstDts, movieTicks: delay + shownTicks, ...(isNeeded ? { edits } : {}) };
}

function timeTables(track: Mp4Track): Uint8Array[] {
  const durations = createEntries(2);
  const offsets = createEntries(2);
  let isShifted = false;
  for (let i = 0; i < track.sampleCount; i++) {
    const { duration, compositionOffset } = track.sample(i);
    durations.count(duration);
    offsets.count(compositionOffset);
    if (compositionOffset !== 0) isShifted = true;
  }
  const stts = writeFullBox('stts', 0, 0, uint32Bytes(durations.length), durations.bytes());
  return isShifted ? [stts, writeFullBox('ctts', 0, 0, uint32Bytes(offsets.length), offsets.bytes())] : [stts];
}

function sampleSizes(track: Mp4Track): Uint8Array {
  const sizes = createEntries(1);
  for (let i = 0; i < track.sampleCount; i++) sizes.add(track.sample(i).size);
  return writeFullBox('stsz', 0, 0, uint32Bytes(0, sizes.length), sizes.bytes());
}

function keyframeTable(track: Mp4Track): Uint8Array[] {
  if (track.info.kind === 'audio') return [];
  const numbers = createEntries(1);
  for (let i = 0; i < track.sampleCount; i++) if (track.sample(i).isKeyframe) numbers.add(i + 1);
  return [writeFullBox('stss', 0, 0, uint32Bytes(numbers.length), numbers.bytes())];
}

function chunkRuns(chunks: readonly Chunk[]): Uint8Array {
  const runs = createEntries(3);
  chunks.forEach(({ samples }, i) => {
    if (i === 0 || chunks[i - 1]?.samples !== samples) runs.add(i + 1, samples, 1);
  });
  return writeFullBox('stsc', 0, 0, uint32Bytes(runs.length), runs.bytes());
}

function chunkOffsets(chunks: readonly Chunk[], base: number, isLarge: boolean): Uint8Array {
  const size = isLarge ? 8 : 4;
  const bytes = new Uint8Array(chunks.length * size);
  const view = viewOf(bytes);
  chunks.forEach(({ place }, i) => {
    const offset = base + place;
    if (isLarge) view.setUint32(i * 8, Math.floor(offset / 2 ** 32));
    view.setUint32(i * size + size - 4, offset % 2 ** 32);
  });
  return writeFullBox(isLarge ? 'co64' : 'stco', 0, 0, uint32Bytes(chunks.length), bytes);
}
