// Bit reading and writing, most significant bit first, with the Exp-Golomb codes of ITU-T H.264 §9.1.

import { FormatError } from '../errors.ts';

/** Reads bits of `bytes`; reading past the end throws FormatError with `path` and the byte offset. */
export class BitReader {
  readonly #bytes: Uint8Array;
  readonly #path: readonly string[];
  #at = 0;

  constructor(bytes: Uint8Array, path: readonly string[]) {
    this.#bytes = bytes;
    this.#path = path;
  }

  /** Bits not yet read. */
  get left(): number {
    return this.#bytes.length * 8 - this.#at;
  }

  /** Unsigned integer of `count` bits, 0 to 32. */
  read(count: number): number {
    if (count > this.left) throw this.error('ends too early');
    let value = 0;
    for (let i = 0; i < count; i++, this.#at++) {
      const byte = this.#bytes[this.#at >>> 3] ?? 0;
      value = value * 2 + ((byte >>> (7 - (this.#at & 7))) & 1);
    }
    return value;
  }

  /** One bit as a boolean. */
  flag(): boolean {
    return this.read(1) === 1;
  }

  skip(count: number): void {
    if (count > this.left) throw this.error('ends too early');
    this.#at += count;
  }

  /** Goes on at the next whole byte. */
  align(): void {
    this.#at = (this.#at + 7) & ~7;
  }

  /** ue(v): unsigned Exp-Golomb, at most 2^32 - 2. */
  exp(): number {
    let zeros = 0;
    while (!this.flag()) {
      if (++zeros > 31) throw this.error('Exp-Golomb code longer than 63 bits');
    }
    return 2 ** zeros - 1 + this.read(zeros);
  }

  /** se(v): signed Exp-Golomb. */
  signedExp(): number {
    const code = this.exp();
    return code % 2 === 1 ? (code + 1) / 2 : 0 - code / 2;
  }

  /** A FormatError at the current byte. */
  error(problem: string): FormatError {
    return new FormatError(this.#at >>> 3, this.#path, problem);
  }
}

/** Packs `[value, bits]` fields into bytes; the last byte is filled with zeros. */
export function packBits(fields: readonly (readonly [value: number, bits: number])[]): Uint8Array {
  const total = fields.reduce((sum, [, bits]) => sum + bits, 0);
  const bytes = new Uint8Array(Math.ceil(total / 8));
  let at = 0;
  for (const [value, bits] of fields) {
    for (let i = bits - 1; i >= 0; i--, at++) {
      const bit = Math.floor(value / 2 ** i) % 2;
      bytes[at >>> 3] = (bytes[at >>> 3] ?? 0) | (bit << (7 - (at & 7)));
    }
  }
  return bytes;
}
