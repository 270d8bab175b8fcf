// The tags of one moment, serialised once for each protocol and time base and handed to all viewers who share them.
import type { Encoding } from './encoding.ts';
import type { Configs, StreamTag } from './stream-tag.ts';
import type { TimeBase } from './time-base.ts';

/** One or more tags in the order in which they came. */
export class Window {
  readonly tags: readonly StreamTag[];
  /** Number of the first tag among all of its stream. */
  readonly first: number;
  /** Number of the tag after the last one. */
  readonly next: number;
  /** Payload, without what a protocol adds. */
  readonly bytes: number;
  /** Index of the first and the last tag at which a viewer can start; -1 if there is none. */
  readonly firstKeyframe: number;
  readonly lastKeyframe: number;
  /** Stream time of the first tag, and the highest there is. */
  readonly start: number;
  readonly end: number;
  /** What a decoder has been told after this window. */
  readonly configs: Configs;
  readonly #ready = new Map<Encoding, Map<TimeBase, Buffer>>();

  constructor(tags: readonly [StreamTag, ...StreamTag[]], first = 0) {
    this.tags = tags;
    this.first = first;
    this.next = first + tags.length;
    this.start = tags[0].timestamp;
    this.bytes = tags.reduce((sum, tag) => sum + tag.body.length, 0);
    this.end = tags.reduce((end, tag) => Math.max(end, tag.timestamp), 0);
    this.firstKeyframe = tags.findIndex((tag) => tag.isKeyframe);
    this.lastKeyframe = tags.findLastIndex((tag) => tag.isKeyframe);
    this.configs = (tags.at(-1) ?? tags[0]).configs;
  }

  /** The bytes of the whole window; made once and shared until `release`. */
  encode(encoding: Encoding, base: TimeBase): Buffer {
    let ofEncoding = this.#ready.get(encoding);
    if (ofEncoding === undefined) this.#ready.set(encoding, (ofEncoding = new Map<TimeBase, Buffer>()));
    let encoded = ofEncoding.get(base);
    if (encoded === undefined) ofEncoding.set(base, (encoded = asBuffer(encoding.encode(this.tags, base))));
    return encoded;
  }

  /** Forgets the shared bytes: from here on only lagging viewers hold this window, and they share nothing. */
  release(): void {
    this.#ready.clear();
  }
}

/** Sockets would wrap any other array anew for each viewer. */
function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
