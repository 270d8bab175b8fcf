// Sequence parameter set of H.265 (ITU-T H.265 §7.3.2.2): profile, picture size, chroma, depth of reordering.

import { BitReader } from './bits.ts';
import { removeEmulationPrevention } from './nal.ts';

/** The general part of profile_tier_level (§7.3.3), as hvcC repeats it. */
export type HevcProfile = {
  profileSpace: number;
  isHighTier: boolean;
  profile: number;
  /** general_profile_compatibility_flags, 32 bits, flag 0 first. */
  compatibility: number;
  /** The 6 bytes of constraint flags. */
  constraints: Uint8Array;
  /** 30 times the level number, e.g. 93 = 3.1. */
  level: number;
};

/** What an H.265 SPS says. Width and height in pixels after the conformance window. */
export type HevcSps = HevcProfile & {
  width: number;
  height: number;
  /** 0 monochrome, 1 = 4:2:0, 2 = 4:2:2, 3 = 4:4:4. */
  chromaFormat: number;
  bitDepthLuma: number;
  bitDepthChroma: number;
  temporalLayers: number;
  isTemporalIdNested: boolean;
  /** sps_seq_parameter_set_id, by which PPS refer to it. */
  id: number;
  /** Most pictures that come before one they are shown after (sps_max_num_reorder_pics of the highest layer). */
  reorderFrames: number;
};

/** Reads an SPS NAL unit (with its two header bytes). Throws FormatError. */
export function readHevcSps(nal: Uint8Array): HevcSps {
  const bits = new BitReader(removeEmulationPrevention(nal), ['H.265 SPS']);
  const type = (bits.read(16) >>> 9) & 0x3f;
  if (type !== 33) throw bits.error(`NAL unit type ${type} is not 33`);
  bits.skip(4);
  const temporalLayers = bits.read(3) + 1;
  const isTemporalIdNested = bits.flag();
  const profile = readHevcProfile(bits);
  skipSubLayers(bits, temporalLayers);
  const id = bits.exp();
  const chromaFormat = bits.exp();
  if (chromaFormat > 3) throw bits.error(`chroma format ${chromaFormat} > 3`);
  const isSeparate = chromaFormat === 3 && bits.flag();
  const size = readSize(bits, isSeparate ? 0 : chromaFormat);
  const bitDepthLuma = bits.exp() + 8;
  const bitDepthChroma = bits.exp() + 8;
  if (bitDepthLuma > 16 || bitDepthChroma > 16) throw bits.error(`bit depth ${bitDepthLuma}, ${bitDepthChroma} > 16`);
  const reorderFrames = readReorder(bits, temporalLayers);
  return { ...profile, ...size, chromaFormat, bitDepthLuma, bitDepthChroma, temporalLayers, isTemporalIdNested, id, reorderFrames };
}

function readReorder(bits: BitReader, temporalLayers: number): number {
  bits.exp();
  let frames = 0;
  for (let told = bits.flag() ? temporalLayers : 1; told > 0; told--) {
    bits.exp();
    frames = bits.exp();
    bits.exp();
  }
  if (frames > 16) throw bits.error(`${frames} reordered pictures > 16`);
  return frames;
}

function readHevcProfile(bits: BitReader): HevcProfile {
  const profileSpace = bits.read(2);
  const isHighTier = bits.flag();
  const profile = bits.read(5);
  const compatibility = bits.read(32);
  const constraints = Uint8Array.from({ length: 6 }, () => bits.read(8));
  return { profileSpace, isHighTier, profile, compatibility, constraints, level: bits.read(8) };
}

function skipSubLayers(bits: BitReader, temporalLayers: number): void {
  if (temporalLayers === 1) return;
  const present: { profile: boolean; level: boolean }[] = [];
  for (let i = 0; i < temporalLayers - 1; i++) present.push({ profile: bits.flag(), level: bits.flag() });
  bits.skip(2 * (8 - present.length));
  for (const layer of present) bits.skip((layer.profile ? 88 : 0) + (layer.level ? 8 : 0));
}

function readSize(bits: BitReader, chroma: number): { width: number; height: number } {
  let width = bits.exp();
  let height = bits.exp();
  if (bits.flag()) {
    width -= (bits.exp() + bits.exp()) * (chroma === 1 || chroma === 2 ? 2 : 1);
    height -= (bits.exp() + bits.exp()) * (chroma === 1 ? 2 : 1);
  }
  if (width < 1 || height < 1 || width > 65535 || height > 65535) throw bits.error(`picture size ${width}×${height}`);
  return { width, height };
}
