// Sequence parameter set of H.264 (ITU-T H.264 §7.3.2.1.1): picture size, frame rate, depth of reordering.

import { FormatError } from '../errors.ts';
import { BitReader } from './bits.ts';
import { removeEmulationPrevention } from './nal.ts';

/** What an H.264 SPS says. Width and height in pixels after cropping; frame rate only when the VUI fixes it. */
export type AvcSps = {
  width: number;
  height: number;
  profile: number;
  level: number;
  /** 0 monochrome, 1 = 4:2:0, 2 = 4:2:2, 3 = 4:4:4. */
  chromaFormat: number;
  bitDepthLuma: number;
  bitDepthChroma: number;
  framesPerSecond?: number;
};

/** What an H.264 SPS says about the order of pictures. */
export type AvcOrder = {
  /** seq_parameter_set_id, by which PPS and slices refer to it. */
  id: number;
  /** Pictures may be coded as two fields. */
  isInterlaced: boolean;
  /** Most pictures that come before one they are shown after; undefined when the SPS does not limit it. */
  reorderFrames: number | undefined;
};

type Chroma = Pick<AvcSps, 'chromaFormat' | 'bitDepthLuma' | 'bitDepthChroma'> & { isSeparate: boolean };

/** Profiles whose SPS carries the chroma format (§7.3.2.1.1). */
const chromaProfiles = new Set([100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135]);

/** Reads an SPS NAL unit (with its header byte). Throws FormatError. */
export function readSps(nal: Uint8Array): AvcSps {
  return readWhole(nal).sps;
}

/** Reads the order of pictures out of an SPS NAL unit (with its header byte). Throws FormatError. */
export function readSpsOrder(nal: Uint8Array): AvcOrder {
  const { bits, id, orderType, isFrameOnly, sps, hasUsage, hasTiming } = readWhole(nal);
  const isIntraOnly = sps.profile === 44 || (sps.profile >= 100 && ((nal[2] ?? 0) & 0x10) !== 0);
  // Baseline has no B slices; order type 2 is output in decoding order (§8.2.1.3).
  const never = sps.profile === 66 || orderType === 2 || isIntraOnly;
  return { id, isInterlaced: !isFrameOnly, reorderFrames: never ? 0 : hasUsage ? readReorder(bits, hasTiming) : undefined };
}

type Whole = { sps: AvcSps; id: number; orderType: number; isFrameOnly: boolean; hasUsage: boolean; hasTiming: boolean; bits: BitReader };

function readWhole(nal: Uint8Array): Whole {
  const bits = new BitReader(removeEmulationPrevention(nal), ['H.264 SPS']);
  const header = bits.read(8);
  if ((header & 0x1f) !== 7) throw bits.error(`NAL unit type ${header & 0x1f} is not 7`);
  const profile = bits.read(8);
  bits.skip(8);
  const level = bits.read(8);
  const id = bits.exp();
  const chroma = chromaProfiles.has(profile)
    ? readChroma(bits)
    : { chromaFormat: 1, bitDepthLuma: 8, bitDepthChroma: 8, isSeparate: false };
  bits.exp();
  const orderType = skipPictureOrder(bits);
  bits.exp();
  bits.skip(1);
  const { isSeparate, ...format } = chroma;
  const { isFrameOnly, ...size } = readSize(bits, isSeparate ? 0 : format.chromaFormat);
  const hasUsage = bits.left > 0 && bits.flag();
  const { hasTiming, framesPerSecond } = hasUsage ? readFrameRate(bits) : { hasTiming: false };
  const sps = { ...size, profile, level, ...format, ...(framesPerSecond === undefined ? {} : { framesPerSecond }) };
  return { sps, id, orderType, isFrameOnly, hasUsage, hasTiming, bits };
}

function readChroma(bits: BitReader): Chroma {
  const chromaFormat = bits.exp();
  if (chromaFormat > 3) throw bits.error(`chroma format ${chromaFormat} > 3`);
  const isSeparate = chromaFormat === 3 && bits.flag();
  const bitDepthLuma = bits.exp() + 8;
  const bitDepthChroma = bits.exp() + 8;
  if (bitDepthLuma > 14 || bitDepthChroma > 14) throw bits.error(`bit depth ${bitDepthLuma}, ${bitDepthChroma} > 14`);
  bits.skip(1);
  if (bits.flag()) {
    for (let i = 0; i < (chromaFormat === 3 ? 12 : 8); i++) {
      if (bits.flag()) skipScalingList(bits, i < 6 ? 16 : 64);
    }
  }
  return { chromaFormat, bitDepthLuma, bitDepthChroma, isSeparate };
}

