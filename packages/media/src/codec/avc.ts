// H.264 decoder configuration, the body of the avcC box (ISO/IEC 14496-15 §5.3.3.1).

import { concatBytes } from '../bytes.ts';
import { FormatError } from '../errors.ts';
import type { VideoTrack } from '../packet.ts';
import { readSps } from './avc-sps.ts';
import { readParameterSets, writeParameterSets } from './parameter-sets.ts';

/** An avcC: profile, compatibility and level bytes, size of NAL lengths (1, 2 or 4), parameter sets with their header byte. */
export type AvcConfig = {
  profile: number;
  compatibility: number;
  level: number;
  lengthSize: number;
  sps: Uint8Array[];
  pps: Uint8Array[];
};

const path = ['avcC'];

/** Reads an AVCDecoderConfigurationRecord; parameter sets are views. Throws FormatError. */
export function readAvcConfig(bytes: Uint8Array): AvcConfig {
  if (bytes.length < 7) throw new FormatError(0, path, `${bytes.length} bytes < 7`);
  const [version = 0, profile = 0, compatibility = 0, level = 0, lengths = 0, spsCount = 0] = bytes;
  if (version !== 1) throw new FormatError(0, path, `version ${version} is not 1`);
  const lengthSize = (lengths & 3) + 1;
  if (lengthSize === 3) throw new FormatError(4, path, 'NAL length size 3');
  const sps = readParameterSets(bytes, 6, spsCount & 0x1f, [...path, 'SPS']);
  const ppsCount = bytes[sps.next];
  if (ppsCount === undefined) throw new FormatError(sps.next, path, 'ends before the count of PPS');
  const pps = readParameterSets(bytes, sps.next + 1, ppsCount, [...path, 'PPS']);
  return { profile, compatibility, level, lengthSize, sps: sps.sets, pps: pps.sets };
}

/** Writes an avcC with 4-byte NAL lengths from parameter sets (with header byte). Throws FormatError without an SPS or PPS. */
export function writeAvcConfig(sets: { sps: readonly Uint8Array[]; pps: readonly Uint8Array[] }): Uint8Array {
  const [first] = sets.sps;
  if (first === undefined || first.length < 4) throw new FormatError(0, path, 'no SPS');
  if (sets.pps.length === 0) throw new FormatError(0, path, 'no PPS');
  if (sets.sps.length > 31 || sets.pps.length > 255) {
    throw new FormatError(0, path, `${sets.sps.length} SPS, ${sets.pps.length} PPS: more than 31 or 255`);
  }
  const profile = first[1] ?? 0;
  return concatBytes([
    Uint8Array.of(1, profile, first[2] ?? 0, first[3] ?? 0, 0xff, 0xe0 | sets.sps.length),
    ...writeParameterSets(sets.sps, path),
    Uint8Array.of(sets.pps.length),
    ...writeParameterSets(sets.pps, path),
    ...(profile === 66 || profile === 77 || profile === 88 ? [] : [chromaFields(first)]),
  ]);
}

/** Chroma format and bit depths, which follow the sets for the high profiles. */
function chromaFields(sps: Uint8Array): Uint8Array {
  const { chromaFormat, bitDepthLuma, bitDepthChroma } = readSps(sps);
  return Uint8Array.of(0xfc | chromaFormat, 0xf8 | (bitDepthLuma - 8), 0xf8 | (bitDepthChroma - 8), 0);
}

/** RFC 6381 codec string, e.g. `avc1.64001f`, of a configuration or its avcC bytes. */
export function avcCodecString(config: AvcConfig | Uint8Array): string {
  const { profile, compatibility, level } = config instanceof Uint8Array ? readAvcConfig(config) : config;
  return `avc1.${[profile, compatibility, level].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}

/** The track of an avcC body, with the picture size of its first SPS. Throws FormatError without an SPS. */
export function avcTrack(config: Uint8Array, timescale: number): VideoTrack {
  const [sps] = readAvcConfig(config).sps;
  if (sps === undefined) throw new FormatError(5, path, 'no SPS');
  const { width, height } = readSps(sps);
  return { kind: 'video', codec: 'h264', timescale, config, width, height };
}
