// H.265 decoder configuration, the body of the hvcC box (ISO/IEC 14496-15 §8.3.3.1).

import { concatBytes, viewOf } from '../bytes.ts';
import { FormatError } from '../errors.ts';
import type { VideoTrack } from '../packet.ts';
import type { HevcProfile } from './hevc-sps.ts';
import { readHevcSps } from './hevc-sps.ts';
import { readParameterSets, writeParameterSets } from './parameter-sets.ts';

/** An hvcC: general profile, size of NAL lengths (1, 2 or 4), parameter sets with their two header bytes. */
export type HevcConfig = HevcProfile & {
  lengthSize: number;
  vps: Uint8Array[];
  sps: Uint8Array[];
  pps: Uint8Array[];
};

const path = ['hvcC'];
const nalTypes = { vps: 32, sps: 33, pps: 34 } as const;

/** Reads an HEVCDecoderConfigurationRecord; parameter sets are views, other arrays (SEI) are left out. Throws FormatError. */
export function readHevcConfig(bytes: Uint8Array): HevcConfig {
  if (bytes.length < 23) throw new FormatError(0, path, `${bytes.length} bytes < 23`);
  const view = viewOf(bytes);
  // 0 is let pass: nothing read below depends on it.
  if (view.getUint8(0) > 1) throw new FormatError(0, path, `version ${view.getUint8(0)} is not 1`);
  const general = view.getUint8(1);
  const lengthSize = (view.getUint8(21) & 3) + 1;
  if (lengthSize === 3) throw new FormatError(21, path, 'NAL length size 3');
  return {
    profileSpace: general >>> 6,
    isHighTier: (general & 0x20) !== 0,
    profile: general & 0x1f,
    compatibility: view.getUint32(2),
    constraints: bytes.subarray(6, 12),
    level: view.getUint8(12),
    lengthSize,
    ...readArrays(bytes),
  };
}

function readArrays(bytes: Uint8Array): Pick<HevcConfig, 'vps' | 'sps' | 'pps'> {
  const arrays: Pick<HevcConfig, 'vps' | 'sps' | 'pps'> = { vps: [], sps: [], pps: [] };
  const view = viewOf(bytes);
  let at = 23;
  for (let left = view.getUint8(22); left > 0; left--) {
    if (at + 3 > bytes.length) throw new FormatError(at, path, `array passes the end ${bytes.length}`);
    const type = view.getUint8(at) & 0x3f;
    const { sets, next } = readParameterSets(bytes, at + 3, view.getUint16(at + 1), [...path, `array of type ${type}`]);
    at = next;
    if (type === nalTypes.vps) arrays.vps.push(...sets);
    if (type === nalTypes.sps) arrays.sps.push(...sets);
    if (type === nalTypes.pps) arrays.pps.push(...sets);
  }
  return arrays;
}

/** Writes an hvcC with 4-byte NAL lengths from parameter sets. Throws FormatError when a kind is missing. */
export function writeHevcConfig(sets: {
  vps: readonly Uint8Array[];
  sps: readonly Uint8Array[];
  pps: readonly Uint8Array[];
}): Uint8Array {
  const [first] = sets.sps;
  if (first === undefined || sets.vps.length === 0 || sets.pps.length === 0) {
    throw new FormatError(0, path, `${sets.vps.length} VPS, ${sets.sps.length} SPS, ${sets.pps.length} PPS: one is missing`);
  }
  const sps = readHevcSps(first);
  const head = new Uint8Array(23);
  const view = viewOf(head);
  head[0] = 1;
  head[1] = (sps.profileSpace << 6) | (sps.isHighTier ? 0x20 : 0) | sps.profile;
  view.setUint32(2, sps.compatibility);
  head.set(sps.constraints, 6);
  head[12] = sps.level;
  // Reserved ones around: min_spatial_segmentation 0, parallelismType 0 (unknown), chroma, depths.
  head.set([0xf0, 0, 0xfc, 0xfc | sps.chromaFormat, 0xf8 | (sps.bitDepthLuma - 8), 0xf8 | (sps.bitDepthChroma - 8)], 13);
  head[21] = (sps.temporalLayers << 3) | (sps.isTemporalIdNested ? 4 : 0) | 3;
  head[22] = 3;
  return concatBytes([head, ...writeArray('vps', sets.vps), ...writeArray('sps', sets.sps), ...writeArray('pps', sets.pps)]);
}

/** One array, marked complete: all sets of that kind are in the record. */
function writeArray(kind: 'vps' | 'sps' | 'pps', sets: readonly Uint8Array[]): Uint8Array[] {
  return [Uint8Array.of(0x80 | nalTypes[kind], sets.length >>> 8, sets.length & 0xff), ...writeParameterSets(sets, path)];
}

/** RFC 6381 codec string, e.g. `hvc1.1.6.L93.B0` (ISO/IEC 14496-15 Annex E), of a configuration or its hvcC bytes. */
export function hevcCodecString(config: HevcConfig | Uint8Array): string {
  const read = config instanceof Uint8Array ? readHevcConfig(config) : config;
  const space = ['', 'A', 'B', 'C'][read.profileSpace] ?? '';
  const constraints = [...read.constraints];
  while (constraints.at(-1) === 0) constraints.pop();
  return [
    'hvc1',
    `${space}${read.profile}`,
    reverseBits(read.compatibility).toString(16).toUpperCase(),
    `${read.isHighTier ? 'H' : 'L'}${read.level}`,
    ...constraints.map((byte) => byte.toString(16).toUpperCase()),
  ].join('.');
}

function reverseBits(value: number): number {
  let reversed = 0;
  for (let i = 0; i < 32; i++) reversed = reversed * 2 + ((value >>> i) & 1);
  return reversed;
}

/** The track of an hvcC body, with the picture size of its first SPS. Throws FormatError without an SPS. */
export function hevcTrack(config: Uint8Array, timescale: number): VideoTrack {
  const [sps] = readHevcConfig(config).sps;
  if (sps === undefined) throw new FormatError(22, path, 'no SPS');
  const { width, height } = readHevcSps(sps);
  return { kind: 'video', codec: 'h265', timescale, config, width, height };
}
