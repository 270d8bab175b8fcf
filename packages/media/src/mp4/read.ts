// Opens an MP4 file for random access: finds moov (anywhere) and moof boxes, builds every track's sample table.
// ISO/IEC 14496-12 §4 to §8.

import { FormatError } from '../errors.ts';
import type { Track } from '../packet.ts';
import { type Box, boxFrom, type BoxHeader, maxBoxHeaderSize, readBoxHeader } from './box.ts';
import { appendFragment } from './movie-fragments.ts';
import { type Movie, type MovieTrack, readMovie, type SkippedTrack } from './movie.ts';
import { type Presentation, presentTrack } from './presentation.ts';
import { liftCompositionOffsets, type Mp4Sample, sampleAt } from './samples.ts';
import { TornError } from './torn.ts';

/** Reads `length` bytes at `offset`; fewer only at the end of the file. */
export type ReadAt = (offset: number, length: number) => Promise<Uint8Array>;

/**
 * A track of the file. Its times are joined with `presentationStart`: a sample is decoded at `dts − presentationStart` and
 * shown at `dts + compositionOffset − presentationStart`, in ticks of `info.timescale`; 0 is the same moment in all tracks.
 * Only samples `firstSample … endSample − 1` belong to the presentation: encoder priming and what an edit cut away lie outside.
 */
export type Mp4Track = {
  id: number;
  /** `config` always declares 4-byte NAL unit lengths; see `packetFromSample`. */
  info: Track;
  /** Size of the NAL unit lengths in the file: 1 to 4. */
  lengthSize: number;
  /** Presentation time at which the track ends. */
  durationTicks: number;
  /** Media time of the presentation's 0: the first edit's media time less the empty edits before it. */
  presentationStart: number;
  sampleCount: number;
  firstSample: number;
  endSample: number;
  /** RangeError outside 0 … sampleCount − 1. */
  sample(i: number): Mp4Sample;
};

export type Mp4File = {
  /**
   * Length of one pass. Added to every presentation time n times it makes the n-th repetition follow without a jump and
   * without decode times that fall: no track's last sample reaches into the next pass.
   */
  durationSeconds: number;
  tracks: Mp4Track[];
  /** Video and audio tracks left out because their codec cannot be carried. */
  skipped: SkippedTrack[];
  isFragmented: boolean;
  /** Bytes up to which the file is whole: its size, or less with a torn tail. */
  completeSize: number;
};

/** `acceptTornTail`: read a fragmented recording whose end is cut off up to its last whole fragment. */
export type OpenOptions = { acceptTornTail?: boolean };

/** Bounds of what is read, whatever a file declares. */
export const mp4Limits = { moovBytes: 128 * 2 ** 20, moofBytes: 16 * 2 ** 20, samples: 8_000_000, topLevelBoxes: 1_000_000 };

const windowSize = 8192;

type Source = { readAt: ReadAt; size: number; windowAt: number; window: Uint8Array };
type TopLevelBox = BoxHeader & { offset: number; end: number };

/**
 * Opens a file of `size` bytes. FormatError says what is wrong and where: "no moov box", "video codec mpeg4 is not supported",
 * a sample past the end of a truncated file and so on.
 */
export async function openMp4(readAt: ReadAt, size: number, options: OpenOptions = {}): Promise<Mp4File> {
  const source: Source = { readAt, size, windowAt: 0, window: new Uint8Array(0) };
  const { movie, completeSize } = await readBoxes(source, options.acceptTornTail === true);
  refuseUnplayable(movie);
  for (const track of movie.tracks) liftCompositionOffsets(track.samples);
  const presented = movie.tracks.map((track) => ({ track, shown: presentTrack(track.samples, track.edit, track.entry.info.kind) }));
  return {
    durationSeconds: passSeconds(presented),
    tracks: presented.map(({ track, shown }) => fileTrack(track, shown)),
    skipped: movie.skipped,
    isFragmented: movie.isFragmented,
    completeSize,
  };
}

