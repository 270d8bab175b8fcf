// From packets to the byte streams that MPEG-TS carries: Annex B for H.264 and H.265, ADTS for AAC.
// ITU-T H.264 and H.265 annex B, ISO/IEC 13818-1 §2.14 and §2.17 (delimiters are mandatory), ISO/IEC 14496-3 §1.A.2.

import { writeAdtsHeader } from '../codec/adts.ts';
import { readAudioConfig } from '../codec/aac.ts';
import { readAvcConfig } from '../codec/avc.ts';
import { readHevcConfig } from '../codec/hevc.ts';
import { concatBytes, viewOf } from '../bytes.ts';
import { FormatError } from '../errors.ts';
import type { AudioTrack, Packet, VideoTrack } from '../packet.ts';

/** What stands before the pictures of a video track. */
export type VideoFraming = {
  codec: 'h264' | 'h265';
  /** Access unit delimiter with its start code. */
  delimiter: Uint8Array;
  /** Delimiter and parameter sets with their start codes. */
  keyframeHead: Uint8Array;
};

/** One access unit ready to be copied out: `head`, then `data` from `from` on, its NAL lengths at `lengthsAt` become start codes. */
export type AnnexBUnit = { head: Uint8Array; data: Uint8Array; from: number; lengthsAt: number[]; size: number };

const startCode = 0x00000001;
// primary_pic_type and pic_type "any".
const delimiters = { h264: [0, 0, 0, 1, 0x09, 0xf0], h265: [0, 0, 0, 1, 0x46, 0x01, 0x50] };

/** Prepares a video track. FormatError for a damaged configuration. */
export function videoFraming({ codec, config }: VideoTrack): VideoFraming {
  const delimiter = Uint8Array.from(delimiters[codec]);
  const sets = codec === 'h264' ? avcSets(config) : hevcSets(config);
  const code = Uint8Array.of(0, 0, 0, 1);
  return { codec, delimiter, keyframeHead: concatBytes([delimiter, ...sets.flatMap((set) => [code, set])]) };
}

/**
 * Finds the NAL units of a packet and what must stand before them: always a delimiter, before keyframes that lack them the
 * parameter sets. FormatError when a NAL unit's length does not fit.
 */
export function annexBUnit(framing: VideoFraming, { data, isKeyframe }: Packet): AnnexBUnit {
  const view = viewOf(data);
  const lengthsAt: number[] = [];
  let from = 0;
  let hasSps = false;
  let hasPps = false;
  for (let at = 0; at < data.length; ) {
    const length = data.length - at >= 4 ? view.getUint32(at) : Infinity;
    if (length > data.length - at - 4) {
      throw new FormatError(at, ['access unit'], `NAL unit of ${length} bytes, ${Math.max(0, data.length - at - 4)} left`);
    }
    const kind = nalKind(framing.codec, data[at + 4] ?? 0);
    if (kind === 'delimiter' && at === 0) from = 4 + length;
    else lengthsAt.push(at);
    hasSps ||= kind === 'sps';
    hasPps ||= kind === 'pps';
    at += 4 + length;
  }
  const head = isKeyframe && !(hasSps && hasPps) ? framing.keyframeHead : framing.delimiter;
  return { head, data, from, lengthsAt, size: head.length + data.length - from };
}

/** Copies a unit to `at` of `out`; gives the position after it. */
export function writeAnnexB(unit: AnnexBUnit, out: Uint8Array, outView: DataView, at: number): number {
  out.set(unit.head, at);
  const start = at + unit.head.length;
  out.set(unit.from === 0 ? unit.data : unit.data.subarray(unit.from), start);
  for (const lengthAt of unit.lengthsAt) outView.setUint32(start + lengthAt - unit.from, startCode);
  return at + unit.size;
}

/** The 7 bytes before each AAC frame of a track, length still 0 data. FormatError for what ADTS cannot say. */
export function adtsTemplate(track: AudioTrack): Uint8Array {
  return writeAdtsHeader(readAudioConfig(track.config), 0);
}

/** Copies one AAC frame with its header to `at` of `out`; gives the position after it. FormatError past 8184 bytes. */
export function writeAdtsFrame(template: Uint8Array, data: Uint8Array, out: Uint8Array, at: number): number {
  const length = template.length + data.length;
  if (length > 0x1fff) throw new FormatError(0, ['ADTS'], `frame length ${length} > 8191`);
  out.set(template, at);
  // 13 bits of length over bytes 3 to 5.
  out[at + 3] = ((template[3] ?? 0) & 0xfc) | (length >> 11);
  out[at + 4] = (length >> 3) & 0xff;
  out[at + 5] = ((length & 7) << 5) | ((template[5] ?? 0) & 0x1f);
  out.set(data, at + template.length);
  return at + length;
}

function avcSets(config: Uint8Array): Uint8Array[] {
  const { sps, pps } = readAvcConfig(config);
  return [...sps, ...pps];
}

function hevcSets(config: Uint8Array): Uint8Array[] {
  const { vps, sps, pps } = readHevcConfig(config);
  return [...vps, ...sps, ...pps];
}

function nalKind(codec: 'h264' | 'h265', firstByte: number): 'delimiter' | 'sps' | 'pps' | 'other' {
  const type = codec === 'h264' ? firstByte & 31 : (firstByte >> 1) & 63;
  const [delimiter, sps, pps] = codec === 'h264' ? [9, 7, 8] : [35, 33, 34];
  return type === delimiter ? 'delimiter' : type === sps ? 'sps' : type === pps ? 'pps' : 'other';
}
