import assert from 'node:assert/strict';
import { test } from 'node:test';
import { concatBytes } from '@lubo/media';
import { picture, sound, tracks, unit } from '../fake-units.ts';
import type { RecordFile } from './disk.ts';
import { createFragmenter } from './fragmenter.ts';
import { openStandardMp4 } from './standard.ts';

/** A recording of 40 s in memory, and where its head and its fragments begin. */
function recording(): { bytes: Uint8Array; starts: number[] } {
  const fragmenter = createFragmenter(tracks, 0);
  const parts = [concatBytes(fragmenter.head(0))];
  for (const packet of Array.from({ length: 1_000 }, (_, i) => [picture(i), sound(i * 2), sound(i * 2 + 1)]).flat()) {
    fragmenter.add(unit(packet));
    const fragment = fragmenter.isFull ? fragmenter.flush() : undefined;
    if (fragment) parts.push(fragment);
  }
  const starts: number[] = [];
  let at = 0;
  for (const { length } of parts) {
    starts.push(at);
    at += length;
  }
  return { bytes: concatBytes(parts), starts };
}

async function checksum(bytes: Uint8Array, starts: readonly number[]): Promise<string> {
  const file = { read: async (at: number, length: number) => bytes.subarray(at, at + length), close: async () => {} } as Partial<RecordFile> as RecordFile;
  const journal = { bytes: bytes.length, startedAt: '2026-09-01T08:00:00.000Z' } as Parameters<typeof openStandardMp4>[0]['journal'];
  const standard = await openStandardMp4({ file, journal, starts, keep: async () => {} });
  return standard.sha256();
}

test('a slice is the same file whether it is known where its fragments begin, or known wrongly, or not', async () => {
  const { bytes, starts } = recording();
  assert.ok(starts.length > 20);
  const expected = await checksum(bytes, []);
  assert.equal(await checksum(bytes, starts), expected);
  assert.equal(await checksum(bytes, starts.map((start) => start + 1)), expected);
  assert.equal(await checksum(bytes, starts.toReversed()), expected);
  assert.equal(await checksum(bytes, [...starts, bytes.length, bytes.length + 1e6]), expected);
});
