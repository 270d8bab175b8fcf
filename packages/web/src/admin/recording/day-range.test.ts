import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dayAfter, daysOf } from './day-range.ts';

test('days that were chosen are read back from the address as the same days', () => {
  const [first, last] = [new Date(2026, 8, 1), new Date(2026, 8, 30)];
  const days = daysOf({ from: first.toISOString(), to: dayAfter(last).toISOString() });
  assert.deepEqual(days?.map((day) => [day.getMonth(), day.getDate()]), [[8, 1], [8, 30]]);
});

test('the day after the last of a month is the first of the next', () => {
  assert.deepEqual(dayAfter(new Date(2026, 1, 28)), new Date(2026, 2, 1));
});

test('an address that makes no sense shows no days', () => {
  assert.equal(daysOf({ from: 'soon', to: '2026-09-01T00:00:00.000Z' }), undefined);
  assert.equal(daysOf({}), undefined);
});
