// Sequence parameter set of H.264 (ITU-T H.264 §7.3.2.1.1): picture size and frame rate.

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

type Chroma = Pick<AvcSps, 'chromaFormat' | 'bitDepthLuma' | 'bitDepthChroma'> & { isSeparate: boolean };

/** Profiles whose SPS carries the chroma format (§7.3.2.1.1). */
const chromaProfiles = new Set([100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135]);

/** Reads an SPS NAL unit (with its header byte). Throws FormatError. */
export function readSps(nal: Uint8Array): AvcSps {
  const bits = new BitReader(removeEmulationPrevention(nal), ['H.264 SPS']);
  const header = bits.read(8);
  if ((header & 0x1f) !== 7) throw bits.error(`NAL unit type ${header & 0x1f} is not 7`);
  const profile = bits.read(8);
  bits.skip(8);
  const level = bits.read(8);
  bits.exp();
  const chroma = chromaProfiles.has(profile)
    ? readChroma(bits)
    : { chromaFormat: 1, bitDepthLuma: 8, bitDepthChroma: 8, isSeparate: false };
  bits.exp();
  skipPictureOrder(bits);
  bits.exp();
  bits.skip(1);
  const { isSeparate, ...format } = chroma;
  const size = readSize(bits, isSeparate ? 0 : format.chromaFormat);
  const framesPerSecond = bits.left > 0 && bits.flag() ? readFrameRate(bits) : undefined;
  return { ...size, profile, level, ...format, ...(framesPerSecond === undefined ? {} : { framesPerSecond }) };
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

function skipPictureOrder(bits: BitReader): void {
  const type = bits.exp();
  if (type === 0) bits.exp();
  if (type !== 1) return;
  bits.skip(1);
  bits.signedExp();
  bits.signedExp();
  const count = bits.exp();
  if (count > 255) throw bits.error(`${count} reference frames in a picture order cycle > 255`);
  for (let i = 0; i < count; i++) bits.signedExp();
}

/** Size after cropping (§7.4.2.1.1); `chroma` is ChromaArrayType. */
function readSize(bits: BitReader, chroma: number): { width: number; height: number } {
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
  return { width, height };
}

/** VUI up to its timing (§E.1.1). */
function readFrameRate(bits: BitReader): number | undefined {
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
  if (!bits.flag()) return undefined;
  const unitsInTick = bits.read(32);
  const timeScale = bits.read(32);
  return unitsInTick > 0 && timeScale > 0 ? timeScale / unitsInTick / 2 : undefined;
}
