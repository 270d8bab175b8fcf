// The moov box: each track's identity, codec, samples and edit, before fragments are added. ISO/IEC 14496-12 §8.2 to §8.6, §8.8.3.

import { type Box, boxError, childrenOf, findBox, fourCc, requireBox, uint32, versionOf } from './box.ts';
import { type Edit, readEditList, wholeMedia } from './edit-list.ts';
import { readSampleDescriptions, readSampleEntry, type ReadableEntry } from './sample-entry.ts';
import { readSampleTables } from './sample-tables.ts';
import type { SampleTable } from './samples.ts';

/** A track as the moov box gives it. */
export type MovieTrack = { id: number; entry: ReadableEntry; samples: SampleTable; edit: Edit };

/** A video or audio track that cannot be carried, with a name of its codec for people. */
export type SkippedTrack = { id: number; kind: 'video' | 'audio'; codec: string };

/** Defaults of a track's fragments (trex, §8.8.3). */
export type FragmentDefaults = { duration: number; size: number; flags: number };

export type Movie = {
  tracks: MovieTrack[];
  skipped: SkippedTrack[];
  /** By track id; empty unless the movie says that fragments follow (mvex). */
  fragmentDefaults: Map<number, FragmentDefaults>;
  isFragmented: boolean;
};

const maxTracks = 64;

/** Reads a moov box. FormatError when it is damaged or holds more than `maxSamples` samples in all. */
export function readMovie(moov: Box, fileSize: number, maxSamples: number): Movie {
  const boxes = childrenOf(moov);
  const movieTimescale = timescaleOf(requireBox(moov, boxes, 'mvhd'));
  const traks = boxes.filter((box) => box.type === 'trak');
  if (traks.length > maxTracks) throw boxError(moov, 0, `${traks.length} tracks, at most ${maxTracks} are read`);
  const movie: Movie = { tracks: [], skipped: [], fragmentDefaults: new Map(), isFragmented: false };
  let left = maxSamples;
  for (const trak of traks) {
    const track = readTrack(trak, movieTimescale, { fileSize, maxSamples: left });
    if (!track) continue;
    if ('codec' in track) {
      movie.skipped.push(track);
    } else {
      movie.tracks.push(track);
      left -= track.samples.count;
    }
  }
  const mvex = findBox(boxes, 'mvex');
  if (mvex) {
    movie.isFragmented = true;
    readFragmentDefaults(mvex, movie.fragmentDefaults);
  }
  return movie;
}

function readTrack(
  trak: Box,
  movieTimescale: number,
  limits: { fileSize: number; maxSamples: number },
): MovieTrack | SkippedTrack | undefined {
  const boxes = childrenOf(trak);
  const mdia = requireBox(trak, boxes, 'mdia');
  const mediaBoxes = childrenOf(mdia);
  const kind = kindOf(requireBox(mdia, mediaBoxes, 'hdlr'));
  if (!kind) return undefined;
  const tkhd = requireBox(trak, boxes, 'tkhd');
  const id = uint32(tkhd, versionOf(tkhd) === 1 ? 20 : 12);
  const timescale = timescaleOf(requireBox(mdia, mediaBoxes, 'mdhd'));
  const minf = requireBox(mdia, mediaBoxes, 'minf');
  const stbl = requireBox(minf, childrenOf(minf), 'stbl');
  const stsd = requireBox(stbl, childrenOf(stbl), 'stsd');
  const entries = readSampleDescriptions(stsd);
  const first = entries[0];
  if (!first) throw boxError(stsd, 4, 'no sample description');
  const firstEntry = readSampleEntry(first, timescale);
  if (!firstEntry.isReadable) return { id, kind, codec: firstEntry.codec };
  const { samples, description } = readSampleTables(stbl, limits);
  const used = description <= 1 ? firstEntry : readUsedEntry(stsd, entries, description, timescale);
  if (!used.isReadable) return { id, kind, codec: used.codec };
  if (used.info.kind !== kind) throw boxError(stsd, 8, `${used.info.codec} in a track of ${kind}`);
  return { id, entry: used, samples, edit: readEdit(boxes, timescale, movieTimescale) };
}

function readUsedEntry(stsd: Box, entries: readonly Box[], description: number, timescale: number) {
  const entry = entries[description - 1];
  if (!entry) throw boxError(stsd, 4, `samples use description ${description} of ${entries.length}`);
  return readSampleEntry(entry, timescale);
}

function readEdit(trackBoxes: readonly Box[], timescale: number, movieTimescale: number): Edit {
  const edts = findBox(trackBoxes, 'edts');
  const elst = edts && findBox(childrenOf(edts), 'elst');
  return elst ? readEditList(elst, timescale, movieTimescale) : wholeMedia;
}

function kindOf(hdlr: Box): 'video' | 'audio' | undefined {
  const handler = fourCc(hdlr, 8);
  return handler === 'vide' ? 'video' : handler === 'soun' ? 'audio' : undefined;
}

// mvhd and mdhd begin alike: two times of 32 or 64 bits, then the timescale.
function timescaleOf(header: Box): number {
  const at = versionOf(header) === 1 ? 20 : 12;
  const timescale = uint32(header, at);
  if (timescale === 0) throw boxError(header, at, 'timescale 0');
  return timescale;
}

function readFragmentDefaults(mvex: Box, defaults: Map<number, FragmentDefaults>): void {
  for (const trex of childrenOf(mvex)) {
    if (trex.type !== 'trex') continue;
    defaults.set(uint32(trex, 4), { duration: uint32(trex, 12), size: uint32(trex, 16), flags: uint32(trex, 20) });
  }
}
