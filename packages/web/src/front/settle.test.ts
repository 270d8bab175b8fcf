import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSettle } from './settle.ts';

test('runs once after the last of several touches', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  let runs = 0;
  const settle = createSettle(() => (runs += 1), { quietMs: 800, longestMs: 5_000 });
  for (let i = 0; i < 3; i++) {
    settle.touch();
    t.mock.timers.tick(700);
  }
  assert.equal(runs, 0);
  t.mock.timers.tick(100);
  assert.equal(runs, 1);
  t.mock.timers.tick(60_000);
  assert.equal(runs, 1);
});

test('touches that never cease put it off for the longest wait only', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  let runs = 0;
  const settle = createSettle(() => (runs += 1), { quietMs: 800, longestMs: 5_000 });
  for (let i = 0; i < 100; i++) {
    settle.touch();
    t.mock.timers.tick(200);
  }
  assert.ok(runs >= 3 && runs <= 4, `${runs} runs in 20 s`);
});

test('does not run after cancel', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const settle = createSettle(() => assert.fail('it ran'), { quietMs: 800, longestMs: 5_000 });
  settle.touch();
  settle.cancel();
  t.mock.timers.tick(60_000);
});
