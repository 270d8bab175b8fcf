import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clockText, tileAt } from './seek-preview.ts';

const sheet = { tileWidth: 160, tileHeight: 90, columns: 3, millis: [0, 5000, 10_000, 15_000] };

const cases = [
  { seconds: 0, x: 0, y: 0 },
  { seconds: 4.9, x: 0, y: 0 },
  { seconds: 5, x: 160, y: 0 },
  { seconds: 14, x: 320, y: 0 },
  { seconds: 15, x: 0, y: 90 },
  { seconds: 9999, x: 0, y: 90 },
  { seconds: -1, x: 0, y: 0 },
];
for (const { seconds, x, y } of cases) {
  test(`at ${seconds} s the tile at ${x}, ${y} is shown`, () => assert.deepEqual(tileAt(sheet, seconds), { x, y, width: 160, height: 90 }));
}

test('the first picture may come later than the beginning', () => {
  assert.deepEqual(tileAt({ ...sheet, millis: [2000, 4000] }, 1), { x: 0, y: 0, width: 160, height: 90 });
});

test('times are written with hours only where there are some', () => {
  assert.deepEqual([0, 65.9, 3600, 36_061, Number.NaN, -5].map(clockText), ['0:00', '1:05', '1:00:00', '10:01:01', '0:00', '0:00']);
});
