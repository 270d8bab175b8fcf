import assert from 'node:assert/strict';
import { test } from 'node:test';
import { concatBytes } from '../bytes.ts';
import { FormatError } from '../errors.ts';
import { type Box, boxFrom, childrenOf, fourCc, readBoxHeader, tableAt, typeBytes, uint16Bytes, uint32Bytes, uint64, uint64Bytes, writeBox, writeFullBox } from './box.ts';

function parse(bytes: Uint8Array): Box {
  const header = readBoxHeader(bytes, 0);
  assert.ok(header);
  return boxFrom(bytes, header, 0);
}

const cases = [
  { name: 'an empty box', bytes: writeBox('free'), hex: '0000000866726565', header: { type: 'free', size: 8, headerSize: 8 } },
  { name: 'a box with a body', bytes: writeBox('free', Uint8Array.of(1), Uint8Array.of(2, 3)), hex: '0000000b66726565010203', header: { type: 'free', size: 11, headerSize: 8 } },
  { name: 'a full box', bytes: writeFullBox('tfdt', 1, 0x020304, uint16Bytes(5)), hex: '0000000e74666474010203040005', header: { type: 'tfdt', size: 14, headerSize: 8 } },
  { name: 'a 64-bit size', bytes: concatBytes([uint32Bytes(1), typeBytes('mdat'), uint64Bytes(2 ** 33)]), hex: '000000016d6461740000000200000000', header: { type: 'mdat', size: 2 ** 33, headerSize: 16 } },
  { name: 'a box up to the end', bytes: concatBytes([uint32Bytes(0), typeBytes('mdat')]), hex: '000000006d646174', header: { type: 'mdat', size: 0, headerSize: 8 } },
  { name: 'a QuickTime type', bytes: writeBox('©nam'), hex: '00000008a96e616d', header: { type: '©nam', size: 8, headerSize: 8 } },
];
for (const { name, bytes, hex, header } of cases) {
  test(`writes and reads ${name}, and waits for the rest of its header`, () => {
    assert.equal(Buffer.from(bytes).toString('hex'), hex);
    assert.deepEqual(readBoxHeader(bytes, 0), header);
    for (let length = 0; length < header.headerSize; length++) assert.equal(readBoxHeader(bytes.subarray(0, length), 0), undefined);
  });
}

test('fields tell where they are missing', () => {
  const box = parse(writeBox('mvhd', new Uint8Array(7)));
  assert.throws(() => uint64(box, 0), { name: 'FormatError', message: 'byte 8: mvhd: 8 bytes expected, 7 left in the box' });
  assert.equal(fourCc(parse(writeBox('hdlr', typeBytes('vide'))), 0), 'vide');
  assert.throws(() => uint64(parse(writeBox('mvhd', uint32Bytes(0xffffffff, 0))), 0), /past 2\^53/);
});

test('a table with more entries than bytes is refused before it is read', () => {
  const box = parse(writeFullBox('stts', 0, 0, uint32Bytes(2, 1, 1)));
  assert.throws(() => tableAt(box, 4, 8), FormatError);
  assert.equal(tableAt(box, 4, 4).count, 2);
});

test('children end at an end mark or at fewer than 8 bytes', () => {
  const child = writeBox('free', Uint8Array.of(1));
  const types = (...parts: Uint8Array[]) => childrenOf(parse(writeBox('udta', ...parts))).map((box) => box.type);
  assert.deepEqual(types(child, child), ['free', 'free']);
  assert.deepEqual(types(child, new Uint8Array(4)), ['free']);
  assert.deepEqual(types(child, uint32Bytes(8, 0)), ['free']);
  assert.deepEqual(types(child, new Uint8Array(12)), ['free']);
});

test('a box stuffed with empty boxes is refused', () => {
  const bomb = writeBox('moov', ...Array.from({ length: 10_001 }, () => writeBox('free')));
  assert.throws(() => childrenOf(parse(bomb)), /more than 10000 boxes in one/);
});
