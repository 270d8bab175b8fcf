// NAL units inside length-prefixed samples (ISO/IEC 14496-15 §5.3.4.2) and their payload (ITU-T H.264 §7.4.1).

import { FormatError } from '../errors.ts';

/**
 * Views of the NAL units of one access unit, whose lengths take `lengthSize` (1, 2 or 4) bytes each.
 * Throws FormatError when a length passes the end.
 */
export function* splitNals(data: Uint8Array, lengthSize: number): Generator<Uint8Array, void, void> {
  let at = 0;
  while (at < data.length) {
    const start = at + lengthSize;
    let length = 0;
    for (; at < start; at++) length = length * 256 + (data[at] ?? 0);
    if (start > data.length || length > data.length - start) {
      throw new FormatError(start - lengthSize, ['access unit'], `NAL unit of ${length} bytes passes the end ${data.length}`);
    }
    at = start + length;
    if (length > 0) yield data.subarray(start, at);
  }
}

/** The RBSP of a NAL unit: without the emulation prevention bytes (00 00 03 → 00 00). */
export function removeEmulationPrevention(nal: Uint8Array): Uint8Array {
  const rbsp = new Uint8Array(nal.length);
  let length = 0;
  let zeros = 0;
  for (const byte of nal) {
    if (zeros >= 2 && byte === 3) {
      zeros = 0;
      continue;
    }
    zeros = byte === 0 ? zeros + 1 : 0;
    rbsp[length++] = byte;
  }
  return rbsp.subarray(0, length);
}
