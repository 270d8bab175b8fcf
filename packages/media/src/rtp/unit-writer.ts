// Collects access units as their pieces come: one copy of each byte, straight into the memory that is handed on.

/** Fewer bytes are copied one by one: a view on them would cost more. */
const shortCopy = 256;

/** Bytes that one access unit may have before it counts as damaged. */
export const largestUnit = 8 * 1024 * 1024;

/**
 * Writes units one after the other into slabs, so that a stream's packets neither cost an allocation each nor waste memory.
 * A unit that is kept keeps its slab (`slabSize` bytes) alive.
 */
export class UnitWriter {
  readonly #slabSize: number;
  #slab = new Uint8Array(0);
  #start = 0;
  #at = 0;
  #lengthAt = -1;

  constructor(slabSize: number) {
    this.#slabSize = slabSize;
  }

  /** Bytes of the unit being written. */
  get length(): number {
    return this.#at - this.#start;
  }

  /** Appends bytes[start, end). */
  append(bytes: Uint8Array, start: number, end: number): void {
    const length = end - start;
    if (this.#at + length > this.#slab.length) this.#enlarge(length);
    const slab = this.#slab;
    const to = this.#at;
    if (length < shortCopy) for (let i = 0; i < length; i++) slab[to + i] = bytes[start + i] ?? 0;
    else slab.set(bytes.subarray(start, end), to);
    this.#at += length;
  }

  appendByte(byte: number): void {
    if (this.#at + 1 > this.#slab.length) this.#enlarge(1);
    this.#slab[this.#at++] = byte;
  }

  /** Begins a NAL unit: leaves room for its 4-byte length. */
  beginNal(): void {
    if (this.#at + 4 > this.#slab.length) this.#enlarge(4);
    this.#lengthAt = this.#at - this.#start;
    this.#at += 4;
  }

  /** Writes the length of the NAL unit begun last. */
  endNal(): void {
    const at = this.#start + this.#lengthAt;
    const length = this.#at - at - 4;
    this.#slab[at] = length >>> 24;
    this.#slab[at + 1] = length >>> 16;
    this.#slab[at + 2] = length >>> 8;
    this.#slab[at + 3] = length;
    this.#lengthAt = -1;
  }

  /** The unit, a view that is never written to again. */
  finish(): Uint8Array {
    const unit = this.#slab.subarray(this.#start, this.#at);
    this.#start = this.#at;
    return unit;
  }

  /** Forgets the unit being written. */
  abandon(): void {
    this.#at = this.#start;
    this.#lengthAt = -1;
  }

  /** A new slab, with what there is of the unit moved into it. */
  #enlarge(more: number): void {
    const length = this.length;
    const slab = new Uint8Array(Math.max(this.#slabSize, 2 * (length + more)));
    slab.set(this.#slab.subarray(this.#start, this.#at));
    this.#slab = slab;
    this.#start = 0;
    this.#at = length;
  }
}
