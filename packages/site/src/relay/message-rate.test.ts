import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMessageRate } from './message-rate.ts';

test('a burst is allowed, then only what the rate refills', () => {
  const rate = createMessageRate({ perSecond: 2, burst: 3 }, 0);
  assert.deepEqual([rate.take(0), rate.take(0), rate.take(0), rate.take(0)], [true, true, true, false]);
  assert.deepEqual([rate.take(500), rate.take(500)], [true, false]);
  assert.deepEqual([rate.take(60_000), rate.take(60_000), rate.take(60_000), rate.take(60_000)], [true, true, true, false]);
});
