// What is recorded at a moment: timetable before hand, edges, small steps of the clock.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { GatherHandRecording, PlannedLesson } from '@lubo/contract';
import { type WishState, leadMillis, nextBoundary, nextWish, nothingRecorded, stepBackMillis } from './wishes.ts';

const minute = 60_000;
const eight = Date.parse('2026-09-01T00:00:00Z');
const lesson = (id: string, from: number, to: number): PlannedLesson => ({
  id: `${id.padEnd(12, '0')}-20260901`,
  interval: { id: id.padEnd(12, '0'), weekday: 2, startSecond: 0, endSecond: 60, subjectId: null, teacherId: null },
  date: { year: 2026, month: 9, day: 1 },
  start: eight + from * minute,
  end: eight + to * minute,
});
const [first, second, later] = [lesson('first', 0, 45), lesson('second', 45, 90), lesson('later', 120, 165)];
const hand = (from: number, to: number): GatherHandRecording => ({
  channelId: 'channel00001',
  lessonId: 'hand-abcdefghijkl',
  startedAt: new Date(eight + from * minute).toISOString(),
  endsAt: new Date(eight + to * minute).toISOString(),
  subjectId: null,
  teacherId: null,
});
const at = (minutes: number): number => eight + minutes * minute;

/** What is recorded at each of these minutes, one after the other: name of the lesson and its minutes. */
function told(lessons: PlannedLesson[], byHand: GatherHandRecording | undefined, minutes: number[]): (string | undefined)[] {
  let state: WishState = nothingRecorded;
  return minutes.map((each) => {
    state = nextWish(state, lessons, byHand, at(each));
    const { current } = state;
    return current && `${current.lessonId} ${(current.plannedStart - eight) / minute}–${(current.plannedEnd - eight) / minute}`;
  });
}
const one = `${first.id} 0–45`;
const two = `${second.id} 45–90`;
const second0 = 1 / 60;

const cases: { name: string; lessons: PlannedLesson[]; byHand?: GatherHandRecording; at: number[]; told: (string | undefined)[] }[] = [
  { name: 'from start to end', lessons: [first], at: [-1, 0, 44.99, 45, 46], told: [undefined, one, one, undefined, undefined] },
  { name: 'a moment early', lessons: [first], at: [-1.1 * second0, -second0, 0], told: [undefined, one, one] },
  { name: 'lessons that touch follow each other at their border, none early', lessons: [first, second], at: [44, 45 - second0 / 2, 45, 90], told: [one, one, two, undefined] },
  { name: 'the clock steps back over the start', lessons: [first], at: [0, -4, -5, 0], told: [one, one, one, one] },
  { name: 'the clock steps far back before the start', lessons: [first], at: [0, -6, 0], told: [one, undefined, one] },
  { name: 'the clock steps back over the end', lessons: [first], at: [44, 45, 41, 44, 45], told: [one, undefined, undefined, undefined, undefined] },
  { name: 'the clock steps back over a border', lessons: [first, second], at: [44, 45, 43, 45, 46], told: [one, two, two, two, two] },
  { name: 'the clock steps far back: the true time is recorded', lessons: [first], at: [44, 45, 20], told: [one, undefined, one] },
  { name: 'the clock steps over a whole lesson', lessons: [first, second, later], at: [44, 130], told: [one, `${later.id} 120–165`] },
  { name: 'by hand alone', lessons: [], byHand: hand(5, 20), at: [5, 19, 20], told: ['hand-abcdefghijkl 5–20', 'hand-abcdefghijkl 5–20', undefined] },
  { name: 'by hand on a clock that is behind', lessons: [], byHand: hand(5, 20), at: [3], told: ['hand-abcdefghijkl 3–20'] },
  {
    name: 'by hand around a lesson: the lesson has its time, each part of the rest is whole by itself',
    lessons: [later],
    byHand: hand(100, 200),
    at: [100, 119.99, 120, 165, 199, 200],
    told: ['hand-abcdefghijkl 100–120', 'hand-abcdefghijkl 100–120', `${later.id} 120–165`, 'hand-abcdefghi01t 165–200', 'hand-abcdefghi01t 165–200', undefined],
  },
  { name: 'by hand from within a lesson', lessons: [first], byHand: hand(10, 60), at: [10, 45, 60], told: [one, 'hand-abcdefghi00z 45–60', undefined] },
];

for (const { name, lessons, byHand, at: minutes, told: expected } of cases) {
  test(name, () => assert.deepEqual(told(lessons, byHand, minutes), expected));
}

test('a lesson that is prolonged after its end goes on', () => {
  let state = nextWish(nothingRecorded, [first], undefined, at(44));
  state = nextWish(state, [first], undefined, at(45));
  assert.equal(state.current, undefined);
  const longer = { ...first, end: at(60) };
  assert.deepEqual(nextWish(state, [longer], undefined, at(46)).current?.plannedEnd, at(60));
});

test('the next border is told, beginnings a moment early', () => {
  assert.equal(nextBoundary([first, later], undefined, at(-10)), at(0) - leadMillis);
  assert.equal(nextBoundary([first, later], undefined, at(0)), at(45));
  assert.equal(nextBoundary([], hand(0, 10), at(0)), at(10));
  assert.equal(nextBoundary([first], undefined, at(45)), undefined);
  assert.ok(stepBackMillis > leadMillis);
});
