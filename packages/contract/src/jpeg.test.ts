import assert from 'node:assert/strict';
import { test } from 'node:test';
import { jpegSize } from './jpeg.ts';

/** Start, an application segment with a fill byte before it, a frame header of the given kind, a scan, end. */
function jpeg(frame = 0xc0, width = 640, height = 360): Uint8Array {
  const header = [0xff, frame, 0, 11, 8, height >> 8, height & 255, width >> 8, width & 255, 1, 1, 0x11, 0];
  return Uint8Array.of(0xff, 0xd8, 0xff, 0xff, 0xe0, 0, 4, 1, 2, ...header, 0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0, 7, 0xff, 0xd9);
}

test('a JPEG tells its size, whichever kind of frame it has', () => {
  for (const frame of [0xc0, 0xc1, 0xc2, 0xcf]) assert.deepEqual(jpegSize(jpeg(frame)), { width: 640, height: 360 }, frame.toString(16));
});

test('cut, without a size, or without a frame before its scan it is none', () => {
  const whole = jpeg();
  for (let end = 0; end < whole.length; end += 1) assert.equal(jpegSize(whole.subarray(0, end)), undefined, `cut at ${end}`);
  for (const bytes of [jpeg(0xc4), jpeg(0xcc), jpeg(0xc0, 0), jpeg(0xc0, 640, 0), whole.with(6, 1), whole.with(3, 0)]) assert.equal(jpegSize(bytes), undefined);
});
