import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FormatError } from '../errors.ts';
import { BitReader, packBits } from './bits.ts';
import { hex } from './hostile-bytes.ts';

test('fields of every width come back as they were packed', () => {
  const fields = Array.from({ length: 32 }, (_, i): [number, number] => [2 ** (i + 1) - 1 - (i % 3), i + 1]);
  const bits = new BitReader(packBits(fields), []);
  for (const [value, width] of fields) assert.equal(bits.read(width), value % 2 ** width);
});

test('Exp-Golomb codes read as tables 9-2 and 9-3 of H.264 say', () => {
  // 1 010 011 00100 00101 00110 00111 0001000
  const codes = '1 010 011 00100 00101 00110 00111 0001000'.replaceAll(' ', '');
  const bytes = packBits([...codes].map((bit): [number, number] => [Number(bit), 1]));
  const unsigned = new BitReader(bytes, []);
  assert.deepEqual(Array.from({ length: 8 }, () => unsigned.exp()), [0, 1, 2, 3, 4, 5, 6, 7]);
  const signed = new BitReader(bytes, []);
  assert.deepEqual(Array.from({ length: 8 }, () => signed.signedExp()), [0, 1, -1, 2, -2, 3, -3, 4]);
});

test('the longest Exp-Golomb code reads, a longer one is an error', () => {
  assert.equal(new BitReader(hex('00000001 fffffffe'), []).exp(), 2 ** 32 - 2);
  assert.throws(() => new BitReader(hex('00000000 ffffffffff'), []).exp(), FormatError);
});

test('reading past the end is a FormatError with the byte and the path', () => {
  const bits = new BitReader(hex('ff00'), ['outer', 'inner']);
  bits.skip(9);
  assert.throws(() => bits.read(8), { name: 'FormatError', message: 'byte 1: outer > inner: ends too early' });
  assert.throws(() => bits.skip(8), FormatError);
  assert.equal(bits.left, 7);
  bits.align();
  assert.equal(bits.left, 0);
});
