// Boxes, the building bricks of MP4: headers, children and checked fields; and their one writer.
// ISO/IEC 14496-12 §4.2 (box structure), §4.2.2 (full box).

import { concatBytes, viewOf } from '../bytes.ts';
import { FormatError } from '../errors.ts';

/** A box in memory. Field offsets given to the readers below count from the first byte of `body`. */
export type Box = {
  type: string;
  /** Types of the enclosing boxes and its own, outermost first. */
  path: readonly string[];
  /** File offset of `body`'s first byte. */
  bodyOffset: number;
  body: Uint8Array;
  view: DataView;
};

/** The first bytes of a box. `size` counts the header; 0 means "to the end of the file". */
export type BoxHeader = { type: string; size: number; headerSize: number };

/** A table of fixed-size entries inside a box: `count` entries of `entrySize` bytes from `start` on, all present. */
export type BoxTable = { box: Box; start: number; count: number; entrySize: number };

/** Far more than any real file has in one box, and few enough to keep in memory. */
const maxChildren = 10_000;

/** Longest header: 32-bit size, type, 64-bit size. */
export const maxBoxHeaderSize = 16;

/**
 * Reads the header at `at`; `undefined` while it is incomplete. `fileOffset` is where `bytes[0]` lies, for messages.
 * FormatError when the type is not text or the size is smaller than the header.
 */
export function readBoxHeader(bytes: Uint8Array, at: number, fileOffset = 0, path: readonly string[] = []): BoxHeader | undefined {
  if (bytes.length - at < 8) return undefined;
  const view = viewOf(bytes);
  const type = readType(bytes, at + 4);
  if (type === undefined) throw new FormatError(fileOffset + at, path, 'not an MP4 box: its type is not text');
  const size32 = view.getUint32(at);
  if (size32 !== 1) {
    if (size32 !== 0 && size32 < 8) throw new FormatError(fileOffset + at, [...path, type], `box size ${size32} < 8`);
    return { type, size: size32, headerSize: 8 };
  }
  if (bytes.length - at < 16) return undefined;
  const size = view.getUint32(at + 8) * 2 ** 32 + view.getUint32(at + 12);
  if (size < 16) throw new FormatError(fileOffset + at, [...path, type], `box size ${size} < 16`);
  return { type, size, headerSize: 16 };
}

/** A box whose bytes, header included, are `bytes`; `fileOffset` is where they lie in the file. */
export function boxFrom(bytes: Uint8Array, header: BoxHeader, fileOffset: number, parentPath: readonly string[] = []): Box {
  const body = bytes.subarray(header.headerSize);
  return { type: header.type, path: [...parentPath, header.type], bodyOffset: fileOffset + header.headerSize, body, view: viewOf(body) };
}

/**
 * The boxes inside `parent`, from byte `from` of its body. Up to 7 trailing bytes and an end mark are passed over (QuickTime:
 * a zero instead of a box, or an 8-byte box without a type). FormatError when one reaches past its parent.
 */
export function childrenOf(parent: Box, from = 0): Box[] {
  const children: Box[] = [];
  const { body, bodyOffset, path } = parent;
  if (from > body.length) throw new FormatError(bodyOffset, path, `box of ${body.length} bytes, at least ${from} expected`);
  let at = from;
  while (body.length - at >= 8) {
    if (parent.view.getUint32(at) === 0 || parent.view.getUint32(at + 4) === 0) break;
    const header = readBoxHeader(body, at, bodyOffset, path);
    const size = header?.size ?? maxBoxHeaderSize;
    if (!header || size > body.length - at) {
      const name = header ? [...path, header.type] : path;
      throw new FormatError(bodyOffset + at, name, `box size ${size} reaches past the ${body.length - at} bytes left in ${parent.type}`);
    }
    if (children.length === maxChildren) throw new FormatError(bodyOffset + at, path, `more than ${maxChildren} boxes in one`);
    children.push(boxFrom(body.subarray(at, at + size), header, bodyOffset + at, path));
    at += size;
  }
  return children;
}

/** The first child of that type. */
export function findBox(boxes: readonly Box[], type: string): Box | undefined {
  return boxes.find((box) => box.type === type);
}

/** The first child of that type; FormatError that names the parent when there is none. */
export function requireBox(parent: Box, boxes: readonly Box[], type: string): Box {
  const box = findBox(boxes, type);
  if (!box) throw new FormatError(parent.bodyOffset, parent.path, `no ${type} box`);
  return box;
}

