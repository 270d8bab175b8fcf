import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FormatError } from '../errors.ts';
import { hex } from './hostile-bytes.ts';
import { removeEmulationPrevention, splitNals } from './nal.ts';

test('NAL units split by lengths of one, two and four bytes, empty ones left out', () => {
  assert.deepEqual([...splitNals(hex('02 6588 00 01 41'), 1)], [hex('6588'), hex('41')]);
  assert.deepEqual([...splitNals(hex('0002 6588 0000 0001 41'), 2)], [hex('6588'), hex('41')]);
  assert.deepEqual([...splitNals(hex('00000002 6588 00000001 41'), 4)], [hex('6588'), hex('41')]);
  assert.deepEqual([...splitNals(hex(''), 4)], []);
});

test('a NAL unit or a length that passes the end is a FormatError', () => {
  for (const bytes of ['00000003 6588', '000000', 'ffffffff 65', '00000001 65 00']) {
    assert.throws(() => [...splitNals(hex(bytes), 4)], FormatError, bytes);
  }
});

test('NAL units are views of the sample', () => {
  const sample = hex('00000001 65');
  const [nal] = splitNals(sample, 4);
  assert.equal(nal?.buffer, sample.buffer);
});

test('emulation prevention bytes go, other threes stay', () => {
  assert.deepEqual(removeEmulationPrevention(hex('67 000003 01 0003 03 000003')), hex('67 0000 01 0003 03 0000'));
  assert.deepEqual(removeEmulationPrevention(hex('000003 000003 01')), hex('0000 0000 01'));
});
