// Lessons as bars.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lengthText, piecesOf, timeText } from './lesson-bar.ts';

const lesson = { state: 'over' as const, plannedStart: '2026-09-01T00:00:00.000Z', plannedEnd: '2026-09-01T01:00:00.000Z', gaps: [] };
const gap = (from: number, to: number) => {
  const at = (minute: number): string => new Date(Date.parse(lesson.plannedStart) + minute * 60_000).toISOString();
  return { from: at(from), to: at(to), cause: 'source-lost' as const, detail: '' };
};
const at = (minute: number): number => Date.parse(lesson.plannedStart) + minute * 60_000;

test('a whole lesson is one piece, a missed one too, in another colour', () => {
  assert.deepEqual(piecesOf(lesson, at(90)), [{ kind: 'recorded', from: 0, to: 1 }]);
  assert.deepEqual(piecesOf({ ...lesson, state: 'missed' }, at(90)), [{ kind: 'missing', from: 0, to: 1 }]);
  assert.deepEqual(piecesOf({ ...lesson, state: 'planned' }, at(-5)), [{ kind: 'to-come', from: 0, to: 1 }]);
});

test('gaps lie where they were, in order, within the lesson', () => {
  const pieces = piecesOf({ ...lesson, gaps: [gap(45, 75), gap(0, 15)] }, at(90));
  assert.deepEqual(pieces, [
    { kind: 'missing', from: 0, to: 0.25 },
    { kind: 'recorded', from: 0.25, to: 0.75 },
    { kind: 'missing', from: 0.75, to: 1 },
  ]);
});

test('a lesson under way ends at now', () => {
  const pieces = piecesOf({ ...lesson, state: 'recording', gaps: [gap(15, 30)] }, at(45));
  assert.deepEqual(pieces.map(({ kind, to }) => `${kind} ${to}`), ['recorded 0.25', 'missing 0.5', 'recorded 0.75', 'to-come 1']);
});

test('lengths and times read as on a clock', () => {
  assert.deepEqual([0, 65, 2700, 3750].map(lengthText), ['0:00', '1:05', '45:00', '1:02:30']);
  assert.equal(timeText('2026-09-01T00:05:09.000Z', 'Asia/Shanghai', 'zh-CN'), '08:05');
  assert.equal(timeText('2026-09-01T00:05:09.000Z', 'Asia/Shanghai', 'en', true), '08:05:09');
});
