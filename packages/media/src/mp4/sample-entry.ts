// Sample descriptions (stsd): from an entry avc1/avc3, hvc1/hev1 or mp4a to a track's codec and configuration.
// ISO/IEC 14496-12 §8.5.2 and §12, ISO/IEC 14496-15 §5.4 and §8.4, QuickTime File Format "Sound sample descriptions".

import { aacTrack } from '../codec/aac.ts';
import { avcTrack, readAvcConfig } from '../codec/avc.ts';
import { hevcTrack, readHevcConfig } from '../codec/hevc.ts';
import { FormatError } from '../errors.ts';
import type { Track, VideoTrack } from '../packet.ts';
import { type Box, boxError, childrenOf, findBox, needBytes, requireBox, uint16, uint32 } from './box.ts';
import { readEsds } from './esds.ts';

/** What the product can carry. `lengthSize` is the size of the NAL unit lengths in the file (1 to 4; 4 for audio). */
export type ReadableEntry = { isReadable: true; info: Track; lengthSize: number };

/** What it cannot; `codec` is a name for people. */
export type UnreadableEntry = { isReadable: false; codec: string };

const visualHeadSize = 78;
const soundHeadSize = 28;

const names: Record<string, string> = {
  vp08: 'vp8',
  vp09: 'vp9',
  av01: 'av1',
  Opus: 'opus',
  fLaC: 'flac',
  'ac-3': 'ac3',
  'ec-3': 'eac3',
  '.mp3': 'mp3',
  encv: 'encrypted video',
  enca: 'encrypted audio',
};

// MPEG-4 registration authority's object types, as far as people meet them.
const objectTypeNames: Record<number, string> = { 0x69: 'mp3', 0x6b: 'mp3', 0xa5: 'ac3', 0xa6: 'eac3', 0xa9: 'dts', 0xad: 'opus' };
const aacObjectTypes = new Set([0x40, 0x66, 0x67, 0x68]);

/** The entries of an stsd box, undecoded. */
export function readSampleDescriptions(stsd: Box): Box[] {
  const count = uint32(stsd, 4);
  const entries = childrenOf(stsd, 8);
  if (entries.length < count) throw boxError(stsd, 4, `${count} entries declared, ${entries.length} found`);
  return entries.slice(0, count);
}

/** Understands one entry. FormatError when it is damaged; a codec that is merely unknown is told as such. */
export function readSampleEntry(entry: Box, timescale: number): ReadableEntry | UnreadableEntry {
  switch (entry.type) {
    case 'avc1':
    case 'avc3':
      return readVideoEntry(entry, 'avcC', timescale);
    case 'hvc1':
    case 'hev1':
      return readVideoEntry(entry, 'hvcC', timescale);
    case 'mp4a':
      return readAudioEntry(entry, timescale);
    default:
      return { isReadable: false, codec: names[entry.type] ?? entry.type.trim() };
  }
}

function readVideoEntry(entry: Box, configType: 'avcC' | 'hvcC', timescale: number): ReadableEntry {
  needBytes(entry, 0, visualHeadSize);
  const box = requireBox(entry, childrenOf(entry, visualHeadSize), configType);
  const config = box.body.slice();
  return within(box, () => {
    const { lengthSize, sps } = configType === 'avcC' ? readAvcConfig(config) : readHevcConfig(config);
    // Packets always carry 4-byte lengths (see sample-data.ts), so the configuration must say so.
    const lengthAt = configType === 'avcC' ? 4 : 21;
    config[lengthAt] = (config[lengthAt] ?? 0) | 3;
    const info: VideoTrack =
      sps.length > 0
        ? configType === 'avcC' ? avcTrack(config, timescale) : hevcTrack(config, timescale)
        : videoTrackFromEntry(entry, configType, config, timescale);
    return { isReadable: true, info, lengthSize };
  });
}

// avc3 and hev1 may keep every parameter set in the samples; then only the entry knows the size.
function videoTrackFromEntry(entry: Box, configType: 'avcC' | 'hvcC', config: Uint8Array, timescale: number): VideoTrack {
  const codec = configType === 'avcC' ? 'h264' : 'h265';
  return { kind: 'video', codec, timescale, config, width: uint16(entry, 24), height: uint16(entry, 26) };
}

function readAudioEntry(entry: Box, timescale: number): ReadableEntry | UnreadableEntry {
  needBytes(entry, 0, soundHeadSize);
  // QuickTime's versions 1 and 2 lengthen the entry and put esds inside a wave box.
  const version = uint16(entry, 8);
  const boxes = childrenOf(entry, soundHeadSize + (version === 1 ? 16 : version === 2 ? 36 : 0));
  const wave = findBox(boxes, 'wave');
  const esds = findBox(boxes, 'esds') ?? (wave ? findBox(childrenOf(wave), 'esds') : undefined);
  if (!esds) throw boxError(entry, 0, 'no esds box');
  const { objectType, config } = readEsds(esds);
  if (!aacObjectTypes.has(objectType)) {
    return { isReadable: false, codec: objectTypeNames[objectType] ?? `mp4a.${objectType.toString(16)}` };
  }
  if (!config) throw boxError(esds, 0, 'no AudioSpecificConfig');
  return within(esds, () => ({ isReadable: true, info: aacTrack(config, timescale), lengthSize: 4 }));
}

// Codec readers count from their own first byte; the reader of a file wants to know which box it was.
function within<T>(box: Box, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    throw new FormatError(box.bodyOffset, [...box.path, ...error.path], error.message, { cause: error });
  }
}
