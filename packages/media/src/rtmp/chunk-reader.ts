// Joins chunks to messages (Adobe RTMP 1.0 §5.3), fed with bytes as they come off the socket. The hot path of a live
// server: each payload byte is copied once, out of the caller's buffer (which may be reused) into its message.

import { FormatError } from '../errors.ts';
import { initialChunkSize } from './chunk-writer.ts';
import type { RtmpLimits } from './limits.ts';
import type { RtmpMessage } from './message.ts';
import { messageTypes } from './message.ts';

type ChunkStream = {
  /** Of the current or last message, ms modulo 2^32. */
  timestamp: number;
  /** What the last header said: the timestamp itself (format 0) or the delta. */
  timestampField: number;
  isExtended: boolean;
  /** Whether the peer repeats the extended timestamp in format 3 chunks; unknown until one is seen. */
  repeatsExtended: boolean | undefined;
  length: number;
  typeId: number;
  streamId: number;
  /** The message being joined. */
  body: Uint8Array | undefined;
  filled: number;
};

/** Basic header 3, message header 11, extended timestamp 4. */
const longestHeader = 18;
const messageHeaderLengths = [11, 7, 3, 0] as const;
const path = ['RTMP chunk'];
const slabLength = 32 * 1024;
const slabShare = 8 * 1024;

/** Joins chunks; obeys Set Chunk Size and Abort by itself and delivers every other message. */
export class ChunkReader {
  /** Longest audio, video or aggregate message, bytes; the session raises it when the peer publishes. */
  mediaLength: number;
  readonly #limits: RtmpLimits;
  readonly #streams = new Map<number, ChunkStream>();
  /** A header of which only the first bytes have come. */
  readonly #held = new Uint8Array(longestHeader);
  #heldLength = 0;
  #chunkSize = initialChunkSize;
  /** The stream whose chunk is being read, and what is left of that chunk's payload. */
  #current: ChunkStream | undefined;
  #chunkLeft = 0;
  #pendingLength = 0;
  #slab = new ArrayBuffer(0);
  #slabUsed = 0;
  /** Bytes of earlier calls, for the offsets in errors. */
  #offset = 0;

  constructor(limits: RtmpLimits) {
    this.#limits = limits;
    this.mediaLength = limits.commandLength;
  }

  /** Reads all of `bytes` and calls `deliver` for each message that ends in them. Throws FormatError; then the session is over. */
  read(bytes: Uint8Array, deliver: (message: RtmpMessage) => void): void {
    this.#consume(bytes, deliver);
    this.#offset += bytes.length;
  }

  #consume(bytes: Uint8Array, deliver: (message: RtmpMessage) => void): void {
    let at = 0;
    while (at < bytes.length) {
      if (this.#current === undefined) at = this.#readHeader(bytes, at, deliver);
      if (this.#current !== undefined) at = this.#readPayload(this.#current, bytes, at, deliver);
    }
  }

  #readPayload(stream: ChunkStream, bytes: Uint8Array, at: number, deliver: (message: RtmpMessage) => void): number {
    const body = stream.body;
    if (body === undefined) throw new Error('a chunk without its message');
    const length = Math.min(this.#chunkLeft, bytes.length - at);
    const end = at + length;
    if (length > 0) body.set(at === 0 && end === bytes.length ? bytes : bytes.subarray(at, end), stream.filled);
    stream.filled += length;
    this.#chunkLeft -= length;
    if (this.#chunkLeft > 0) return end;
    this.#current = undefined;
    if (stream.filled < stream.length) return end;
    stream.body = undefined;
    this.#pendingLength -= stream.length;
    this.#finish({ typeId: stream.typeId, streamId: stream.streamId, timestamp: stream.timestamp, body }, at, deliver);
    return end;
  }

  #finish(message: RtmpMessage, at: number, deliver: (message: RtmpMessage) => void): void {
    if (message.typeId === messageTypes.setChunkSize) this.#setChunkSize(message.body, at);
    else if (message.typeId === messageTypes.abort) this.#abort(message.body, at);
    else deliver(message);
  }

  /** Returns the offset behind the header; sets `#current` unless the header is not all there. */
  #readHeader(bytes: Uint8Array, at: number, deliver: (message: RtmpMessage) => void): number {
    if (this.#heldLength > 0) return this.#readHeldHeader(bytes, at, deliver);
    const next = this.#parseHeader(bytes, at, bytes.length);
    if (next > 0) return next;
    this.#held.set(bytes.subarray(at));
    this.#heldLength = bytes.length - at;
    return bytes.length;
  }

  /** Goes on with a header that was split between two reads. */
  #readHeldHeader(bytes: Uint8Array, at: number, deliver: (message: RtmpMessage) => void): number {
    const before = this.#heldLength;
    const added = Math.min(longestHeader - before, bytes.length - at);
    this.#held.set(bytes.subarray(at, at + added), before);
    const next = this.#parseHeader(this.#held, 0, before + added);
    this.#heldLength = next > 0 ? 0 : before + added;
    if (next === 0) return at + added;
    if (next >= before) return at + next - before;
    // What was held for an extended timestamp has turned out to be payload.
    this.#consume(this.#held.slice(next, before), deliver);
    return at;
  }

