// Range headers as browsers and players send them.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { contentRange, readRangeHeader, spanOf } from './range.ts';
import { seededRandom } from './seeded-content.ts';

const cases: { header: string | undefined; reads: ReturnType<typeof readRangeHeader>; answer?: string }[] = [
  { header: 'bytes=0-', reads: { from: 0 }, answer: 'bytes 0-999/1000' },
  { header: 'bytes=0-0', reads: { from: 0, to: 0 }, answer: 'bytes 0-0/1000' },
  { header: 'bytes=0-1', reads: { from: 0, to: 1 }, answer: 'bytes 0-1/1000' },
  { header: 'bytes=999-', reads: { from: 999 }, answer: 'bytes 999-999/1000' },
  { header: 'bytes=500-5000', reads: { from: 500, to: 5000 }, answer: 'bytes 500-999/1000' },
  { header: 'bytes=-1', reads: { last: 1 }, answer: 'bytes 999-999/1000' },
  { header: 'bytes=-5000', reads: { last: 5000 }, answer: 'bytes 0-999/1000' },
  { header: 'Bytes= 1-2 ', reads: { from: 1, to: 2 }, answer: 'bytes 1-2/1000' },
  { header: 'bytes=1000-', reads: { from: 1000 }, answer: 'bytes */1000' },
  { header: 'bytes=-0', reads: { last: 0 }, answer: 'bytes */1000' },
  { header: undefined, reads: undefined },
  { header: '', reads: undefined },
  { header: 'bytes', reads: undefined },
  { header: 'bytes=', reads: undefined },
  { header: 'bytes=-', reads: undefined },
  { header: 'bytes=5-4', reads: undefined },
  { header: 'bytes=a-b', reads: undefined },
  { header: 'bytes=0-1,5-6', reads: undefined },
  { header: 'items=0-1', reads: undefined },
  { header: 'bytes=0x1-2', reads: undefined },
  { header: 'bytes=-1-2', reads: undefined },
  { header: 'bytes=99999999999999999999-', reads: undefined },
];

describe('range headers', () => {
  for (const { header, reads, answer } of cases) {
    it(`reads ${JSON.stringify(header)}`, () => {
      assert.deepEqual(readRangeHeader(header), reads);
      if (reads !== undefined) assert.equal(contentRange(spanOf(reads, 1000), 1000), answer);
    });
  }

  it('gives nothing or a sound span, whatever comes', () => {
    const random = seededRandom(1);
    const letters = 'bytes=0123456789-, \tx';
    for (let round = 0; round < 5000; round++) {
      const tail = Array.from({ length: Math.floor(random() * 12) }, () => letters[Math.floor(random() * letters.length)]).join('');
      const range = readRangeHeader(`bytes=${tail}`);
      const size = Math.floor(random() * 100);
      const span = range && spanOf(range, size);
      if (span !== undefined) assert.ok(span.from >= 0 && span.from < span.end && span.end <= size, `${tail} of ${size}`);
    }
  });
});
