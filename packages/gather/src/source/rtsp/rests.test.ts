import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRests } from './rests.ts';

/** Feeds so many bytes every 20 ms; the pauses asked for, by moment. */
function pausesOf(bytes: number, untilMillis: number, isUrgent: (now: number) => boolean): { at: number; pause: number }[] {
  let now = 7;
  const rests = createRests(() => isUrgent(now));
  const pauses: { at: number; pause: number }[] = [];
  for (; now < untilMillis; now += 20) pauses.push({ at: now, pause: rests(bytes, now) });
  return pauses;
}

test('a stream is read as it comes until its rate is known, then at full tenths of a second', () => {
  const pauses = pausesOf(2_500, 3_000, () => false);
  assert.ok(pauses.filter(({ at }) => at < 1_000).every(({ pause }) => pause === 0));
  for (const { at, pause } of pauses.filter(({ at: moment }) => moment >= 1_010)) {
    assert.equal((at + pause) % 100, 0);
    assert.ok(pause > 0 && pause <= 100);
  }
});

test('nothing waits while somebody wants each picture', () => {
  const pauses = pausesOf(2_500, 4_000, (now) => now >= 2_000 && now < 3_000);
  assert.ok(pauses.filter(({ at }) => at >= 2_000 && at < 3_000).every(({ pause }) => pause === 0));
  assert.ok(pauses.filter(({ at }) => at >= 3_000).every(({ pause }) => pause > 0));
});

test('a stream of 8 Mbps is never kept waiting in the network', () => {
  assert.ok(pausesOf(20_000, 3_000, () => false).every(({ pause }) => pause === 0));
});
