import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeConfigs, type StreamTag } from './stream-tag.ts';
import { ViewerQueue } from './viewer-queue.ts';
import { Window } from './window.ts';

const configs = makeConfigs({ audio: { kind: 'audio', codec: 'aac', timescale: 1000, config: Uint8Array.of(0x12, 0x10), sampleRate: 44_100, channels: 2 } });
const tag = (timestamp: number, isKeyframe = false, size = 100): StreamTag => ({ type: 'video', timestamp, body: new Uint8Array(size), isKeyframe, configs });
const window = (first: StreamTag, ...rest: StreamTag[]): Window => new Window([first, ...rest]);
const limits = { queueBytes: 1000, queueMillis: 3000 };

test('windows come out as they went in, about as many bytes as asked for and at least one window', () => {
  const queue = new ViewerQueue(limits);
  for (const time of [0, 40, 80]) queue.push(window(tag(time)));
  assert.equal(queue.bytes, 300);
  assert.deepEqual(queue.take(250).map((entry) => entry.window.start), [0, 40]);
  assert.deepEqual(queue.take(1).map((entry) => entry.window.start), [80]);
  assert.equal(queue.isEmpty, true);
  assert.equal(queue.bytes, 0);
  assert.deepEqual(queue.take(100), []);
});

test('a jump drops what comes before the newest keyframe, also within its window', () => {
  const queue = new ViewerQueue(limits);
  queue.push(window(tag(0, true)));
  queue.push(window(tag(40), tag(80, true), tag(120)));
  queue.push(window(tag(160)));
  assert.equal(queue.jump()?.timestamp, 80);
  assert.equal(queue.bytes, 300);
  const taken = queue.take(1000);
  assert.deepEqual(taken.map(({ window: { start }, from }) => [start, from]), [[40, 1], [160, 0]]);
});

test('too many bytes are too much at any time, too long a time only while there is a keyframe to jump to', () => {
  const queue = new ViewerQueue(limits);
  queue.push(window(tag(0, true)));
  queue.push(window(tag(4000)));
  assert.equal(queue.isOverfull, false);
  queue.push(window(tag(4040, true)));
  assert.equal(queue.isOverfull, true);
  queue.jump();
  assert.equal(queue.isOverfull, false);
  queue.push(window(tag(4080, false, 1000)));
  assert.equal(queue.isOverfull, true);
});

test('a jump leaves nothing when there is no keyframe or when even that is too much', () => {
  const without = new ViewerQueue(limits);
  without.push(window(tag(0)));
  assert.equal(without.jump(), undefined);
  assert.equal(without.isEmpty, true);
  const large = new ViewerQueue(limits);
  large.push(window(tag(0, true, 2000)));
  assert.equal(large.jump(), undefined);
  assert.equal(large.bytes, 0);
});
