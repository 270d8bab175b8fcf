// RTP payloads of access units (RFC 6184 §5.6, §5.8; RFC 7798 §4.4.1, §4.4.3; RFC 3640 §3.3.6), for servers in tests and benches.

import { FormatError } from '../errors.ts';

/** Payloads of one NAL unit: itself, or fragments (FU-A, FU) when it is longer than `limit` bytes. */
export function nalPayloads(codec: 'h264' | 'h265', nal: Uint8Array, limit: number): Uint8Array[] {
  if (nal.length <= limit) return [nal];
  const headerLength = codec === 'h264' ? 1 : 2;
  if (limit <= headerLength + 1) throw new FormatError(0, ['RTP payload'], `limit of ${limit} bytes`);
  const first = nal[0] ?? 0;
  const type = codec === 'h264' ? first & 31 : (first >>> 1) & 63;
  const header = codec === 'h264' ? [(first & 0xe0) | 28] : [(first & 0x81) | (49 << 1), nal[1] ?? 0];
  const room = limit - headerLength - 1;
  const payloads: Uint8Array[] = [];
  for (let at = headerLength; at < nal.length; at += room) {
    const piece = nal.subarray(at, at + room);
    const marks = (at === headerLength ? 0x80 : 0) | (at + room >= nal.length ? 0x40 : 0);
    const payload = new Uint8Array(headerLength + 1 + piece.length);
    payload.set([...header, marks | type]);
    payload.set(piece, headerLength + 1);
    payloads.push(payload);
  }
  return payloads;
}

/** One AAC frame as a payload of mode AAC-hbr: a 16-bit header length, 13 bits of size, 3 of index. Throws FormatError past 8191 bytes. */
export function aacPayload(frame: Uint8Array): Uint8Array {
  if (frame.length > 8191) throw new FormatError(0, ['RTP payload'], `AAC frame of ${frame.length} bytes > 8191`);
  const payload = new Uint8Array(4 + frame.length);
  payload.set([0, 16, frame.length >>> 5, (frame.length & 31) << 3]);
  payload.set(frame, 4);
  return payload;
}
