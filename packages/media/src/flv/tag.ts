// FLV tags (Adobe Flash Video File Format 10.1, Annex E.4.1): the unit that FLV stores and HTTP-FLV sends.

import { readUint24, viewOf, writeUint24 } from '../bytes.ts';
import { FormatError } from '../errors.ts';

/** One tag. `timestamp` in ms; a tag that was read has an unsigned 32-bit one, a larger one is written modulo 2^32. */
export type FlvTag = { type: 'audio' | 'video' | 'script'; timestamp: number; body: Uint8Array };

/** TagType by kind; RTMP's message types are the same numbers. */
export const flvTagTypes = { audio: 8, video: 9, script: 18 } as const;

const headLength = 11;

/**
 * Reads the tag at `at` and its PreviousTagSize; undefined when they are not all there yet. The body is a view.
 * Throws FormatError for another type, an encrypted tag or a PreviousTagSize that does not match (0 is let pass).
 */
export function readTag(bytes: Uint8Array, at: number): { tag: FlvTag; next: number } | undefined {
  if (bytes.length - at < headLength) return undefined;
  const view = viewOf(bytes);
  const flags = view.getUint8(at);
  if ((flags & 0x20) !== 0) throw new FormatError(at, ['FLV tag'], 'encrypted tags are not supported');
  const type = tagType(flags & 0x1f);
  if (type === undefined || flags > 0x1f) throw new FormatError(at, ['FLV tag'], `tag type ${flags}`);
  const size = readUint24(view, at + 1);
  const end = at + headLength + size;
  if (end + 4 > bytes.length) return undefined;
  const previous = view.getUint32(end);
  // Some writers leave every PreviousTagSize 0; a wrong one means that the tag's own size cannot be trusted.
  if (previous !== headLength + size && previous !== 0) {
    throw new FormatError(end, ['FLV tag'], `PreviousTagSize ${previous} is not ${headLength + size}`);
  }
  const timestamp = (readUint24(view, at + 4) | (view.getUint8(at + 7) << 24)) >>> 0;
  return { tag: { type, timestamp, body: bytes.subarray(at + headLength, end) }, next: end + 4 };
}

function tagType(number: number): FlvTag['type'] | undefined {
  switch (number) {
    case 8:
      return 'audio';
    case 9:
      return 'video';
    case 18:
      return 'script';
    default:
      return undefined;
  }
}

/** The tag with its PreviousTagSize, in one new array. Throws FormatError for a body past 2^24 - 1 bytes. */
export function writeTag(tag: FlvTag): Uint8Array {
  const size = tag.body.length;
  if (size > 0xffffff) throw new FormatError(0, ['FLV tag'], `body of ${size} bytes > 16777215`);
  const bytes = new Uint8Array(headLength + size + 4);
  const view = viewOf(bytes);
  bytes[0] = flvTagTypes[tag.type];
  writeUint24(view, 1, size);
  writeUint24(view, 4, tag.timestamp % 0x1000000);
  bytes[7] = Math.floor(tag.timestamp / 0x1000000) % 256;
  bytes.set(tag.body, headLength);
  view.setUint32(headLength + size, headLength + size);
  return bytes;
}
