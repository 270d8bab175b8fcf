// Writes ftyp and the boxes of moov around given sample tables. ISO/IEC 14496-12 §8, sample entries ISO/IEC 14496-15 §5.4, §8.4.

import { readAudioConfig } from '../codec/aac.ts';
import type { AudioTrack, Track, VideoTrack } from '../packet.ts';
import { typeBytes, uint16Bytes, uint32Bytes, uint64Bytes, writeBox, writeFullBox } from './box.ts';
import { writeEsds } from './esds.ts';

/** Ticks per second of the durations in mvhd, tkhd and elst. */
export const movieTimescale = 1000;

/** What a trak box needs. Durations: `mediaTicks` in the track's ticks, `movieTicks` in thousandths of a second; 0 if unknown. */
export type TrackBox = {
  id: number;
  track: Track;
  mediaTicks: number;
  movieTicks: number;
  /** The boxes stts, stsc … of the stbl, after its stsd. */
  sampleTables: readonly Uint8Array[];
  /** A whole edts box, if there is one. */
  edits?: Uint8Array;
};

/** Seconds from 1904, as MP4 counts them, of a time in ms since 1970. */
export function mp4Time(epochMillis: number): number {
  return Math.floor(epochMillis / 1000) + 2_082_844_800;
}

/** The ftyp box: `major` brand and those the file keeps to. */
export function writeFileType(major: string, brands: readonly string[]): Uint8Array {
  return writeBox('ftyp', typeBytes(major), uint32Bytes(512), ...brands.map(typeBytes));
}

/**
 * The moov box. `createdAtMillis`: ms since 1970, 0 (unknown) by default. `after`: boxes after the tracks, e.g. mvex.
 */
export function writeMovie(tracks: readonly TrackBox[], createdAtMillis = 0, after: readonly Uint8Array[] = []): Uint8Array {
  const created = createdAtMillis === 0 ? 0 : mp4Time(createdAtMillis);
  const duration = tracks.reduce((longest, one) => Math.max(longest, one.movieTicks), 0);
  const nextId = tracks.reduce((highest, one) => Math.max(highest, one.id), 0) + 1;
  const header = writeFullBox('mvhd', 1, 0,
    uint64Bytes(created, created), uint32Bytes(movieTimescale), uint64Bytes(duration),
    uint32Bytes(0x10000), uint16Bytes(0x100), new Uint8Array(10), matrix, new Uint8Array(24), uint32Bytes(nextId));
  return writeBox('moov', header, ...tracks.map((track) => writeTrack(track, created)), ...after);
}

// Unity: the picture is neither turned nor scaled.
const matrix = uint32Bytes(0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000);

function writeTrack(box: TrackBox, created: number): Uint8Array {
  const { track } = box;
  const isVideo = track.kind === 'video';
  const size = isVideo ? [track.width * 0x10000, track.height * 0x10000] : [0, 0];
  const enabledInMovie = 3;
  const header = writeFullBox('tkhd', 1, enabledInMovie,
    uint64Bytes(created, created), uint32Bytes(box.id, 0), uint64Bytes(box.movieTicks), new Uint8Array(8),
    uint16Bytes(0, 0, isVideo ? 0 : 0x100, 0), matrix, uint32Bytes(...size));
  return writeBox('trak', header, ...(box.edits ? [box.edits] : []), writeMedia(box, created));
}

function writeMedia({ track, mediaTicks, sampleTables }: TrackBox, created: number): Uint8Array {
  const undetermined = 0x55c4;
  const header = writeFullBox('mdhd', 1, 0,
    uint64Bytes(created, created), uint32Bytes(track.timescale), uint64Bytes(mediaTicks), uint16Bytes(undetermined, 0));
  const [handler, name] = track.kind === 'video' ? ['vide', 'VideoHandler\0'] : ['soun', 'SoundHandler\0'];
  const handlerBox = writeFullBox('hdlr', 0, 0, uint32Bytes(0), typeBytes(handler), new Uint8Array(12), typeBytes(name));
  const mediaHeader = track.kind === 'video'
    ? writeFullBox('vmhd', 0, 1, new Uint8Array(8))
    : writeFullBox('smhd', 0, 0, new Uint8Array(4));
  const inThisFile = writeFullBox('url ', 0, 1);
  const dataInformation = writeBox('dinf', writeFullBox('dref', 0, 0, uint32Bytes(1), inThisFile));
  const descriptions = writeFullBox('stsd', 0, 0, uint32Bytes(1), writeSampleEntry(track));
  const table = writeBox('stbl', descriptions, ...sampleTables);
  return writeBox('mdia', header, handlerBox, writeBox('minf', mediaHeader, dataInformation, table));
}

/** The sample entry of a track: avc1, hvc1 or mp4a. FormatError for a damaged audio configuration. */
export function writeSampleEntry(track: Track): Uint8Array {
  return track.kind === 'video' ? writeVideoEntry(track) : writeAudioEntry(track);
}

function writeVideoEntry({ codec, width, height, config }: VideoTrack): Uint8Array {
  const [type, configType] = codec === 'h264' ? ['avc1', 'avcC'] : ['hvc1', 'hvcC'];
  const dotsPerInch72 = 0x480000;
  const depth24 = 24;
  return writeBox(type,
    new Uint8Array(6), uint16Bytes(1), new Uint8Array(16), uint16Bytes(width, height),
    uint32Bytes(dotsPerInch72, dotsPerInch72, 0), uint16Bytes(1), new Uint8Array(32), uint16Bytes(depth24, 0xffff),
    writeBox(configType, config));
}

// The entry's rate is of the core coder and has 16 bits before the point; players trust the configuration.
function writeAudioEntry({ config, channels }: AudioTrack): Uint8Array {
  const { sampleRate } = readAudioConfig(config);
  return writeBox('mp4a',
    new Uint8Array(6), uint16Bytes(1), new Uint8Array(8), uint16Bytes(channels, 16),
    uint32Bytes(0), uint32Bytes(sampleRate > 0xffff ? 0 : sampleRate * 0x10000), writeEsds(config));
}
