import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reconnectPauseMs } from './back-off.ts';

test('the first try comes within a fifth of a second', () => {
  assert.ok(reconnectPauseMs(0, 1) <= 200);
});

test('pauses grow and stay at most 5 s, however many tries', () => {
  const pauses = Array.from({ length: 40 }, (_, attempt) => reconnectPauseMs(attempt, 0.5));
  for (const [index, pause] of pauses.entries()) assert.ok(index === 0 || pause >= (pauses[index - 1] ?? 0));
  for (let attempt = 0; attempt < 40; attempt += 1) assert.ok(reconnectPauseMs(attempt, 1) <= 5_000);
});

test('six tries fit into the 10 s in which a restarted live server must be found', () => {
  const sum = [0, 1, 2, 3, 4].reduce((total, attempt) => total + reconnectPauseMs(attempt, 1), 0);
  assert.ok(sum < 8_000, String(sum));
});

test('chance spreads a pause by a quarter each way', () => {
  assert.equal(reconnectPauseMs(2, 0), 750);
  assert.equal(reconnectPauseMs(2, 0.5), 1_000);
  assert.equal(reconnectPauseMs(2, 1), 1_250);
});

test('odd attempt numbers do no harm', () => {
  assert.equal(reconnectPauseMs(-3, 0.5), reconnectPauseMs(0, 0.5));
});
