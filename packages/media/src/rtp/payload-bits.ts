// Bits inside a payload, read in place: AU headers and LATM do not keep to bytes.

/** Bits of a payload, with a position in bits of `bytes`; zeros past the end. */
export class PayloadBits {
  readonly #bytes: Uint8Array;
  readonly #end: number;
  at: number;

  constructor(bytes: Uint8Array, start: number, end: number) {
    this.#bytes = bytes;
    this.at = start * 8;
    this.#end = end * 8;
  }

  /** Whether more was read than is there. */
  get isPast(): boolean {
    return this.at > this.#end;
  }

  /** Unsigned integer of up to 32 bits. */
  read(count: number): number {
    let value = 0;
    for (let i = 0; i < count; i++, this.at++) {
      const byte = this.at < this.#end ? (this.#bytes[this.at >>> 3] ?? 0) : 0;
      value = value * 2 + ((byte >>> (7 - (this.at & 7))) & 1);
    }
    return value;
  }
}