function skipScalingList(bits: BitReader, size: number): void {
  let last = 8;
  for (let i = 0, next = 8; i < size && next !== 0; i++) {
    next = (last + bits.signedExp() + 256) % 256;
    if (next !== 0) last = next;
  }
}

/** Passes over the fields of pic_order_cnt_type and returns it. */
function skipPictureOrder(bits: BitReader): number {
  const type = bits.exp();
  if (type === 0) bits.exp();
  if (type !== 1) return type;
  bits.skip(1);
  bits.signedExp();
  bits.signedExp();
  const count = bits.exp();
  if (count > 255) throw bits.error(`${count} reference frames in a picture order cycle > 255`);
  for (let i = 0; i < count; i++) bits.signedExp();
  return type;
}

/** Size after cropping (§7.4.2.1.1); `chroma` is ChromaArrayType. */
function readSize(bits: BitReader, chroma: number): { width: number; height: number; isFrameOnly: boolean } {
  const widthInMacroblocks = bits.exp() + 1;
  const heightInMapUnits = bits.exp() + 1;
  const isFrameOnly = bits.flag();
  if (!isFrameOnly) bits.skip(1);
  bits.skip(1);
  const fields = isFrameOnly ? 1 : 2;
  let width = widthInMacroblocks * 16;
  let height = heightInMapUnits * 16 * fields;
  if (bits.flag()) {
    const unitX = chroma === 1 || chroma === 2 ? 2 : 1;
    const unitY = (chroma === 1 ? 2 : 1) * fields;
    width -= (bits.exp() + bits.exp()) * unitX;
    height -= (bits.exp() + bits.exp()) * unitY;
  }
  if (width < 1 || height < 1 || width > 65535 || height > 65535) throw bits.error(`picture size ${width}×${height}`);
  return { width, height, isFrameOnly };
}

/** VUI up to its timing (§E.1.1). */
function readFrameRate(bits: BitReader): { hasTiming: boolean; framesPerSecond?: number | undefined } {
  if (bits.flag() && bits.read(8) === 255) bits.skip(32);
  if (bits.flag()) bits.skip(1);
  if (bits.flag()) {
    bits.skip(4);
    if (bits.flag()) bits.skip(24);
  }
  if (bits.flag()) {
    bits.exp();
    bits.exp();
  }
  const hasTiming = bits.flag();
  if (!hasTiming) return { hasTiming };
  const unitsInTick = bits.read(32);
  const timeScale = bits.read(32);
  return { hasTiming, framesPerSecond: unitsInTick > 0 && timeScale > 0 ? timeScale / unitsInTick / 2 : undefined };
}

/** VUI from after its timing to max_num_reorder_frames; some cameras cut it short there. */
function readReorder(bits: BitReader, hasTiming: boolean): number | undefined {
  try {
    if (hasTiming) bits.skip(1);
    const hasNalBuffer = bits.flag();
    if (hasNalBuffer) skipBufferModel(bits);
    const hasVideoBuffer = bits.flag();
    if (hasVideoBuffer) skipBufferModel(bits);
    bits.skip(hasNalBuffer || hasVideoBuffer ? 2 : 1);
    if (!bits.flag()) return undefined;
    bits.skip(1);
    for (let i = 0; i < 4; i++) bits.exp();
    const frames = bits.exp();
    return frames <= 16 ? frames : undefined;
  } catch (error) {
    if (error instanceof FormatError) return undefined;
    throw error;
  }
}

/** hrd_parameters (§E.1.2). */
function skipBufferModel(bits: BitReader): void {
  const count = bits.exp() + 1;
  if (count > 32) throw bits.error(`${count} buffer models > 32`);
  bits.skip(8);
  for (let i = 0; i < count; i++) {
    bits.exp();
    bits.exp();
    bits.skip(1);
  }
  bits.skip(20);
}
