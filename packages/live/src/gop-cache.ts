// The newest GOPs of a stream, so that a viewer sees a picture at once; bounded in bytes and GOPs.
import type { Encoding } from './encoding.ts';
import type { Limits } from './limits.ts';
import { type Configs, type StreamTag, configTagsAt } from './stream-tag.ts';
import type { TimeBase } from './time-base.ts';

/** Bytes of the cache so far for one protocol; grows with the GOP, and every joiner holds a part of the same memory. */
type Arena = { base: TimeBase; buffer: Uint8Array; used: number; tags: number };

/** Tags from a keyframe on. Empty until a keyframe came, and again when the bound on bytes is passed. */
export class GopCache {
  readonly #limits: Pick<Limits, 'gopBytes' | 'gops' | 'audioCacheMillis'>;
  #tags: StreamTag[] = [];
  #bytes = 0;
  #gops = 0;
  #arenas = new Map<Encoding, Arena>();

  constructor(limits: Pick<Limits, 'gopBytes' | 'gops' | 'audioCacheMillis'>) {
    this.#limits = limits;
  }

  /** A viewer can start. */
  get isReady(): boolean {
    return this.#tags.length > 0;
  }

  /** Payload bytes held. */
  get bytes(): number {
    return this.#bytes;
  }

  /** What a decoder needs before the first tag of the cache. */
  get configs(): Configs | undefined {
    return this.#tags[0]?.configs;
  }

  /** Stream time of the earliest tag. */
  get start(): number {
    return this.#tags.reduce((start, tag) => Math.min(start, tag.timestamp), this.#tags[0]?.timestamp ?? 0);
  }

  /** The highest stream time held. */
  get end(): number {
    return this.#tags.reduce((end, tag) => Math.max(end, tag.timestamp), 0);
  }

  /** Tags must come in stream order. */
  add(tag: StreamTag): void {
    if (tag.isKeyframe) this.#makeRoom(tag);
    else if (this.#tags.length === 0) return;
    this.#tags.push(tag);
    this.#bytes += tag.body.length;
    if (this.#bytes > this.#limits.gopBytes) this.clear();
  }

  clear(): void {
    this.#tags = [];
    this.#bytes = 0;
    this.#gops = 0;
    this.#arenas.clear();
  }

  /** Metadata, sequence headers and all tags as the bytes of one protocol. */
  encode(encoding: Encoding, base: TimeBase): Uint8Array {
    let arena = this.#arenas.get(encoding);
    if (arena?.base !== base) {
      arena = { base, buffer: new Uint8Array(0), used: 0, tags: 0 };
      this.#arenas.set(encoding, arena);
    }
    const first = this.#tags[0];
    if (first !== undefined && arena.tags < this.#tags.length) {
      const head = arena.tags === 0 ? configTagsAt(first.configs, this.start) : [];
      append(arena, encoding.encode([...head, ...this.#tags.slice(arena.tags)], base));
      arena.tags = this.#tags.length;
    }
    return arena.buffer.subarray(0, arena.used);
  }

  #makeRoom(keyframe: StreamTag): void {
    if (keyframe.type === 'audio') {
      this.#drop(this.#tags.findIndex((tag) => tag.timestamp >= keyframe.timestamp - this.#limits.audioCacheMillis));
      return;
    }
    this.#gops++;
    if (this.#gops <= this.#limits.gops) return;
    this.#gops = this.#limits.gops;
    this.#drop(this.#limits.gops === 1 ? -1 : this.#tags.findIndex((tag, i) => i > 0 && tag.isKeyframe));
  }

  /** Forgets the first tags; -1 means all of them. */
  #drop(count: number): void {
    if (count === 0) return;
    this.#arenas.clear();
    for (const tag of this.#tags.splice(0, count < 0 ? this.#tags.length : count)) this.#bytes -= tag.body.length;
  }
}

function append(arena: Arena, bytes: Uint8Array): void {
  const needed = arena.used + bytes.length;
  if (needed > arena.buffer.length) {
    // Viewers who have not read the old memory to its end keep it alive; nobody writes to it any more.
    const larger = new Uint8Array(arena.used === 0 ? needed : needed * 2);
    larger.set(arena.buffer.subarray(0, arena.used));
    arena.buffer = larger;
  }
  arena.buffer.set(bytes, arena.used);
  arena.used = needed;
}
