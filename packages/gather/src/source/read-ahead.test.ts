// Reading ahead: few reads, bounded, every byte where it belongs.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Mp4Track, ReadAt } from '@lubo/media';
import { fakeTrack } from './fake-track.ts';
import { type LoopedSample, loopedSamples } from './loop.ts';
import { createReadAhead, defaultReadAheadLimits } from './read-ahead.ts';

/** A file whose byte at `i` is `i` modulo 251. */
function countingFile(size: number): { readAt: ReadAt; reads: [number, number][] } {
  const reads: [number, number][] = [];
  return {
    reads,
    readAt(offset, length) {
      reads.push([offset, length]);
      return Promise.resolve(Uint8Array.from({ length: Math.max(0, Math.min(length, size - offset)) }, (_, i) => (offset + i) % 251));
    },
  };
}

const track = fakeTrack({ kind: 'video', timescale: 1000, count: 100, duration: 40 });
const placed = (place: (i: number) => { offset: number; size: number }): Mp4Track => ({
  ...track,
  sample: (i) => ({ ...track.sample(i), ...place(i) }),
});

test('half a second comes with one read where samples lie together, each with its own bytes', async () => {
  const { readAt, reads } = countingFile(10_000);
  const ahead = createReadAhead(loopedSamples([track]), readAt);
  const batch = await ahead.next();
  assert.equal(batch.length, 13);
  assert.deepEqual(reads, [[0, 1_210]]);
  batch.forEach(({ packet, millis }, i) => {
    assert.equal(millis, i * 40);
    assert.equal(packet.dts, i * 40);
    assert.deepEqual([...packet.data], Array.from({ length: 10 }, (_, at) => (i * 100 + at) % 251));
  });
  assert.equal((await ahead.next())[0]?.millis, 520);
});

test('samples far apart are read apart, whatever their order in the file', async () => {
  const { readAt, reads } = countingFile(1e9);
  const far = placed((i) => ({ offset: i % 2 === 0 ? 1_000_000 + i : 5_000 + i, size: 1 }));
  const batch = await createReadAhead(loopedSamples([far]), readAt).next();
  assert.deepEqual(reads, [[5_001, 11], [1_000_000, 13]]);
  assert.deepEqual(batch.map(({ packet }) => packet.data[0]), batch.map((_, i) => (i % 2 === 0 ? 1_000_000 + i : 5_000 + i) % 251));
});

test('a batch keeps within its bytes but always has a packet', async () => {
  const { readAt } = countingFile(1e9);
  const limits = { ...defaultReadAheadLimits, bytes: 1_000 };
  const sizes = async (size: number): Promise<number> =>
    (await createReadAhead(loopedSamples([placed((i) => ({ offset: i * size, size }))]), readAt, limits).next()).length;
  assert.equal(await sizes(300), 3);
  assert.equal(await sizes(5_000), 1);
});

test('empty samples are no packets', async () => {
  const { readAt } = countingFile(1e9);
  const gappy = placed((i) => ({ offset: i * 10, size: i % 2 === 0 ? 10 : 0 }));
  assert.equal((await createReadAhead(loopedSamples([gappy]), readAt).next()).length, 7);
});

test('a file that has become shorter is truncated', async () => {
  const { readAt } = countingFile(605);
  await assert.rejects(createReadAhead(loopedSamples([track]), readAt).next(), { code: 'file-truncated' });
});

test('a sample beyond all measure is refused before it is read', async () => {
  const { readAt, reads } = countingFile(1e9);
  const huge = placed(() => ({ offset: 0, size: 200_000_000 }));
  await assert.rejects(createReadAhead(loopedSamples([huge]), readAt).next(), { code: 'file-invalid' });
  assert.deepEqual(reads, []);
});

test('nothing to read gives nothing', async () => {
  const none: LoopedSample[] = [];
  assert.deepEqual(await createReadAhead(none[Symbol.iterator]() as Iterator<LoopedSample, void, void>, countingFile(0).readAt).next(), []);
});
