// The elementary stream descriptor of an mp4a entry, which carries the AudioSpecificConfig; read and written.
// ISO/IEC 14496-14 §5.6, descriptors in ISO/IEC 14496-1 §7.2.6.

import { concatBytes } from '../bytes.ts';
import { type Box, boxError, needBytes, uint8, writeFullBox } from './box.ts';

/** `objectType` names the coding (0x40 is MPEG-4 AAC); `config` is its decoder specific info, absent in some. */
export type StreamDescriptor = { objectType: number; config?: Uint8Array };

const tags = { stream: 3, decoder: 4, specific: 5, syncLayer: 6 };

/** Reads an esds box. FormatError when a descriptor is missing or longer than what holds it. */
export function readEsds(esds: Box): StreamDescriptor {
  const stream = readDescriptor(esds, 4, tags.stream, esds.body.length);
  const flags = uint8(esds, stream.at + 2);
  let at = stream.at + 3;
  if (flags & 0x80) at += 2;
  if (flags & 0x40) at += 1 + uint8(esds, at);
  if (flags & 0x20) at += 2;
  const decoder = readDescriptor(esds, at, tags.decoder, stream.end);
  const objectType = uint8(esds, decoder.at);
  if (decoder.end - decoder.at <= 13) return { objectType };
  const specific = readDescriptor(esds, decoder.at + 13, tags.specific, decoder.end);
  return { objectType, config: esds.body.slice(specific.at, specific.end) };
}

/** An esds box for raw AAC with this AudioSpecificConfig (at most 100 bytes). */
export function writeEsds(config: Uint8Array): Uint8Array {
  // Stream type 5 (audio) shifted over "up stream" and a reserved 1 bit; buffer size and bit rates unknown (0).
  const decoderHead = Uint8Array.of(0x40, (5 << 2) | 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
  const decoder = writeDescriptor(tags.decoder, decoderHead, writeDescriptor(tags.specific, config));
  const syncLayer = writeDescriptor(tags.syncLayer, Uint8Array.of(2));
  return writeFullBox('esds', 0, 0, writeDescriptor(tags.stream, Uint8Array.of(0, 0, 0), decoder, syncLayer));
}

function writeDescriptor(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const body = concatBytes(parts);
  if (body.length > 127) throw new RangeError(`descriptor of ${body.length} bytes, at most 127`);
  return concatBytes([Uint8Array.of(tag, body.length), body]);
}

function readDescriptor(esds: Box, at: number, tag: number, limit: number): { at: number; end: number } {
  const found = uint8(esds, at);
  if (found !== tag) throw boxError(esds, at, `descriptor ${found} where ${tag} is expected`);
  let length = 0;
  let next = at + 1;
  for (let i = 0; ; i++) {
    if (i === 4) throw boxError(esds, at, 'descriptor length of more than 4 bytes');
    const byte = uint8(esds, next++);
    length = length * 128 + (byte & 0x7f);
    if (byte < 0x80) break;
  }
  if (next + length > limit) throw boxError(esds, at, `descriptor of ${length} bytes reaches past its end`);
  needBytes(esds, next, length);
  return { at: next, end: next + length };
}
