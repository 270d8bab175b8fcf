// A week under edit, without a screen.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Interval } from '@lubo/contract';
import { clockText, drawn, faultyIds, firstFree, fits, isSameWeek, moved, newIntervalId, secondOf, snapped, stretched, withDayCopied, withInterval } from './week.ts';

const at = (text: string): number => secondOf(text) ?? Number.NaN;
const interval = (id: string, weekday: number, start: string, end: string): Interval => ({
  id,
  weekday,
  startSecond: at(start),
  endSecond: at(end),
  subjectId: null,
  teacherId: null,
});
const [first, second] = [interval('a', 1, '08:00', '08:45'), interval('b', 1, '09:00', '09:45')];

test('times come to rest on steps, within the day', () => {
  assert.deepEqual([snapped(at('08:02'), 300), snapped(at('08:03'), 300), snapped(at('08:02'), 60)].map(clockText), ['08:00', '08:05', '08:02']);
  assert.deepEqual([snapped(-50, 300), snapped(90_000, 300)], [0, 86_400]);
});

test('a moved interval keeps its length and its day its ends', () => {
  assert.deepEqual(moved(first, 2, at('10:00')), { weekday: 2, startSecond: at('10:00'), endSecond: at('10:45') });
  assert.deepEqual(moved(first, 1, -600), { weekday: 1, startSecond: 0, endSecond: 2700 });
  assert.equal(moved(first, 1, 86_400).endSecond, 86_400);
});

test('a stretched interval never turns round', () => {
  assert.equal(stretched(first, 'end', at('07:00')).endSecond, at('08:01'));
  assert.equal(stretched(first, 'start', at('12:00')).startSecond, at('08:44'));
  assert.equal(stretched(first, 'end', 99_999).endSecond, 86_400);
});

test('what is drawn lies where it was drawn, up or down; a click makes a lesson that fits', () => {
  assert.deepEqual(drawn([], 1, at('10:00'), at('09:00')), { weekday: 1, startSecond: at('09:00'), endSecond: at('10:00') });
  assert.equal(clockText(drawn([first], 1, at('07:30'), at('07:30')).endSecond), '08:00');
  assert.equal(clockText(drawn([], 1, at('07:30'), at('07:30')).endSecond), '08:15');
  assert.equal(clockText(drawn([], 1, at('23:50'), at('23:50')).endSecond), '24:00');
});

test('the first free place of a day is found between and after lessons', () => {
  assert.equal(firstFree([first, second], 1, at('08:00'))?.startSecond, at('09:45'));
  assert.equal(firstFree([first], 2, at('08:00'))?.startSecond, at('08:00'));
  assert.equal(firstFree([interval('a', 1, '00:00', '23:30')], 1, 0), undefined);
});

test('overlap and too short are told before anything is changed', () => {
  assert.equal(fits([first, second], interval('c', 1, '08:45', '09:00')), 'fits');
  assert.equal(fits([first, second], interval('c', 1, '08:44', '09:00')), 'overlap');
  assert.equal(fits([first], interval('a', 1, '08:30', '09:15')), 'fits');
  assert.equal(fits([], interval('a', 1, '08:00', '08:00:30')), 'too-short');
  assert.deepEqual([...faultyIds([first, interval('c', 1, '08:44', '09:00')])].toSorted(), ['a', 'c']);
});

test('a day is copied onto others in place of what they had', () => {
  let count = 0;
  const week = withDayCopied([first, second, interval('x', 2, '10:00', '11:00')], 1, [1, 2, 3], () => `new${count++}`);
  assert.deepEqual(week.map(({ id, weekday }) => `${id} ${weekday}`), ['a 1', 'b 1', 'new0 2', 'new1 2', 'new2 3', 'new3 3']);
});

test('weeks are the same whatever their order, and not when a subject differs', () => {
  assert.ok(isSameWeek([first, second], [second, first]));
  assert.ok(!isSameWeek([first], [{ ...first, subjectId: 's' }]));
  assert.ok(!isSameWeek([first], withInterval([first], { ...first, endSecond: at('09:00') })));
});

test('times are read and written', () => {
  assert.deepEqual(['8:05', '08:05:30', '24:00', '８'].map(secondOf), [29_100, 29_130, 86_400, undefined]);
  assert.deepEqual(['24:01', '8:60', 'x'].map(secondOf), [undefined, undefined, undefined]);
  assert.deepEqual([0, 29_100, 29_130, 86_400].map(clockText), ['00:00', '08:05', '08:05:30', '24:00']);
  assert.match(newIntervalId(), /^[0-9a-z]{12}$/);
});
