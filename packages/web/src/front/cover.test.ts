import assert from 'node:assert/strict';
import { test } from 'node:test';
import { coverOf, drawingCount } from './cover.ts';

const ids = Array.from({ length: 400 }, (_, index) => `ch${String(index).padStart(10, '0')}`);

test('the same channel always has the same cover', () => {
  for (const id of ids) assert.deepEqual(coverOf(id), coverOf(id));
});

test('covers are spread over all hues and drawings', () => {
  const covers = ids.map(coverOf);
  assert.equal(new Set(covers.map((cover) => cover.drawing)).size, drawingCount);
  assert.equal(new Set(covers.map((cover) => cover.hue)).size, 9);
  for (const { drawing } of covers) assert.ok(drawing >= 0 && drawing < drawingCount);
});
