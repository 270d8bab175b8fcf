// RTP packets (RFC 3550 §5.1): fixed header, CSRC list, header extension, padding.

import { FormatError } from '../errors.ts';

/** One packet. The payload is bytes[start, end): no copy is made. */
export type RtpPacket = {
  payloadType: number;
  marker: boolean;
  /** 16 bits. */
  sequence: number;
  /** 32 bits, unsigned. */
  timestamp: number;
  /** 32 bits, unsigned. */
  ssrc: number;
  bytes: Uint8Array;
  start: number;
  end: number;
};

const path = ['RTP'];

/** A packet to be read into. */
export function emptyRtpPacket(): RtpPacket {
  return { payloadType: 0, marker: false, sequence: 0, timestamp: 0, ssrc: 0, bytes: new Uint8Array(0), start: 0, end: 0 };
}

/** Reads the packet that bytes[at, end) is into `packet` (for hundreds a second no new object each). Throws FormatError. */
export function readRtpInto(packet: RtpPacket, bytes: Uint8Array, at: number, end: number): RtpPacket {
  if (end - at < 12) throw new FormatError(at, path, `${end - at} bytes < 12`);
  const first = bytes[at] ?? 0;
  if (first >>> 6 !== 2) throw new FormatError(at, path, `version ${first >>> 6} is not 2`);
  const second = bytes[at + 1] ?? 0;
  let start = at + 12 + 4 * (first & 15);
  if ((first & 0x10) !== 0) {
    if (start + 4 > end) throw new FormatError(start, path, 'extension passes the end');
    start += 4 + 4 * (((bytes[start + 2] ?? 0) << 8) | (bytes[start + 3] ?? 0));
  }
  let last = end;
  if ((first & 0x20) !== 0) {
    const padding = bytes[end - 1] ?? 0;
    if (padding === 0) throw new FormatError(end - 1, path, 'padding of 0 bytes');
    last -= padding;
  }
  if (start > last) throw new FormatError(start, path, `payload begins ${start - last} bytes past its end`);
  packet.payloadType = second & 0x7f;
  packet.marker = second >= 0x80;
  packet.sequence = ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0);
  packet.timestamp = uint32At(bytes, at + 4);
  packet.ssrc = uint32At(bytes, at + 8);
  packet.bytes = bytes;
  packet.start = start;
  packet.end = last;
  return packet;
}

/** Reads a whole datagram. Throws FormatError. */
export function readRtpPacket(bytes: Uint8Array): RtpPacket {
  return readRtpInto(emptyRtpPacket(), bytes, 0, bytes.length);
}

/** A packet without CSRC, extension or padding, for senders in tests and benches. */
export function writeRtpPacket(packet: Omit<RtpPacket, 'bytes' | 'start' | 'end'>, payload: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(12 + payload.length);
  bytes[0] = 0x80;
  bytes[1] = (packet.marker ? 0x80 : 0) | packet.payloadType;
  bytes[2] = packet.sequence >>> 8;
  bytes[3] = packet.sequence;
  for (let i = 0; i < 4; i++) {
    bytes[4 + i] = packet.timestamp >>> (24 - 8 * i);
    bytes[8 + i] = packet.ssrc >>> (24 - 8 * i);
  }
  bytes.set(payload, 12);
  return bytes;
}

/** Unsigned 32 bits, big-endian; the caller has checked the length. */
export function uint32At(bytes: Uint8Array, at: number): number {
  return (((bytes[at] ?? 0) << 24) | ((bytes[at + 1] ?? 0) << 16) | ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0)) >>> 0;
}
