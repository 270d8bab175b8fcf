// The head of an FLV stream (Adobe Flash Video File Format 10.1, Annex E.2).

import { viewOf } from '../bytes.ts';
import { FormatError } from '../errors.ts';

/** Which kinds of tag the stream announces. */
export type FlvHeader = { hasVideo: boolean; hasAudio: boolean };

/**
 * Reads the header and the PreviousTagSize0 behind it; undefined when they are not all there yet.
 * Throws FormatError for another signature, version or size.
 */
export function readFlvHeader(bytes: Uint8Array, at: number): { header: FlvHeader; next: number } | undefined {
  if (bytes.length - at < 13) return undefined;
  const view = viewOf(bytes);
  const signature = view.getUint32(at);
  if (signature >>> 8 !== 0x464c56) throw new FormatError(at, ['FLV header'], 'signature is not "FLV"');
  if ((signature & 0xff) !== 1) throw new FormatError(at + 3, ['FLV header'], `version ${signature & 0xff} is not 1`);
  const flags = view.getUint8(at + 4);
  const size = view.getUint32(at + 5);
  if (size < 9 || size > 1024) throw new FormatError(at + 5, ['FLV header'], `header size ${size} is not in 9 to 1024`);
  const next = at + size + 4;
  if (next > bytes.length) return undefined;
  return { header: { hasVideo: (flags & 1) !== 0, hasAudio: (flags & 4) !== 0 }, next };
}

/** The 9 bytes of the header and PreviousTagSize0. */
export function writeFlvHeader(header: FlvHeader): Uint8Array {
  const flags = (header.hasAudio ? 4 : 0) | (header.hasVideo ? 1 : 0);
  return Uint8Array.of(0x46, 0x4c, 0x56, 1, flags, 0, 0, 0, 9, 0, 0, 0, 0);
}