/** FormatError at byte `at` of the box's body. */
export function boxError(box: Box, at: number, problem: string): FormatError {
  return new FormatError(box.bodyOffset + at, box.path, problem);
}

/** Checks that `length` bytes follow at `at`; FormatError otherwise. */
export function needBytes(box: Box, at: number, length: number): void {
  if (at < 0 || length > box.body.length - at) {
    throw boxError(box, at, `${length} bytes expected, ${Math.max(0, box.body.length - at)} left in the box`);
  }
}

/** Unsigned 8-bit field. FormatError past the end, as for all fields. */
export function uint8(box: Box, at: number): number {
  needBytes(box, at, 1);
  return box.view.getUint8(at);
}

/** Unsigned 16-bit field. */
export function uint16(box: Box, at: number): number {
  needBytes(box, at, 2);
  return box.view.getUint16(at);
}

/** Unsigned 32-bit field. */
export function uint32(box: Box, at: number): number {
  needBytes(box, at, 4);
  return box.view.getUint32(at);
}

/** Signed 32-bit field. */
export function int32(box: Box, at: number): number {
  needBytes(box, at, 4);
  return box.view.getInt32(at);
}

/** Unsigned 64-bit field; FormatError past 2^53. */
export function uint64(box: Box, at: number): number {
  needBytes(box, at, 8);
  const value = box.view.getUint32(at) * 2 ** 32 + box.view.getUint32(at + 4);
  if (value > Number.MAX_SAFE_INTEGER) throw boxError(box, at, `${value} is past 2^53`);
  return value;
}

/** Four letters, e.g. a handler type. */
export function fourCc(box: Box, at: number): string {
  needBytes(box, at, 4);
  return readType(box.body, at) ?? '????';
}

/** Version of a full box (its first byte). */
export function versionOf(box: Box): number {
  return uint8(box, 0);
}

/** Flags of a full box (the 24 bits after the version). */
export function flagsOf(box: Box): number {
  return uint32(box, 0) & 0xffffff;
}

/** The entries after a 32-bit count at `countAt`. FormatError when the box is too short for its count. */
export function tableAt(box: Box, countAt: number, entrySize: number): BoxTable {
  const count = uint32(box, countAt);
  const start = countAt + 4;
  if (count * entrySize > box.body.length - start) {
    throw boxError(box, countAt, `${count} entries of ${entrySize} bytes in ${box.body.length - start} bytes`);
  }
  return { box, start, count, entrySize };
}

/** Bytes of a box with this type around `parts`. */
export function writeBox(type: string, ...parts: readonly Uint8Array[]): Uint8Array {
  const bytes = concatBytes([new Uint8Array(8), ...parts]);
  viewOf(bytes).setUint32(0, bytes.length);
  bytes.set(typeBytes(type), 4);
  return bytes;
}

/** Bytes of a full box: version and flags come before `parts`. */
export function writeFullBox(type: string, version: number, flags: number, ...parts: readonly Uint8Array[]): Uint8Array {
  return writeBox(type, uint32Bytes(version * 2 ** 24 + flags), ...parts);
}

/** Big-endian 32-bit numbers one after the other; negative ones in two's complement. */
export function uint32Bytes(...values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(values.length * 4);
  const view = viewOf(bytes);
  values.forEach((value, i) => view.setUint32(i * 4, value));
  return bytes;
}

/** Big-endian 16-bit numbers one after the other. */
export function uint16Bytes(...values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(values.length * 2);
  const view = viewOf(bytes);
  values.forEach((value, i) => view.setUint16(i * 2, value));
  return bytes;
}

/** Big-endian 64-bit numbers (0 to 2^53) one after the other. */
export function uint64Bytes(...values: readonly number[]): Uint8Array {
  return uint32Bytes(...values.flatMap((value) => [Math.floor(value / 2 ** 32), value % 2 ** 32]));
}

/** The letters of a box type, brand or handler as bytes (Latin-1). */
export function typeBytes(text: string): Uint8Array {
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}

// QuickTime's own types begin with © (0xa9).
function readType(bytes: Uint8Array, at: number): string | undefined {
  let type = '';
  for (let i = at; i < at + 4; i++) {
    const code = bytes[i] ?? 0;
    if ((code < 0x20 || code > 0x7e) && code !== 0xa9) return undefined;
    type += String.fromCharCode(code);
  }
  return type;
}
