import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readConfig } from '@lubo/config';
import { configuredLimits, defaultLimits, windowMillisFor } from './limits.ts';

test('few viewers get each tag at once, hundreds get gathered writes of at most 100 ms', () => {
  assert.equal(windowMillisFor(1, defaultLimits), 0);
  assert.equal(windowMillisFor(10, defaultLimits), 0);
  assert.equal(windowMillisFor(50, defaultLimits), 50);
  assert.equal(windowMillisFor(1_000, defaultLimits), 100);
  assert.equal(windowMillisFor(100_000, defaultLimits), 100);
});

test('the settings without a change give the bounds that apply without settings', () => {
  const { live } = readConfig({ fileName: '', text: undefined, env: {} });
  const named = configuredLimits(live.limits);
  assert.deepEqual({ ...defaultLimits, ...named }, defaultLimits);
  assert.equal(Object.keys(named).length, Object.keys(live.limits).length);
});

test('a setting in seconds or kbps counts in milliseconds or bits a second', () => {
  const env = { LUBO_LIVE_LIMITS_WAIT_SECONDS: '3', LUBO_LIVE_LIMITS_PUBLISHER_KBPS: '8000', LUBO_LIVE_LIMITS_QUEUE_BYTES: '70000' };
  const { waitMillis, publisherBitsPerSecond, queueBytes } = configuredLimits(readConfig({ fileName: '', text: undefined, env }).live.limits);
  assert.deepEqual({ waitMillis, publisherBitsPerSecond, queueBytes }, { waitMillis: 3_000, publisherBitsPerSecond: 8_000_000, queueBytes: 70_000 });
});
