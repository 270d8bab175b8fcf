// New inputs from old ones: what damages formats most (lengths, counts, types), always the same for the same seed.

/** Numbers in [0, 1), the same for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const interesting = [0, 1, 2, 3, 4, 7, 8, 15, 16, 0x20, 0x3f, 0x40, 0x7f, 0x80, 0xc0, 0xfe, 0xff];
const lengthLimit = 256 * 1024;

type Change = (bytes: Uint8Array, at: number, random: () => number, other: Uint8Array) => Uint8Array;

const changes: readonly Change[] = [
  (bytes, at, random) => withByte(bytes, at, Math.floor(random() * 256)),
  (bytes, at, random) => withByte(bytes, at, interesting[Math.floor(random() * interesting.length)] ?? 0),
  (bytes, at, random) => withByte(bytes, at, (bytes[at] ?? 0) ^ (1 << Math.floor(random() * 8))),
  (bytes, at, random) => withByte(bytes, at, (bytes[at] ?? 0) + Math.floor(random() * 9) - 4),
  (bytes, at, random) => withWord(bytes, at, random() < 0.5 ? 0xffffffff : Math.floor(random() * bytes.length * 2)),
  (bytes, at) => bytes.slice(0, at),
  (bytes, at, random) => splice(bytes, at, at + Math.floor(random() * 64), new Uint8Array(0)),
  (bytes, at, random) => splice(bytes, at, at, bytes.subarray(at, at + Math.floor(random() * 64))),
  (bytes, at, random, other) => splice(bytes, at, at + Math.floor(random() * 64), cut(other, random)),
  (bytes, at, random, other) => splice(bytes, at, bytes.length, other.subarray(Math.floor(random() * other.length))),
];

/** One to six changes of one input; parts of another may come in. */
export function mutate(corpus: readonly Uint8Array[], random: () => number): Uint8Array {
  const pick = (): Uint8Array => corpus[Math.floor(random() * corpus.length)] ?? new Uint8Array(0);
  let bytes = Uint8Array.from(pick());
  for (let left = 1 + Math.floor(random() * 6); left > 0; left--) {
    // Heads decide what follows: half of the changes fall into the first bytes.
    const reach = random() < 0.5 ? Math.min(64, bytes.length) : bytes.length;
    const change = changes[Math.floor(random() * changes.length)];
    if (change !== undefined) bytes = Uint8Array.from(change(bytes, Math.floor(random() * reach), random, pick()).subarray(0, lengthLimit));
  }
  return bytes;
}

function withByte(bytes: Uint8Array, at: number, value: number): Uint8Array {
  if (at < bytes.length) bytes[at] = value;
  return bytes;
}

function withWord(bytes: Uint8Array, at: number, value: number): Uint8Array {
  if (at + 4 <= bytes.length) new DataView(bytes.buffer, bytes.byteOffset).setUint32(at, value);
  return bytes;
}

function cut(bytes: Uint8Array, random: () => number): Uint8Array {
  const from = Math.floor(random() * bytes.length);
  return bytes.subarray(from, from + Math.floor(random() * 64));
}

function splice(bytes: Uint8Array, from: number, to: number, inserted: Uint8Array): Uint8Array {
  const end = Math.max(from, Math.min(to, bytes.length));
  const result = new Uint8Array(from + inserted.length + bytes.length - end);
  result.set(bytes.subarray(0, from));
  result.set(inserted, from);
  result.set(bytes.subarray(end), from + inserted.length);
  return result;
}
