// Two edits of one week put together.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Interval } from '@lubo/contract';
import { mergeRows, merged } from './merge.ts';

const lesson = (id: string, hour: number, weekday = 1): Interval => ({ id, weekday, startSecond: hour * 3600, endSecond: hour * 3600 + 2700, subjectId: null, teacherId: null });
const base = [lesson('same', 8), lesson('moved', 9), lesson('clash', 10), lesson('gone', 11)];
const mine = [lesson('same', 8), lesson('moved', 9), lesson('clash', 14), lesson('gone', 11), lesson('mine', 16)];
const theirs = [lesson('same', 8), lesson('moved', 13), lesson('clash', 15), lesson('theirs', 17)];
const hours = (week: readonly Interval[]) => Object.fromEntries(week.map(({ id, startSecond }) => [id, startSecond / 3600]));

test('what only one changed counts; of a clash the saved version, unless I choose mine', () => {
  const rows = mergeRows(base, mine, theirs);
  assert.deepEqual(rows.map(({ id, by }) => `${id} ${by}`), ['gone them', 'moved them', 'clash both', 'mine me', 'theirs them']);
  assert.deepEqual(hours(merged(base, rows, new Map())), { same: 8, moved: 13, clash: 15, mine: 16, theirs: 17 });
  assert.deepEqual(hours(merged(base, rows, new Map([['clash', 'mine'], ['gone', 'mine'], ['mine', 'theirs']]))), { same: 8, moved: 13, clash: 14, gone: 11, theirs: 17 });
});

test('the same change by both is no clash, and no change is no row', () => {
  assert.deepEqual(mergeRows(base, base, base), []);
  const rows = mergeRows(base, theirs, theirs);
  assert.ok(rows.every(({ by }) => by === 'them'));
  assert.deepEqual(hours(merged(base, rows, new Map())), hours(theirs));
});

test('rows stand in the order of the week, Monday first', () => {
  const rows = mergeRows([], [lesson('sunday', 8, 0), lesson('monday', 9, 1), lesson('saturday', 7, 6)], []);
  assert.deepEqual(rows.map(({ id }) => id), ['monday', 'saturday', 'sunday']);
});
