import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fitInto } from './portrait.ts';

for (const [width, height, fitted] of [[4000, 3000, [320, 240]], [3000, 4000, [240, 320]], [100, 50, [100, 50]], [320, 320, [320, 320]], [10_000, 1, [320, 1]]] as const) {
  test(`${width} × ${height} becomes ${fitted.join(' × ')}`, () => {
    const { width: w, height: h } = fitInto(width, height, 320);
    assert.deepEqual([w, h], fitted);
  });
}
