import assert from 'node:assert/strict';
import { test } from 'node:test';
import { webpSize } from '@lubo/contract/webp';
import { tinyWebp } from '../testing/gather-hand.ts';

test('a lossy WebP tells its size; cut, lengthened or of another kind it is none', () => {
  const webp = tinyWebp(320, 180);
  assert.deepEqual(webpSize(webp), { width: 320, height: 180 });
  for (let end = 0; end < webp.length; end += 1) assert.equal(webpSize(webp.subarray(0, end)), undefined, `cut at ${end}`);
  assert.equal(webpSize(Buffer.concat([webp, Buffer.alloc(2)])), undefined);
  for (const [at, byte] of [[0, 0x52 ^ 1], [8, 0], [15, 0x4c], [20, 1], [23, 0]] as const) {
    const other = Buffer.from(webp);
    other[at] = byte;
    assert.equal(webpSize(other), undefined, `byte ${at}`);
  }
});
