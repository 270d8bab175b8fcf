import assert from 'node:assert/strict';
import { test } from 'node:test';
import { concatBytes } from '../bytes.ts';
import { hex, outcomes } from '../codec/hostile-bytes.ts';
import { writeTag } from '../flv/tag.ts';
import { splitAggregate } from './aggregate.ts';

const body = concatBytes([
  writeTag({ type: 'audio', timestamp: 500, body: hex('af01') }),
  writeTag({ type: 'video', timestamp: 520, body: hex('2701') }),
]);
const message = { typeId: 22, streamId: 1, timestamp: 10_000, body };

test('an aggregate splits into its messages, shifted to its own time', () => {
  assert.deepEqual(splitAggregate(message), [
    { typeId: 8, streamId: 1, timestamp: 10_000, body: hex('af01') },
    { typeId: 9, streamId: 1, timestamp: 10_020, body: hex('2701') },
  ]);
});

test('a tag that passes the end is a FormatError', () => {
  assert.throws(() => splitAggregate({ ...message, body: body.subarray(0, body.length - 1) }), /tag passes the end/);
});

test('1,000 mutations give messages or a FormatError', () => {
  assert.equal(outcomes(body, (mutated) => splitAggregate({ ...message, body: mutated })).size, 2);
});
