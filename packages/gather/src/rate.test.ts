// Rates over the last seconds.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createFakeClock } from './fake-clock.ts';
import { createRateMeter } from './rate.ts';

test('a steady flow shows its rate, and nothing 5 s after its end', async () => {
  const clock = createFakeClock();
  const meter = createRateMeter(clock);
  for (let i = 0; i < 80; i++) {
    meter.add(12_500);
    await clock.leap(100);
  }
  assert.equal(meter.kbps(), 1_000);
  await clock.leap(2_000);
  assert.equal(meter.kbps(), 500);
  await clock.leap(3_000);
  assert.equal(meter.kbps(), 0);
  await clock.leap(1e9);
  assert.equal(meter.kbps(), 0);
});

test('the first second counts as a whole one', () => {
  const meter = createRateMeter(createFakeClock());
  meter.add(125_000);
  assert.equal(meter.kbps(), 1_000);
});
