// Table forms that ffmpeg does not write: compact sizes, 64-bit offsets, several chunk runs, old signed offsets.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { boxFrom, readBoxHeader, uint32Bytes, uint64Bytes, writeBox, writeFullBox } from './box.ts';
import { readEditList } from './edit-list.ts';
import { readSampleTables } from './sample-tables.ts';
import { sampleAt } from './samples.ts';

const limits = { fileSize: 2 ** 36, maxSamples: 1000 };

function parse(bytes: Uint8Array) {
  return boxFrom(bytes, readBoxHeader(bytes, 0)!, 0);
}

function table(type: string, ...values: number[]): Uint8Array {
  return writeFullBox(type, 0, 0, uint32Bytes(...values));
}

/** Five samples of sizes 1 to 5; chunks of 2, 2 and 1 samples; each box may be replaced. */
function read(changes: Record<string, Uint8Array> = {}) {
  const boxes: Record<string, Uint8Array> = {
    stsz: table('stsz', 0, 5, 1, 2, 3, 4, 5),
    stts: table('stts', 2, 2, 10, 3, 20),
    stsc: table('stsc', 2, 1, 2, 1, 3, 1, 1),
    stco: table('stco', 3, 100, 200, 300),
    ...changes,
  };
  const { samples, description } = readSampleTables(parse(writeBox('stbl', ...Object.values(boxes))), limits);
  return { description, samples: Array.from({ length: samples.count }, (_, i) => sampleAt(samples, i)) };
}

test('chunk runs, durations and sizes give each sample its place and time', () => {
  const { samples, description } = read();
  assert.equal(description, 1);
  assert.deepEqual(samples.map((one) => [one.offset, one.size, one.dts, one.duration]), [
    [100, 1, 0, 10], [101, 2, 10, 10], [200, 3, 20, 20], [203, 4, 40, 20], [300, 5, 60, 20],
  ]);
  assert.ok(samples.every((one) => one.isKeyframe && one.compositionOffset === 0));
});

const sizeForms = [
  { what: 'stz2 of 4 bits', box: writeFullBox('stz2', 0, 0, uint32Bytes(4, 5), Uint8Array.of(0x12, 0x34, 0x50)) },
  { what: 'stz2 of 8 bits', box: writeFullBox('stz2', 0, 0, uint32Bytes(8, 5), Uint8Array.of(1, 2, 3, 4, 5)) },
  { what: 'stz2 of 16 bits', box: writeFullBox('stz2', 0, 0, uint32Bytes(16, 5), Uint8Array.of(0, 1, 0, 2, 0, 3, 0, 4, 0, 5)) },
];
for (const { what, box } of sizeForms) {
  test(`reads sizes from ${what}`, () => {
    assert.deepEqual(read({ stsz: box }).samples.map((one) => one.size), [1, 2, 3, 4, 5]);
  });
}

test('reads one size for all, 64-bit chunk offsets, signed offsets in version 0, sync samples', () => {
  const { samples } = read({
    stsz: table('stsz', 7, 5),
    stco: writeFullBox('co64', 0, 0, uint32Bytes(3), uint64Bytes(2 ** 33, 2 ** 34, 2 ** 35)),
    ctts: table('ctts', 2, 1, 20, 4, -10),
    stss: table('stss', 2, 1, 4),
  });
  assert.deepEqual(samples.map((one) => one.offset), [2 ** 33, 2 ** 33 + 7, 2 ** 34, 2 ** 34 + 7, 2 ** 35]);
  assert.deepEqual(samples.map((one) => one.compositionOffset), [20, -10, -10, -10, -10]);
  assert.deepEqual(samples.map((one) => one.isKeyframe), [true, false, false, true, false]);
});

const refused: { what: string; boxes: Record<string, Uint8Array>; says: RegExp }[] = [
  { what: 'a change of sample description', boxes: { stsc: table('stsc', 2, 1, 2, 1, 3, 1, 2) }, says: /changes its sample description/ },
  { what: 'chunk runs that go back', boxes: { stsc: table('stsc', 2, 3, 2, 1, 2, 1, 1) }, says: /stsc: run of chunks 3 to 1 of 3/ },
  { what: 'chunk runs past the chunks', boxes: { stsc: table('stsc', 2, 1, 2, 1, 9, 1, 1) }, says: /stsc: run of chunks 1 to 8 of 3/ },
  { what: 'too few places', boxes: { stco: table('stco', 2, 100, 200), stsc: table('stsc', 1, 1, 2, 1) }, says: /places for 4 of 5 samples/ },
  { what: 'odd size fields', boxes: { stsz: writeFullBox('stz2', 0, 0, uint32Bytes(5, 5), new Uint8Array(9)) }, says: /sample sizes of 5 bits/ },
  { what: 'too many samples', boxes: { stsz: table('stsz', 1, 1001) }, says: /1001 samples, at most 1000/ },
  { what: 'negative durations', boxes: { stts: table('stts', 1, 5, -3) }, says: /negative sample duration -3/ },
  { what: 'no chunk offsets', boxes: { stco: new Uint8Array(0) }, says: /no stco or co64 box/ },
  { what: 'no sizes', boxes: { stsz: new Uint8Array(0) }, says: /no stsz box/ },
];
for (const { what, boxes, says } of refused) {
  test(`refuses ${what}`, () => {
    assert.throws(() => read(boxes), { name: 'FormatError', message: says });
  });
}

const edits = [
  { what: 'no entries', elst: table('elst', 0), edit: { mediaStart: 0, delay: 0, duration: Infinity, tolerance: 0 } },
  { what: 'a shift to the end', elst: table('elst', 1, 0, 512, 0x10000), edit: { mediaStart: 512, delay: 0, duration: Infinity, tolerance: 90 } },
  { what: 'two empty edits in front', elst: table('elst', 3, 5, -1, 0x10000, 5, -1, 0x10000, 100, 0, 0x10000), edit: { mediaStart: 0, delay: 900, duration: 9000, tolerance: 90 } },
  { what: 'two parts that follow each other', elst: table('elst', 2, 100, 0, 0x10000, 50, 9000, 0x10000), edit: { mediaStart: 0, delay: 0, duration: 13500, tolerance: 90 } },
  { what: 'version 1', elst: writeFullBox('elst', 1, 0, uint32Bytes(2), uint64Bytes(2), uint32Bytes(-1, -1, 0x10000), uint64Bytes(2 ** 33, 2 ** 34), uint32Bytes(0x10000)), edit: { mediaStart: 2 ** 34, delay: 180, duration: 90 * 2 ** 33, tolerance: 90 } },
];
for (const { what, elst, edit } of edits) {
  test(`reads an edit list with ${what}`, () => {
    assert.deepEqual(readEditList(parse(elst), 90_000, 1000), edit);
  });
}

test('refuses a negative media time and a list of separate parts', () => {
  assert.throws(() => readEditList(parse(table('elst', 1, 5, -2, 0x10000)), 90_000, 1000), /media time -2/);
  assert.throws(() => readEditList(parse(table('elst', 2, 5, 0, 0x10000, 5, 9000, 0x10000)), 90_000, 1000), /several separate parts/);
});
