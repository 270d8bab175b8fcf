// RTMP timestamps of publishers that repeat, step back and begin anew.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTagClock } from './tag-clock.ts';

test('equal and falling timestamps become rising decode times; the shift tells by how much', () => {
  const place = createTagClock();
  assert.deepEqual([100, 100, 90, 140].map((timestamp) => place('video', timestamp)), [
    { dts: 100, shift: 0 },
    { dts: 101, shift: 1 },
    { dts: 102, shift: 12 },
    { dts: 140, shift: 0 },
  ]);
});

test('after a new time base both kinds go on together, without a jump', () => {
  const place = createTagClock();
  place('video', 500_000);
  place('audio', 500_010);
  assert.equal(place('video', 0).dts, 500_050);
  assert.equal(place('audio', 10).dts, 500_060);
  assert.equal(place('video', 40).dts, 500_090);
  assert.equal(place('video', 90_000_000).dts, 500_130);
});
