import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultLimits, windowMillisFor } from './limits.ts';

test('few viewers get each tag at once, thousands get gathered writes of at most 100 ms', () => {
  assert.equal(windowMillisFor(1, defaultLimits), 0);
  assert.equal(windowMillisFor(10, defaultLimits), 0);
  assert.ok(windowMillisFor(100, defaultLimits) > 0);
  assert.ok(windowMillisFor(100, defaultLimits) < 50);
  assert.equal(windowMillisFor(1_000, defaultLimits), 100);
  assert.equal(windowMillisFor(100_000, defaultLimits), 100);
});
