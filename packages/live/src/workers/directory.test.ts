import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Directory } from './directory.ts';
import { keeperOf } from './messages.ts';
import { joinReports } from './report.ts';

test('the last publisher of a stream has it, and the end of an earlier one changes nothing', () => {
  const directory = new Directory();
  directory.publish('room', { slot: 0, number: 1 });
  directory.publish('room', { slot: 1, number: 1 });
  assert.deepEqual(directory.place('room').home, { slot: 1, number: 1 });
  assert.equal(directory.unpublish('room', { slot: 0, number: 1 }), false);
  directory.publish('room', { slot: 1, number: 2 });
  assert.equal(directory.unpublish('room', { slot: 1, number: 1 }), false);
  assert.equal(directory.unpublish('room', { slot: 1, number: 2 }), true);
  assert.equal(directory.place('room').home, undefined);
});

test('streams are known while somebody publishes or watches them', () => {
  const directory = new Directory();
  directory.watch('room', 0, true);
  directory.watch('room', 1, true);
  directory.watch('room', 0, false);
  assert.deepEqual(directory.place('room'), { home: undefined, watchers: [1] });
  assert.deepEqual(directory.names, ['room']);
  directory.watch('room', 1, false);
  assert.deepEqual(directory.names, []);
});

test('a worker that is gone takes its publishers and viewers with it, and no others', () => {
  const directory = new Directory();
  directory.publish('a', { slot: 0, number: 1 });
  directory.publish('b', { slot: 1, number: 1 });
  directory.watch('b', 0, true);
  directory.watch('c', 1, true);
  assert.deepEqual(directory.forget(0).toSorted(), ['a', 'b']);
  assert.deepEqual(directory.place('a'), { home: undefined, watchers: [] });
  assert.deepEqual(directory.place('b'), { home: { slot: 1, number: 1 }, watchers: [] });
  assert.deepEqual(directory.place('c').watchers, [1]);
});

test('reports of several workers become one with viewers and bytes added up', () => {
  const stream = { name: 'room', isPublishing: false, viewers: 2, bytesIn: 0, bytesOut: 10 };
  const joined = joinReports([[stream], [{ ...stream, isPublishing: true, viewers: 3, bytesIn: 7 }, { ...stream, name: 'other' }], []]);
  assert.deepEqual(joined, [
    { name: 'room', isPublishing: true, viewers: 5, bytesIn: 7, bytesOut: 20 },
    { ...stream, name: 'other' },
  ]);
});

test('every stream has one keeper, and the keepers are all workers', () => {
  const keepers = Array.from({ length: 100 }, (_, i) => keeperOf(`stream-${i}`, 4));
  assert.deepEqual(new Set(keepers), new Set([0, 1, 2, 3]));
  assert.equal(keeperOf('x'.repeat(128), 3), keeperOf('x'.repeat(128), 3));
});
