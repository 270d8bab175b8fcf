// Codec names of enhanced RTMP (Veovera, enhanced RTMP v2): four characters as a 32-bit number.

import { FormatError } from '../errors.ts';
import { viewOf } from '../bytes.ts';

/** A FourCC as its big-endian number. */
export function fourCc(name: string): number {
  let value = 0;
  for (let i = 0; i < 4; i++) value = value * 256 + name.charCodeAt(i);
  return value;
}

/** The FourCC at `at`. Throws FormatError when it passes the end. */
export function readFourCc(bytes: Uint8Array, at: number, path: readonly string[]): number {
  if (at + 4 > bytes.length) throw new FormatError(at, path, `${bytes.length} bytes end before the FourCC`);
  return viewOf(bytes).getUint32(at);
}

/** A FourCC for an error sentence. */
export function fourCcName(value: number): string {
  return String.fromCharCode(value >>> 24, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff);
}

/**
 * Steps over ModEx packets (enhanced RTMP v2, "ModEx"): each is a size, that much data and a byte with the next
 * packet type in its low half. `at` is behind the first byte of the body. Throws FormatError when they pass the end.
 */
export function skipModEx(bytes: Uint8Array, at: number, path: readonly string[]): { packetType: number; next: number } {
  let next = at;
  let packetType = modEx;
  while (packetType === modEx) {
    let size = (bytes[next++] ?? 0) + 1;
    if (size === 256 && next + 2 <= bytes.length) {
      size = viewOf(bytes).getUint16(next) + 1;
      next += 2;
    }
    next += size;
    const byte = bytes[next++];
    if (byte === undefined) throw new FormatError(at, path, `ModEx passes the end ${bytes.length}`);
    packetType = byte & 0x0f;
  }
  return { packetType, next };
}

/** Packet type of ModEx, the same for video and audio. */
export const modEx = 7;
