import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FormatError } from '../errors.ts';
import { hex, outcomes } from '../codec/hostile-bytes.ts';
import type { AmfValue } from './amf0.ts';
import { readAmf0, writeAmf0, writeEcmaArray } from './amf0.ts';

const cases: { name: string; value: AmfValue; bytes: Uint8Array }[] = [
  { name: 'a number', value: 1.5, bytes: hex('00 3ff8000000000000') },
  { name: 'a negative number', value: -2000, bytes: hex('00 c09f400000000000') },
  { name: 'true', value: true, bytes: hex('0101') },
  { name: 'false', value: false, bytes: hex('0100') },
  { name: 'text', value: 'connect', bytes: hex('02 0007 636f6e6e656374') },
  { name: 'Chinese text', value: '录播', bytes: hex('02 0006 e5bd95e692ad') },
  { name: 'empty text', value: '', bytes: hex('02 0000') },
  { name: 'null', value: null, bytes: hex('05') },
  { name: 'undefined', value: undefined, bytes: hex('06') },
  { name: 'a date', value: new Date(1_700_000_000_000), bytes: hex('0b 4278bcfe56800000 0000') },
  { name: 'an empty object', value: {}, bytes: hex('03 000009') },
  { name: 'an object', value: { app: 'live', n: 0 }, bytes: hex('03 0003617070 02000461697665'.replace('61697665', '6c697665') + '00016e 000000000000000000 000009') },
  { name: 'an object with an empty name', value: { '': true, a: null }, bytes: hex('03 0000 0101 000161 05 000009') },
  { name: 'an array', value: ['avc1', null, [true]], bytes: hex('0a 00000003 02000461766331 05 0a000000010101') },
  { name: 'nested objects', value: { a: { b: { c: 1 } } }, bytes: hex('03 000161 03 000162 03 000163 003ff0000000000000 000009 000009 000009') },
];

describe('AMF 0', () => {
  for (const { name, value, bytes } of cases) {
    it(`reads, writes and waits for the bytes of ${name}`, () => {
      assert.deepEqual(writeAmf0(value), bytes);
      assert.deepEqual(readAmf0(bytes, 0), { value, next: bytes.length });
      assert.deepEqual(readAmf0(new Uint8Array([0, 0, ...bytes, 7]), 2), { value, next: bytes.length + 2 });
      for (let end = 0; end < bytes.length; end++) assert.equal(readAmf0(bytes.subarray(0, end), 0), undefined);
    });

    it(`gives a value or a FormatError for 1,000 mutations of ${name}`, () => {
      assert.ok(outcomes(bytes, (mutated) => readAmf0(mutated, 0)).has(true));
    });
  }

  it('writes long text with a 32-bit length', () => {
    const long = '播'.repeat(30_000);
    const bytes = writeAmf0(long);
    assert.deepEqual(bytes.subarray(0, 5), hex('0c 00015f90'));
    assert.deepEqual(readAmf0(bytes, 0), { value: long, next: bytes.length });
  });

  it('reads ECMA arrays whatever their count says, typed objects, XML and unsupported', () => {
    const properties = '000161 0101 000009';
    assert.deepEqual(readAmf0(hex(`08 00000000 ${properties}`), 0)?.value, { a: true });
    assert.deepEqual(readAmf0(hex(`08 ffffffff ${properties}`), 0)?.value, { a: true });
    assert.deepEqual(readAmf0(hex(`10 0001 78 ${properties}`), 0)?.value, { a: true });
    assert.deepEqual(readAmf0(hex('0f 00000003 3c612f'), 0)?.value, '<a/');
    assert.deepEqual(readAmf0(hex('0d'), 0), { value: undefined, next: 1 });
    assert.deepEqual(writeEcmaArray({ a: true }), hex(`08 00000001 ${properties}`));
  });

  it('keeps "__proto__" as a name like any other', () => {
    const bytes = hex('03 0009 5f5f70726f746f5f5f 03 000161 0101 000009 000009');
    const value = readAmf0(bytes, 0)?.value as Record<string, unknown>;
    assert.deepEqual(Object.keys(value), ['__proto__']);
    assert.equal(value['a'], undefined);
    assert.equal(Object.getPrototypeOf(value), Object.prototype);
  });

  it('refuses references, AMF 3, movie clips and unknown markers', () => {
    for (const marker of ['04', '07 0000', '0e', '11', '12', 'ff']) assert.throws(() => readAmf0(hex(`${marker} 0000`), 0), FormatError, marker);
  });

  it('bounds depth and counts, reading and writing', () => {
    assert.throws(() => readAmf0(hex('03 000161'.repeat(20)), 0), /nested deeper than 16/);
    assert.throws(() => readAmf0(hex('0a 00000001'.repeat(20)), 0), /nested deeper than 16/);
    assert.throws(() => readAmf0(hex('0a ffffffff'), 0), /array of 4294967295 values > 10000/);
    const wide = writeAmf0(Array.from({ length: 3 }, () => Array.from({ length: 4000 }, () => null)));
    assert.throws(() => readAmf0(wide, 0), /more than 10000 values/);
    let deep: AmfValue = null;
    for (let i = 0; i < 20; i++) deep = [deep];
    assert.throws(() => writeAmf0(deep), /nested deeper than 16/);
    assert.throws(() => writeAmf0({ ['n'.repeat(70_000)]: 1 }), /name of 70000 bytes > 65535/);
  });
});
