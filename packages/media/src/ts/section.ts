// Program tables of an MPEG transport stream: PAT and PMT sections with their CRC. ISO/IEC 13818-1 §2.4.4.

import { viewOf } from '../bytes.ts';

/** An elementary stream of the PMT: its packet id and stream_type (table 2-34). */
export type ElementaryStream = { pid: number; streamType: number };

const crcTable = Int32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 24;
  for (let bit = 0; bit < 8; bit++) crc = (crc << 1) ^ (crc < 0 ? 0x04c11db7 : 0);
  return crc;
});

/** CRC-32/MPEG-2 (annex A), unsigned. */
export function crc32Mpeg(bytes: Uint8Array): number {
  let crc = -1;
  for (const byte of bytes) crc = (crc << 8) ^ (crcTable[((crc >>> 24) ^ byte) & 0xff] ?? 0);
  return crc >>> 0;
}

/** Program association: program 1 is described at `pmtPid`. */
export function writePat(pmtPid: number): Uint8Array {
  return writeSection(0x00, [0x00, 0x01, 0xe0 | (pmtPid >> 8), pmtPid & 0xff]);
}

/** Program map of program 1: its streams and which of them carries the clock. */
export function writePmt(pcrPid: number, streams: readonly ElementaryStream[]): Uint8Array {
  const entries = streams.flatMap(({ pid, streamType }) => [streamType, 0xe0 | (pid >> 8), pid & 0xff, 0xf0, 0x00]);
  return writeSection(0x02, [0xe0 | (pcrPid >> 8), pcrPid & 0xff, 0xf0, 0x00, ...entries]);
}

// Table id, length, id 1 (transport stream or program), version 0 and "current", section 0 of 0, body, CRC.
function writeSection(tableId: number, body: readonly number[]): Uint8Array {
  const length = 5 + body.length + 4;
  const section = Uint8Array.of(tableId, 0xb0 | (length >> 8), length & 0xff, 0x00, 0x01, 0xc1, 0x00, 0x00, ...body, 0, 0, 0, 0);
  viewOf(section).setUint32(section.length - 4, crc32Mpeg(section.subarray(0, -4)));
  return section;
}
