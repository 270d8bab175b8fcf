import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StreamClock } from './stream-clock.ts';

test('a stream starts at 0 whatever its publisher counts from, and sound stays with its picture', () => {
  const clock = new StreamClock();
  assert.equal(clock.map('video', 5_000_000), 0);
  assert.equal(clock.map('audio', 5_000_010), 10);
  assert.equal(clock.map('video', 5_000_040), 40);
});

test('a second publisher goes on one frame after the first, with its own distance of sound and picture', () => {
  const clock = new StreamClock();
  clock.map('video', 0);
  clock.map('video', 1000);
  clock.begin();
  assert.equal(clock.map('video', 77), 1040);
  assert.equal(clock.map('audio', 90), 1053);
});

test('a leap of the publisher is closed up for both tracks alike, forward and backward', () => {
  for (const leap of [3_600_000, -900_000]) {
    const clock = new StreamClock();
    clock.map('video', 1_000_000);
    clock.map('audio', 1_000_005);
    assert.equal(clock.map('video', 1_000_040 + leap), 45);
    assert.equal(clock.map('audio', 1_000_028 + leap), 33);
    assert.equal(clock.map('video', 1_000_080 + leap), 85);
  }
});

test('a track that comes late is not taken for a leap', () => {
  const clock = new StreamClock();
  assert.equal(clock.map('audio', 0), 0);
  assert.equal(clock.map('audio', 700), 700);
  assert.equal(clock.map('video', 640), 640);
});

test('a track whose zero is another is brought to the other one', () => {
  const clock = new StreamClock();
  assert.equal(clock.map('audio', 0), 0);
  assert.equal(clock.map('video', 1_700_000_000), 40);
  assert.equal(clock.map('audio', 23), 23);
  assert.equal(clock.map('video', 1_700_000_040), 80);
});

test('small steps backward are held, so that no time ever falls', () => {
  const clock = new StreamClock();
  assert.deepEqual([100, 140, 120, 160].map((time) => clock.map('video', time)), [0, 40, 40, 60]);
});

test('timestamps past 2^32 go on', () => {
  const clock = new StreamClock();
  const start = 2 ** 32 - 20;
  assert.deepEqual([start, start + 40].map((time) => clock.map('video', time)), [0, 40]);
});
