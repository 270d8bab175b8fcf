// One RTSP connection's bytes as messages and interleaved frames (RFC 2326 §10.12), past what cameras strew between them.

import { copyBytes } from '../bytes.ts';
import { FormatError } from '../errors.ts';
import type { RtspMessage } from './message.ts';
import { bodyLength, readRtspHead } from './message.ts';

/** Bounds in bytes: a head, a body, and stray bytes between messages before the stream counts as hopeless. */
export type RtspLimits = { head: number; body: number; junk: number };
export const defaultRtspLimits: RtspLimits = { head: 16 * 1024, body: 256 * 1024, junk: 64 * 1024 };

/** Where what was read goes. The bytes of a frame are only lent: they may change once the call returns. */
export type RtspSink = {
  message(message: RtspMessage): void;
  frame(channel: number, bytes: Uint8Array, start: number, end: number): void;
};

const dollar = 0x24;
const lineFeed = 10;
const carriageReturn = 13;
/** Heads begin with one of these; anything else between messages is junk. */
const beginnings = [
  'RTSP/', 'OPTIONS ', 'DESCRIBE ', 'ANNOUNCE ', 'SETUP ', 'PLAY ', 'PLAY_NOTIFY ', 'PAUSE ', 'TEARDOWN ', 'REDIRECT ', 'RECORD ',
  'GET_PARAMETER ', 'SET_PARAMETER ',
].map((text) => Uint8Array.from(text, (letter) => letter.charCodeAt(0)));
const path = ['RTSP'];

/** Splits the stream. Frames wholly inside the bytes received are handed on without a copy. */
export class RtspStreamReader {
  readonly #sink: RtspSink;
  readonly #limits: RtspLimits;
  /** The beginning of an item that is not yet whole. */
  #held = new Uint8Array(0);
  #heldLength = 0;
  /** Length of the item being held, when known. */
  #wanted = 0;
  /** Bytes of the held item already searched for the end of its head. */
  #searched = 0;
  /** Stray bytes since the last message or frame. */
  #junk = 0;
  /** Channels that frames are believed on while out of step. */
  #channels = new Set<number>();

  constructor(sink: RtspSink, limits: Partial<RtspLimits> = {}) {
    this.#sink = sink;
    this.#limits = { ...defaultRtspLimits, ...limits };
  }

  /** Tells of a channel in use: frames on others are passed over, and none of them ends a stretch of junk. */
  expect(channel: number): void {
    this.#channels.add(channel);
  }