  /** Parses the header at `at`; returns what is behind it, or 0 when it passes `end`, and then nothing has changed. */
  #parseHeader(bytes: Uint8Array, at: number, end: number): number {
    const first = bytes[at] ?? 0;
    const format = first >>> 6;
    let id = first & 0x3f;
    let next = at + 1;
    if (id < 2) {
      next += id + 1;
      if (next > end) return 0;
      id = 64 + (bytes[at + 1] ?? 0) + (id === 1 ? (bytes[at + 2] ?? 0) * 256 : 0);
    }
    const fields = next;
    next += messageHeaderLengths[format as 0 | 1 | 2 | 3];
    if (next > end) return 0;
    if (format === 3) return this.#startFormat3(id, bytes, next, end, at);
    let timestampField = uint24(bytes, fields);
    const isExtended = timestampField === 0xffffff;
    if (isExtended) {
      if (next + 4 > end) return 0;
      timestampField = uint32(bytes, next);
      next += 4;
    }
    const stream = this.#streams.get(id) ?? this.#open(id, format, at);
    if (stream.body !== undefined) throw this.#error(at, `format ${format} inside a message of chunk stream ${id}`);
    stream.timestampField = timestampField;
    stream.isExtended = isExtended;
    stream.timestamp = format === 0 ? timestampField : (stream.timestamp + timestampField) >>> 0;
    if (format < 2) {
      stream.length = uint24(bytes, fields + 3);
      stream.typeId = bytes[fields + 6] ?? 0;
    }
    if (format === 0) stream.streamId = uint32LittleEndian(bytes, fields + 7);
    this.#startMessage(stream, at);
    this.#startChunk(stream);
    return next;
  }

  /** Format 3: goes on with a message, or begins one with the header of the last. */
  #startFormat3(id: number, bytes: Uint8Array, at: number, end: number, start: number): number {
    const stream = this.#streams.get(id);
    if (stream === undefined) throw this.#error(start, `chunk stream ${id} begins with format 3`);
    let next = at;
    // The specification repeats the extended timestamp here (§5.3.1.3), some encoders do not: the first such chunk tells.
    if (stream.isExtended && stream.repeatsExtended !== false) {
      if (at + 4 > end) return 0;
      const value = uint32(bytes, at);
      stream.repeatsExtended ??= value === stream.timestampField || value === stream.timestamp;
      if (stream.repeatsExtended) next += 4;
    }
    if (stream.body === undefined) {
      stream.timestamp = (stream.timestamp + stream.timestampField) >>> 0;
      this.#startMessage(stream, start);
    }
    this.#startChunk(stream);
    return next;
  }

  #open(id: number, format: number, at: number): ChunkStream {
    // Format 1 says enough to begin with, on message stream 0; 2 says no length, so nothing can follow from it.
    if (format > 1) throw this.#error(at, `chunk stream ${id} begins with format ${format}`);
    if (this.#streams.size >= this.#limits.chunkStreams) {
      throw this.#error(at, `more than ${this.#limits.chunkStreams} chunk streams`);
    }
    const stream: ChunkStream = {
      timestamp: 0,
      timestampField: 0,
      isExtended: false,
      repeatsExtended: undefined,
      length: 0,
      typeId: 0,
      streamId: 0,
      body: undefined,
      filled: 0,
    };
    this.#streams.set(id, stream);
    return stream;
  }

  #startMessage(stream: ChunkStream, at: number): void {
    const { typeId, length } = stream;
    const isMedia = typeId === messageTypes.video || typeId === messageTypes.audio || typeId === messageTypes.aggregate;
    const limit = isMedia ? this.mediaLength : this.#limits.commandLength;
    if (length > limit) throw this.#error(at, `message of type ${typeId} with ${length} bytes > ${limit}`);
    this.#pendingLength += length;
    if (this.#pendingLength > this.#limits.pendingLength) {
      throw this.#error(at, `unfinished messages of ${this.#pendingLength} bytes > ${this.#limits.pendingLength}`);
    }
    stream.body = this.#allocate(length);
    stream.filled = 0;
  }

  /** Small bodies share slabs: an allocation of its own costs more than the copy into it. */
  #allocate(length: number): Uint8Array {
    if (length > slabShare) return new Uint8Array(length);
    if (this.#slabUsed + length > this.#slab.byteLength) {
      this.#slab = new ArrayBuffer(slabLength);
      this.#slabUsed = 0;
    }
    const body = new Uint8Array(this.#slab, this.#slabUsed, length);
    this.#slabUsed += length;
    return body;
  }

  #startChunk(stream: ChunkStream): void {
    this.#current = stream;
    this.#chunkLeft = Math.min(this.#chunkSize, stream.length - stream.filled);
  }

  /** §5.4.1; sizes past the longest message mean the same as that. */
  #setChunkSize(body: Uint8Array, at: number): void {
    if (body.length < 4) throw this.#error(at, `Set Chunk Size of ${body.length} bytes`);
    const size = uint32(body, 0);
    if (size < 1 || size > 0x7fffffff) throw this.#error(at, `chunk size ${size} is not in 1 to 2147483647`);
    this.#chunkSize = Math.min(size, 0xffffff);
  }

  /** §5.4.2: the named chunk stream's message will not be finished. */
  #abort(body: Uint8Array, at: number): void {
    if (body.length < 4) throw this.#error(at, `Abort of ${body.length} bytes`);
    const stream = this.#streams.get(uint32(body, 0));
    if (stream?.body === undefined) return;
    this.#pendingLength -= stream.length;
    stream.body = undefined;
  }

  #error(at: number, problem: string): FormatError {
    return new FormatError(this.#offset + at, path, problem);
  }
}

function uint24(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
}

function uint32(bytes: Uint8Array, at: number): number {
  return (((bytes[at] ?? 0) << 24) | uint24(bytes, at + 1)) >>> 0;
}

function uint32LittleEndian(bytes: Uint8Array, at: number): number {
  return (((bytes[at + 3] ?? 0) << 24) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at] ?? 0)) >>> 0;
}
