import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hex } from '../codec/hostile-bytes.ts';
import { readFlvHeader, writeFlvHeader } from './header.ts';

const cases = [
  { header: { hasVideo: true, hasAudio: true }, bytes: hex('464c5601 05 00000009 00000000') },
  { header: { hasVideo: true, hasAudio: false }, bytes: hex('464c5601 01 00000009 00000000') },
  { header: { hasVideo: false, hasAudio: true }, bytes: hex('464c5601 04 00000009 00000000') },
];

for (const { header, bytes } of cases) {
  test(`header ${JSON.stringify(header)} reads, writes and waits for its bytes`, () => {
    assert.deepEqual(writeFlvHeader(header), bytes);
    assert.deepEqual(readFlvHeader(bytes, 0), { header, next: 13 });
    assert.deepEqual(readFlvHeader(new Uint8Array([9, ...bytes]), 1), { header, next: 14 });
    for (let end = 0; end < bytes.length; end++) assert.equal(readFlvHeader(bytes.subarray(0, end), 0), undefined);
  });
}

test('a longer header is stepped over', () => {
  assert.equal(readFlvHeader(hex('464c5601 05 0000000a 00 00000000'), 0)?.next, 14);
});

test('another signature, version or size is a FormatError', () => {
  assert.throws(() => readFlvHeader(hex('464c5701 05 00000009 00000000'), 0), /signature is not "FLV"/);
  assert.throws(() => readFlvHeader(hex('464c5602 05 00000009 00000000'), 0), /version 2 is not 1/);
  assert.throws(() => readFlvHeader(hex('464c5601 05 00000008 00000000'), 0), /header size 8 is not in 9 to 1024/);
  assert.throws(() => readFlvHeader(hex('464c5601 05 ffffffff 00000000'), 0), /header size 4294967295/);
});
