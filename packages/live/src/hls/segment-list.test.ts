import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Segment } from './segment.ts';
import { SegmentList } from './segment-list.ts';

function segment(number: number, { size = 1_000, seconds = 2, isDiscontinuity = false } = {}): Segment {
  const cut = { generation: 1, tracks: [], packets: [], ends: { video: 0, audio: 0 }, startSeconds: 0, durationSeconds: seconds, isDiscontinuity, isIndependent: true };
  return { number, cut, fmp4: new Uint8Array(size), ts: undefined, programTimeMillis: 0 };
}

const roomy = { maxBytes: 1e9, maxSegments: 64 };
const numbers = (list: SegmentList): number[] => list.listed.map(({ number }) => number);
const held = (list: SegmentList): number[] => [...list.held].map(({ number }) => number);

test('lists five target durations, and holds what players may still ask for', () => {
  const list = new SegmentList(roomy);
  for (let number = 0; number < 40; number++) list.add(segment(number), 2);
  assert.deepEqual(numbers(list), [35, 36, 37, 38, 39]);
  assert.equal(list.window.mediaSequence, 35);
  assert.equal(list.end, 40);
  assert.ok(held(list).includes(30) && !held(list).includes(20), String(held(list)));
  assert.equal(list.get(39)?.number, 39);
  assert.equal(list.get(40), undefined);
});

test('bytes in every format count, and the oldest go first, the listed ones last', () => {
  const list = new SegmentList({ ...roomy, maxBytes: 7_000 });
  for (let number = 0; number < 20; number++) list.add(segment(number), 2);
  assert.deepEqual(held(list), [13, 14, 15, 16, 17, 18, 19]);
  for (const each of list.held) each.ts = new Uint8Array(1_000);
  list.recount();
  assert.deepEqual([held(list), numbers(list), list.window.mediaSequence, list.bytes], [[17, 18, 19], [17, 18, 19], 17, 6_000]);
  list.add(segment(20, { size: 50_000 }), 2);
  assert.deepEqual(held(list), [20]);
});

test('their number is bounded, and the discontinuities that went with them are counted', () => {
  const list = new SegmentList({ ...roomy, maxSegments: 4 });
  for (let number = 0; number < 10; number++) list.add(segment(number, { seconds: 0.01, isDiscontinuity: number % 2 === 1 }), 2);
  assert.deepEqual(numbers(list), [6, 7, 8, 9]);
  assert.equal(list.window.discontinuitySequence, 3);
});
