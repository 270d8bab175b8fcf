import assert from 'node:assert/strict';
import { test } from 'node:test';
import { qrPath } from './qr-path.ts';

test('each run of dark modules is one rectangle', () => {
  const modules = [
    [true, true, false, true],
    [false, false, false, false],
    [true, true, true, true],
  ];
  assert.equal(qrPath(modules), 'M0 0h2v1h-2zM3 0h1v1h-1zM0 2h4v1h-4z');
  assert.equal(qrPath([]), '');
});
