import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { concatBytes } from '../bytes.ts';
import { hex, outcomes } from '../codec/hostile-bytes.ts';
import { readFlvHeader, writeFlvHeader } from './header.ts';
import type { FlvTag } from './tag.ts';
import { readTag, writeTag } from './tag.ts';

const file = new Uint8Array(readFileSync(new URL('./fixtures/bars-h264-aac.flv', import.meta.url)));

const cases: { name: string; tag: FlvTag; bytes: Uint8Array }[] = [
  { name: 'audio', tag: { type: 'audio', timestamp: 23, body: hex('af01ff') }, bytes: hex('08 000003 000017 00 000000 af01ff 0000000e') },
  { name: 'video past 2^24 ms', tag: { type: 'video', timestamp: 0x12345678, body: hex('1701') }, bytes: hex('09 000002 345678 12 000000 1701 0000000d') },
  { name: 'the last timestamp', tag: { type: 'video', timestamp: 0xffffffff, body: hex('17') }, bytes: hex('09 000001 ffffff ff 000000 17 0000000c') },
  { name: 'an empty script', tag: { type: 'script', timestamp: 0, body: hex('') }, bytes: hex('12 000000 000000 00 000000 0000000b') },
];

function readAll(bytes: Uint8Array): FlvTag[] {
  const tags: FlvTag[] = [];
  let at = readFlvHeader(bytes, 0)?.next;
  while (at !== undefined) {
    const read = readTag(bytes, at);
    if (read !== undefined) tags.push(read.tag);
    at = read?.next;
  }
  return tags;
}

describe('FLV tag', () => {
  for (const { name, tag, bytes } of cases) {
    it(`reads, writes and waits for the bytes of ${name}`, () => {
      assert.deepEqual(writeTag(tag), bytes);
      assert.deepEqual(readTag(bytes, 0), { tag, next: bytes.length });
      assert.deepEqual(readTag(concatBytes([hex('0102'), bytes]), 2), { tag, next: bytes.length + 2 });
      for (let end = 0; end < bytes.length; end++) assert.equal(readTag(bytes.subarray(0, end), 0), undefined);
    });
  }

  it('writes unwrapped and negative timestamps modulo 2^32', () => {
    assert.equal(readTag(writeTag({ type: 'audio', timestamp: 2 ** 32 + 5, body: hex('') }), 0)?.tag.timestamp, 5);
    assert.equal(readTag(writeTag({ type: 'audio', timestamp: -5, body: hex('') }), 0)?.tag.timestamp, 2 ** 32 - 5);
  });

  it('reads a file of ffmpeg and writes it back byte for byte', () => {
    const tags = readAll(file);
    assert.equal(tags.filter(({ type }) => type === 'video').length, 20);
    assert.deepEqual(concatBytes([writeFlvHeader({ hasVideo: true, hasAudio: true }), ...tags.map(writeTag)]), file);
  });

  it('takes a PreviousTagSize of 0 but no wrong one', () => {
    assert.equal(readTag(hex('08 000001 000017 00 000000 af 00000000'), 0)?.next, 16);
    assert.throws(() => readTag(hex('08 000001 000017 00 000000 af 0000000d'), 0), /byte 12: FLV tag: PreviousTagSize 13 is not 12/);
  });

  it('refuses other types, encryption and bodies past 24 bits', () => {
    assert.throws(() => readTag(hex('07 000000 000000 00 000000 0000000b'), 0), /tag type 7/);
    assert.throws(() => readTag(hex('28 000000 000000 00 000000 0000000b'), 0), /encrypted/);
    assert.throws(() => writeTag({ type: 'video', timestamp: 0, body: new Uint8Array(2 ** 24) }), /16777216 bytes > 16777215/);
  });

  it('gives tags or a FormatError for 1,000 mutations of a file', () => {
    assert.equal(outcomes(file, (bytes) => readAll(bytes)).size, 2);
  });
});