async function readBoxes(source: Source, acceptTornTail: boolean): Promise<{ movie: Movie; completeSize: number }> {
  let movie: Movie | undefined;
  let offset = 0;
  for (let n = 0; offset < source.size; n++) {
    if (n > mp4Limits.topLevelBoxes) throw new FormatError(offset, [], `more than ${mp4Limits.topLevelBoxes} boxes`);
    try {
      const box = await readTopLevelBox(source, offset);
      if (box.type === 'moov' && !movie) {
        movie = readMovie(await loadBox(source, box, mp4Limits.moovBytes), source.size, mp4Limits.samples);
        // What follows a whole movie is media data, reached through its tables.
        if (!movie.isFragmented) return { movie, completeSize: source.size };
      } else if (box.type === 'moof') {
        await readFragment(source, box, movie);
      }
      offset = box.end;
    } catch (error) {
      if (acceptTornTail && movie?.isFragmented && error instanceof TornError) return { movie, completeSize: offset };
      throw error;
    }
  }
  if (!movie) throw new FormatError(source.size, [], 'no moov box');
  return { movie, completeSize: source.size };
}

async function readFragment(source: Source, box: TopLevelBox, movie: Movie | undefined): Promise<void> {
  if (!movie) throw new FormatError(box.offset, ['moof'], 'a fragment before the moov box');
  const moof = await loadBox(source, box, mp4Limits.moofBytes);
  const before = movie.tracks.map(({ samples }) => ({ samples, count: samples.count, endDts: samples.endDts }));
  try {
    appendFragment(moof, movie, { moofOffset: box.offset, fileSize: source.size, maxSamples: mp4Limits.samples });
  } catch (error) {
    for (const { samples, count, endDts } of before) Object.assign(samples, { count, endDts });
    throw error;
  }
}

async function readTopLevelBox(source: Source, offset: number): Promise<TopLevelBox> {
  const left = source.size - offset;
  const bytes = await bytesAt(source, offset, Math.min(maxBoxHeaderSize, left));
  // Zeros instead of a box: the system went down before the last bytes reached the disk.
  if (offset > 0 && bytes.every((byte) => byte === 0)) throw new TornError(offset, [], 'zeros where a box should begin');
  const header = readBoxHeader(bytes, 0, offset);
  if (!header) throw new TornError(offset, [], 'the file ends inside a box header');
  const size = header.size === 0 ? left : header.size;
  if (size > left) {
    throw new TornError(offset, [header.type], `box size ${size}, but the file ends after ${left} bytes (cut off?)`);
  }
  return { ...header, size, offset, end: offset + size };
}

async function loadBox(source: Source, box: TopLevelBox, limit: number): Promise<Box> {
  if (box.size > limit) throw new FormatError(box.offset, [box.type], `box size ${box.size}, at most ${limit} is read`);
  return boxFrom(await bytesAt(source, box.offset, box.size), box, box.offset);
}

// Reads ahead a little, so that a header and a small moof cost one read.
async function bytesAt(source: Source, offset: number, length: number): Promise<Uint8Array> {
  const from = offset - source.windowAt;
  if (from >= 0 && from + length <= source.window.length) return source.window.subarray(from, from + length);
  const wanted = Math.min(Math.max(length, windowSize), source.size - offset);
  source.window = await source.readAt(offset, wanted);
  source.windowAt = offset;
  if (source.window.length < length) {
    throw new TornError(offset + source.window.length, [], `the file has ended, ${source.size} bytes were promised`);
  }
  return source.window.subarray(0, length);
}

function refuseUnplayable(movie: Movie): void {
  const video = movie.skipped.find((track) => track.kind === 'video');
  if (video && !movie.tracks.some((track) => track.entry.info.kind === 'video')) {
    throw new FormatError(0, ['moov'], `video codec ${video.codec} is not supported`);
  }
  const [first] = movie.skipped;
  if (movie.tracks.length === 0) {
    throw new FormatError(0, ['moov'], first ? `${first.kind} codec ${first.codec} is not supported` : 'no video or audio track');
  }
  if (movie.tracks.every((track) => track.samples.count === 0)) throw new FormatError(0, ['moov'], 'no samples');
}

function passSeconds(presented: readonly { track: MovieTrack; shown: Presentation }[]): number {
  let start = 0;
  let end = 0;
  for (const { track, shown } of presented) {
    const { timescale } = track.entry.info;
    start = Math.min(start, shown.startTicks / timescale);
    end = Math.max(end, shown.endTicks / timescale);
  }
  return end - start;
}

function fileTrack({ id, entry, samples }: MovieTrack, shown: Presentation): Mp4Track {
  return {
    id,
    info: entry.info,
    lengthSize: entry.lengthSize,
    durationTicks: shown.endTicks,
    presentationStart: shown.presentationStart,
    sampleCount: samples.count,
    firstSample: shown.firstSample,
    endSample: shown.endSample,
    sample: (i) => sampleAt(samples, i),
  };
}
