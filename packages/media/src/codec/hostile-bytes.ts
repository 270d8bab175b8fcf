// Seeded damage for tests of parsers: the same bytes on every run.

import { FormatError } from '../errors.ts';

/** Numbers in [0, 1), the same for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** `count` damaged copies: up to four bytes from `from` on overwritten, one in five cut short. */
export function* mutations(bytes: Uint8Array, count: number, from = 0): Generator<Uint8Array, void, void> {
  const random = seeded(bytes.length);
  for (let n = 0; n < count; n++) {
    const copy = bytes.slice(0, random() < 0.2 ? Math.floor(random() * bytes.length) : bytes.length);
    for (let hits = 1 + Math.floor(random() * 4); hits > 0; hits--) {
      const at = from + Math.floor(random() * (bytes.length - from));
      if (at < copy.length) copy[at] = [Math.floor(random() * 256), 0, 0xff][Math.floor(random() * 3)] ?? 0;
    }
    yield copy;
  }
}

/** Runs a parser on damaged bytes: true for a result, false for a FormatError; any other error is thrown on. */
export function survives(parse: () => unknown): boolean {
  try {
    parse();
    return true;
  } catch (error) {
    if (error instanceof FormatError) return false;
    throw error;
  }
}

/** What 1,000 damaged copies gave: true among it if one was read, false if one was refused. */
export function outcomes(bytes: Uint8Array, parse: (damaged: Uint8Array) => unknown, from = 0): Set<boolean> {
  return new Set(Array.from(mutations(bytes, 1000, from), (damaged) => survives(() => parse(damaged))));
}

/** Bytes of a hexadecimal text; spaces do not count. */
export function hex(text: string): Uint8Array {
  return Uint8Array.from(text.replaceAll(' ', '').match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
}
