import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dayRange } from './day-range.ts';

test('both days are included, from their first moment to the first of the day after', () => {
  const { from = '', to = '' } = dayRange('2026-09-01', '2026-09-30');
  assert.equal(from, new Date(2026, 8, 1).toISOString());
  assert.equal(to, new Date(2026, 9, 1).toISOString());
});

test('a day that is missing, or none at all, bounds nothing', () => {
  for (const text of ['', 'x', '2026-9-1', '2026-02-31', '2026-13-01', '<b>']) assert.deepEqual(dayRange(text, text), {}, text);
  assert.deepEqual(Object.keys(dayRange('', '2026-09-30')), ['to']);
});
