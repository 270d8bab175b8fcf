import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SoundClock } from './sound-clock.ts';

/** A frame's time in whole ms, as FLV tells it. */
const told = (frame: number, rate: number): number => Math.floor((frame * 1024 * 1000) / rate);

for (const rate of [8_000, 44_100, 48_000]) {
  test(`frames at ${rate} Hz lie end to end whatever milliseconds make of them`, () => {
    const clock = new SoundClock(rate, 1024);
    for (let frame = 0; frame < 100_000; frame++) assert.equal(clock.stamp(told(frame, rate)), frame * 1024);
  });
}

test('a gap stays a gap, and after it frames lie end to end again', () => {
  const clock = new SoundClock(48_000, 1024);
  assert.deepEqual([0, 21, 121, 142].map((millis) => clock.stamp(millis)), [0, 1024, 5808, 6832]);
});

test('a source whose clock runs slow or fast is followed to within 30 ms', () => {
  for (const speed of [0.999, 1.001]) {
    const clock = new SoundClock(48_000, 1024);
    for (let frame = 0; frame < 50_000; frame++) {
      const millis = Math.floor(told(frame, 48_000) * speed);
      assert.ok(Math.abs(clock.stamp(millis) / 48 - millis) <= 31, `${millis} ms`);
    }
  }
});

test('times that stand still or fall still rise', () => {
  const clock = new SoundClock(48_000, 1024);
  const stamps = [500, 500, 500, 100, 0, 0].map((millis) => clock.stamp(millis));
  for (const [i, stamp] of stamps.entries()) if (i > 0) assert.ok(stamp > (stamps[i - 1] ?? 0), String(stamps));
});
