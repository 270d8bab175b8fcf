// Pauses grow, stay inside their bounds and begin anew.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createBackoff } from './backoff.ts';

test('pauses double up to the longest', () => {
  const backoff = createBackoff({ firstMillis: 200, longestMillis: 1_000, random: () => 1 });
  assert.deepEqual([backoff.next(), backoff.next(), backoff.next(), backoff.next(), backoff.next()], [200, 400, 800, 1_000, 1_000]);
  backoff.reset();
  assert.equal(backoff.next(), 200);
});

test('jitter takes at most half away', () => {
  assert.equal(createBackoff({ firstMillis: 200, longestMillis: 1_000, random: () => 0 }).next(), 100);
});
