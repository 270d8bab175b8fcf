// Cuts messages into chunks (Adobe RTMP 1.0 §5.3.1), each message under a full header, so that its bytes do not depend
// on what was sent before and one result serves every viewer.

import { FormatError } from '../errors.ts';
import type { FlvTag } from '../flv/tag.ts';
import { flvTagTypes } from '../flv/tag.ts';
import type { RtmpMessage } from './message.ts';

/** Chunk size that every session here announces: what `chunkMedia` writes fits every viewer of a server. */
export const rtmpChunkSize = 60_000;

/** Chunk size before anyone announces another (§5.4.1). */
export const initialChunkSize = 128;

/** Chunk streams that we write on: 2 is the protocol's own, the others are free choice. */
export const chunkStreams = { control: 2, command: 3, audio: 4, script: 5, video: 6 } as const;

const noPrefix = new Uint8Array(0);

/**
 * The message as chunks of at most `chunkSize` payload bytes on chunk stream 2 to 63, its extended timestamp repeated in
 * each chunk. `prefix` goes before the body. Throws FormatError past 2^24 - 1 bytes.
 */
export function writeChunks(
  message: RtmpMessage,
  chunkStreamId: number,
  chunkSize: number,
  prefix: Uint8Array = noPrefix,
): Uint8Array {
  const length = prefix.length + message.body.length;
  if (length > 0xffffff) throw new FormatError(0, ['RTMP message'], `${length} bytes > 16777215`);
  const timestamp = message.timestamp >>> 0;
  const extended = timestamp >= 0xffffff ? 4 : 0;
  const chunks = Math.max(1, Math.ceil(length / chunkSize));
  const bytes = new Uint8Array(12 + length + chunks * extended + chunks - 1);
  bytes[0] = chunkStreamId;
  putUint24(bytes, 1, extended > 0 ? 0xffffff : timestamp);
  putUint24(bytes, 4, length);
  bytes[7] = message.typeId;
  putUint32LittleEndian(bytes, 8, message.streamId);
  let at = 12;
  if (extended > 0) at = putUint32(bytes, at, timestamp);
  if (chunks === 1) {
    bytes.set(prefix, at);
    bytes.set(message.body, at + prefix.length);
    return bytes;
  }
  const payload = prefix.length === 0 ? message.body : joined(prefix, message.body);
  for (let from = 0; from < length; from += chunkSize) {
    if (from > 0) {
      bytes[at++] = 0xc0 | chunkStreamId;
      if (extended > 0) at = putUint32(bytes, at, timestamp);
    }
    const part = payload.subarray(from, from + chunkSize);
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** A tag as audio, video or data message on `streamId`, in chunks of `rtmpChunkSize`: write once, send to every viewer. */
export function chunkMedia(streamId: number, tag: FlvTag, prefix: Uint8Array = noPrefix): Uint8Array {
  const message = { typeId: flvTagTypes[tag.type], streamId, timestamp: tag.timestamp, body: tag.body };
  return writeChunks(message, chunkStreams[tag.type], rtmpChunkSize, prefix);
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(a.length + b.length);
  bytes.set(a);
  bytes.set(b, a.length);
  return bytes;
}

function putUint24(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 16;
  bytes[at + 1] = value >>> 8;
  bytes[at + 2] = value;
}

function putUint32(bytes: Uint8Array, at: number, value: number): number {
  bytes[at] = value >>> 24;
  putUint24(bytes, at + 1, value);
  return at + 4;
}

function putUint32LittleEndian(bytes: Uint8Array, at: number, value: number): void {
  for (let i = 0; i < 4; i++) bytes[at + i] = value >>> (8 * i);
}
