import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RateBound } from './rate.ts';

test('a mean rate passes for ever, a burst passes once, and more than that does not', () => {
  const rate = new RateBound(8_000_000, 5_000, 0);
  for (let second = 1; second <= 600; second++) assert.equal(rate.allows(1_000_000, second * 1000), true);
  assert.equal(rate.allows(4_000_000, 600_000), true);
  assert.equal(rate.allows(1_000_000, 600_000), false);
});

test('a hundredfold rate is noticed within the burst', () => {
  const rate = new RateBound(8_000_000, 5_000, 0);
  let millis = 0;
  while (rate.allows(100_000, millis)) millis++;
  assert.ok(millis < 100);
});
