import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TimestampClock } from './timestamp.ts';

const top = 2 ** 32;

const cases: { name: string; given: number[]; unwrapped: number[] }[] = [
  { name: 'go on as they are', given: [0, 40, 80], unwrapped: [0, 40, 80] },
  { name: 'pass 2^32', given: [top - 20, 20, 60], unwrapped: [top - 20, top + 20, top + 60] },
  { name: 'pass 2^32 twice', given: [top - 20, 20, 2 ** 31, top - 10, 5], unwrapped: [top - 20, top + 20, top + 2 ** 31, 2 * top - 10, 2 * top + 5] },
  { name: 'may step back over 2^32', given: [top - 20, 10, top - 5], unwrapped: [top - 20, top + 10, top - 5] },
  { name: 'may step back', given: [5000, 4960, 0], unwrapped: [5000, 4960, 0] },
  { name: 'jump forward after a configuration at 0', given: [0, 3_000_000_000, 3_000_000_040], unwrapped: [0, 3_000_000_000, 3_000_000_040] },
  { name: 'just below 0 count as 0', given: [5, top - 80, 40], unwrapped: [5, 0, 40] },
];

for (const { name, given, unwrapped } of cases) {
  test(`timestamps ${name}`, () => {
    const clock = new TimestampClock();
    assert.deepEqual(given.map((timestamp) => clock.unwrap(timestamp)), unwrapped);
  });
}
