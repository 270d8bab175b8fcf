import assert from 'node:assert/strict';
import { test } from 'node:test';
import { concatBytes, copyBytes } from '../bytes.ts';
import type { Packet } from '../packet.ts';
import { FragmentBuffer } from './fragment-buffer.ts';
import { writeFragment } from './fragment.ts';

/** `count` packets whose bytes, sizes and times tell them apart. */
function packets(kind: Packet['kind'], count: number, bytes: number): Packet[] {
  return Array.from({ length: count }, (_, i) => ({
    kind, dts: i * 40, compositionOffset: kind === 'video' ? (i % 3) * 40 : 0, isKeyframe: kind === 'audio' || i === 0,
    data: new Uint8Array(bytes + i).fill(i + (kind === 'video' ? 1 : 101)),
  }));
}

/** Adds them in turn, as they come. */
function fill(buffer: FragmentBuffer, runs: readonly (readonly Packet[])[]): void {
  const longest = Math.max(...runs.map(({ length }) => length));
  for (let i = 0; i < longest; i++) {
    runs.forEach((run, t) => {
      const packet = run[i];
      if (packet) buffer.add(t + 1, packet.dts, packet.compositionOffset, packet.isKeyframe, packet.data);
    });
  }
}

const written = (sequence: number, runs: readonly (readonly Packet[])[]): Uint8Array =>
  concatBytes(writeFragment(sequence, runs.map((run, t) => ({ trackId: t + 1, packets: run, endDts: 100_000 }))));

const cases = [
  { what: 'pictures and sound', runs: [packets('video', 20, 5_000), packets('audio', 40, 200)] },
  { what: 'sound alone', runs: [packets('audio', 40, 200)] },
  { what: 'sound of a stream whose picture stays away', runs: [[], packets('audio', 40, 200)] },
  { what: 'pictures whose sound stays away', runs: [packets('video', 20, 5_000), []] },
  { what: 'more samples than the room for the head holds', runs: [packets('video', 700, 10), packets('audio', 900, 10)] },
  { what: 'one picture of a megabyte', runs: [packets('video', 1, 2 ** 20), packets('audio', 1, 200)] },
];
for (const { what, runs } of cases) {
  test(`a fragment of ${what} is what is written from packets`, () => {
    const buffer = new FragmentBuffer(runs.length);
    for (const sequence of [1, 2, 3]) {
      fill(buffer, runs);
      assert.equal(buffer.length, runs.flat().reduce((sum, { data }) => sum + data.length, 0));
      const fragment = buffer.finish(sequence, runs.map(() => 100_000));
      assert.equal(buffer.length, 0);
      assert.ok(Buffer.from(fragment).equals(written(sequence, runs)));
      buffer.giveBack(fragment);
    }
  });
}

test('a fragment keeps its bytes until it is given back, and its memory serves again then', () => {
  const runs = [packets('video', 20, 5_000), packets('audio', 40, 200)];
  const buffer = new FragmentBuffer(2);
  fill(buffer, runs);
  const first = buffer.finish(1, [100_000, 100_000]);
  const kept = copyBytes(first);
  fill(buffer, runs);
  const second = buffer.finish(2, [100_000, 100_000]);
  assert.notEqual(second.buffer, first.buffer);
  assert.deepEqual(first, kept);
  buffer.giveBack(first);
  fill(buffer, runs);
  assert.equal(buffer.finish(3, [100_000, 100_000]).buffer, first.buffer);
});

test('memory of one huge fragment is not kept for small ones', () => {
  const buffer = new FragmentBuffer(1);
  fill(buffer, [packets('video', 1, 2 ** 21)]);
  const huge = buffer.finish(1, [100_000]);
  fill(buffer, [packets('video', 1, 100)]);
  buffer.finish(2, [100_000]);
  buffer.giveBack(huge);
  fill(buffer, [packets('video', 1, 100)]);
  assert.ok(buffer.finish(3, [100_000]).buffer.byteLength < 2 ** 20);
});

test('a fragment without samples, and a sample of a track that is not there, are refused', () => {
  const buffer = new FragmentBuffer(1);
  assert.throws(() => buffer.finish(1, [0]), /without samples/);
  assert.throws(() => buffer.add(2, 0, 0, true, new Uint8Array(1)), /track 2 of 1/);
});
