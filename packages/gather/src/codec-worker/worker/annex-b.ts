// Keyframes as decoders take them without a container: parameter sets, then the NAL units, each after a start code
// (ITU-T H.264 and H.265 annex B).
import { readAvcConfig, readHevcConfig, splitNals } from '@lubo/media';
import type { Keyframe } from '../messages.ts';

const startCode = Buffer.of(0, 0, 0, 1);

/** The keyframe after the parameter sets of its track; those in the frame come later and win. Throws FormatError. */
export function annexBOf({ codec, config, data }: Keyframe): Buffer {
  const sets = codec === 'h264' ? avcSets(config) : hevcSets(config);
  return Buffer.concat([...sets, ...splitNals(data, 4)].flatMap((nal) => [startCode, nal]));
}

function avcSets(config: Uint8Array): Uint8Array[] {
  const { sps, pps } = readAvcConfig(config);
  return [...sps, ...pps];
}

function hevcSets(config: Uint8Array): Uint8Array[] {
  const { vps, sps, pps } = readHevcConfig(config);
  return [...vps, ...sps, ...pps];
}
