// News gathered for pages, with the clock in hand.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clockInHand } from '../testing/clock-in-hand.ts';
import { createCollector, gatherMillis } from './collector.ts';

test('news of a moment are told once, each channel once; "any" and very many are told as any', async () => {
  const clock = clockInHand();
  const told: (readonly string[])[] = [];
  const tell = createCollector(clock, (ids) => told.push(ids));
  tell(['a']);
  tell(['b', 'a']);
  await clock.advance(gatherMillis);
  tell(['c']);
  tell([]);
  await clock.advance(gatherMillis);
  tell(Array.from({ length: 201 }, (_, index) => String(index)));
  await clock.advance(gatherMillis);
  await clock.advance(gatherMillis);
  assert.deepEqual(told, [['a', 'b'], [], []]);
});
