// Content for tests that comes again with the same seed, in pieces as a network would give it.
import { createHash } from 'node:crypto';
import type { Content, Expected, Store } from './store.ts';

/** Numbers in [0, 1), mulberry32. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let x = Math.imul(state ^ (state >>> 15), state | 1);
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
    return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** `size` bytes without a pattern, never 0, so that zeros in their place are noticed. */
export function bytesOf(seed: number, size: number): Buffer {
  const random = seededRandom(seed);
  return Buffer.from(new Uint8Array(size).map(() => 1 + Math.floor(random() * 255)));
}

/** What is announced for these bytes. */
export function expectedOf(bytes: Uint8Array): Expected {
  return { size: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
}

/** The bytes in pieces of `pieceBytes`; then `fault`, if any. */
export async function* piecesOf(bytes: Uint8Array, pieceBytes = 1000, fault?: Error): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes);
  if (fault !== undefined) throw fault;
}

/** All bytes of some content. */
export async function readAll(content: Content): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of content) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** All keys with this prefix, page by page. */
export async function keysOf(store: Store, prefix = '', limit = 1000): Promise<string[]> {
  const keys: string[] = [];
  let after: string | undefined;
  do {
    const page = await store.list({ prefix, after, limit });
    for (const { key } of page.objects) keys.push(key);
    after = page.next;
  } while (after !== undefined);
  return keys;
}