  /** Takes bytes as they come; they may be reused afterwards. Throws FormatError when the stream is hopeless. */
  receive(bytes: Uint8Array): void {
    let at = 0;
    while (this.#heldLength > 0 && at < bytes.length) at = this.#complete(bytes, at);
    if (at >= bytes.length) return;
    const used = this.#consume(bytes, at, bytes.length);
    if (used < bytes.length) this.#hold(bytes.subarray(used));
  }

  /** Adds to the held item as much as it may need, and reads it; returns where to go on in `bytes`. */
  #complete(bytes: Uint8Array, at: number): number {
    const before = this.#heldLength;
    const missing = Math.max(1, this.#wanted > 0 ? this.#wanted - before : 512);
    const next = Math.min(bytes.length, at + missing);
    this.#hold(bytes.subarray(at, next));
    const used = this.#consume(this.#held, 0, this.#heldLength);
    if (used === 0) return next;
    // What came with this call is read from where it lies; only older bytes stay held.
    if (used >= before) {
      this.#heldLength = 0;
      return at + used - before;
    }
    this.#held.copyWithin(0, used, this.#heldLength);
    this.#heldLength -= used;
    return next;
  }

  #hold(bytes: Uint8Array): void {
    const length = this.#heldLength + bytes.length;
    if (this.#held.length < length) {
      const larger = new Uint8Array(Math.max(2048, 2 ** Math.ceil(Math.log2(Math.max(length, this.#wanted)))));
      larger.set(this.#held.subarray(0, this.#heldLength));
      this.#held = larger;
    }
    this.#held.set(bytes, this.#heldLength);
    this.#heldLength = length;
  }

  /** Reads whole items of bytes[start, end); returns where the first unfinished one begins. */
  #consume(bytes: Uint8Array, start: number, end: number): number {
    let at = start;
    while (at < end) {
      const first = bytes[at] ?? 0;
      this.#wanted = 0;
      let next: number;
      if (first === dollar) next = this.#frame(bytes, at, end);
      else if (beginsMessage(bytes, at, end)) next = this.#message(bytes, at, end);
      else next = this.#stray(first, at);
      if (next < 0) return at;
      at = next;
      this.#searched = 0;
    }
    return at;
  }

  /** A frame; -1 when it is not whole yet. */
  #frame(bytes: Uint8Array, at: number, end: number): number {
    const channel = bytes[at + 1] ?? 0;
    const isKnown = this.#channels.has(channel);
    if (this.#junk > 0 && !isKnown && at + 1 < end) return this.#stray(dollar, at);
    this.#wanted = 4;
    if (end - at < 4) return -1;
    const next = at + 4 + (((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0));
    this.#wanted = next - at;
    if (next > end) return -1;
    this.#junk = 0;
    if (isKnown) this.#sink.frame(channel, bytes, at + 4, next);
    return next;
  }

  /** A message with its body; -1 when it is not whole yet. */
  #message(bytes: Uint8Array, at: number, end: number): number {
    const headEnd = endOfHead(bytes, at + this.#searched, end);
    if (headEnd < 0) {
      // Steps back far enough to see an empty line whose first half was searched.
      this.#searched = Math.max(0, end - at - 3);
      if (end - at > this.#limits.head) throw new FormatError(0, path, `head longer than ${this.#limits.head} bytes`);
      return -1;
    }
    if (headEnd - at > this.#limits.head) throw new FormatError(0, path, `head longer than ${this.#limits.head} bytes`);
    const message = this.#head(bytes.subarray(at, headEnd));
    if (message === undefined) return this.#stray(0, at);
    const length = bodyLength(message);
    if (length > this.#limits.body) throw new FormatError(0, path, `body of ${length} bytes > ${this.#limits.body}`);
    if (headEnd + length > end) {
      this.#wanted = headEnd + length - at;
      return -1;
    }
    this.#junk = 0;
    this.#sink.message({ ...message, body: copyBytes(bytes, headEnd, headEnd + length) });
    return headEnd + length;
  }

  #head(bytes: Uint8Array): RtspMessage | undefined {
    try {
      return readRtspHead(bytes);
    } catch (error) {
      if (error instanceof FormatError) return undefined;
      throw error;
    }
  }

  /** One byte that belongs to nothing; line ends, blanks and zeros do not count. */
  #stray(byte: number, at: number): number {
    const isPadding = byte === lineFeed || byte === carriageReturn || byte === 0x20 || byte === 0;
    if (!isPadding || this.#junk > 0) this.#junk += 1;
    if (this.#junk > this.#limits.junk) throw new FormatError(0, path, `${this.#limits.junk} bytes that are no RTSP`);
    return at + 1;
  }
}

/** Whether what stands at `at` is, as far as it is there, the beginning of a head. */
function beginsMessage(bytes: Uint8Array, at: number, end: number): boolean {
  const first = bytes[at];
  return beginnings.some((beginning) => {
    if (beginning[0] !== first) return false;
    const length = Math.min(beginning.length, end - at);
    for (let i = 1; i < length; i++) if (bytes[at + i] !== beginning[i]) return false;
    return true;
  });
}

/** Offset past the empty line that ends a head (CR LF or LF alone); -1 when there is none. */
function endOfHead(bytes: Uint8Array, from: number, end: number): number {
  for (let at = bytes.indexOf(lineFeed, from); at >= 0 && at < end; at = bytes.indexOf(lineFeed, at + 1)) {
    const after = bytes[at + 1] === carriageReturn ? at + 2 : at + 1;
    if (after < end && bytes[after] === lineFeed) return after + 1;
  }
  return -1;
}
