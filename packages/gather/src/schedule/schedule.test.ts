// The schedule with the clock in hand: lessons on time, edits while running, restarts, steps of the clock, midnight, daylight saving.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { GatherHandRecording, GatherTimetable, Interval } from '@lubo/contract';
import { pino } from 'pino';
import { createFakeClock } from '../fake-clock.ts';
import type { RecordWish } from '../recorder/wish.ts';
import { createSchedule } from './schedule.ts';

const channelId = 'channel00001';
const minute = 60_000;
const hour = 60 * minute;
const interval = (start: number, end: number, over: Partial<Interval> = {}): Interval => ({
  id: 'interval0001',
  weekday: 2,
  startSecond: start * 3600,
  endSecond: end * 3600,
  subjectId: null,
  teacherId: null,
  ...over,
});
const week = (intervals: Interval[], timeZone = 'Asia/Shanghai', revision = 1): ReadonlyMap<string, GatherTimetable> =>
  new Map([[channelId, { channelId, revision, timeZone, intervals }]]);
const none = new Map<string, never>();

/** A gather's schedule that begins at `start`; `log` holds what was recorded: `08:00:00 lesson 08:00–08:45`, moments in UTC. */
function begin(t: TestContext, start: string) {
  const clock = createFakeClock();
  let base = Date.parse(start);
  const wall = (): number => base + clock.now();
  const time = (moment: number): string => new Date(moment).toISOString().slice(11, 19);
  const log: string[] = [];
  const missed: string[] = [];
  const known = new Set<string>();
  const record = (_channel: string, wish: RecordWish | undefined): void => {
    const what = wish === undefined ? 'nothing' : `${wish.lessonId} ${time(wish.plannedStart)}–${time(wish.plannedEnd)}`;
    log.push(`${time(wall())} ${what}`);
  };
  const lessons = {
    has: (id: string) => known.has(id),
    addMissed: (_channel: string, { lessonId }: RecordWish, cause: string) => void missed.push(`${lessonId} ${cause}`),
  };
  const schedule = createSchedule({ clock, wall, log: pino({ level: 'silent' }), record, lessons });
  t.after(() => schedule.stop());
  const take = (): string[] => log.splice(0);
  return { clock, schedule, take, missed, known, step: (millis: number) => void (base += millis), wall };
}

test('a lesson begins a moment early and ends on time, with no site', async (t) => {
  const { clock, schedule, take } = begin(t, '2026-08-31T23:59:30Z');
  schedule.apply({ timetables: week([interval(8, 8.75)]), hands: none });
  await clock.advance(hour);
  assert.deepEqual(take(), ['23:59:59 interval0001-20260901 00:00:00–00:45:00', '00:45:00 nothing']);
});

test('a start in mid-lesson continues that very lesson', async (t) => {
  const { schedule, take } = begin(t, '2026-09-01T00:20:00Z');
  schedule.apply({ timetables: week([interval(8, 8.75)]), hands: none });
  assert.deepEqual(take(), ['00:20:00 interval0001-20260901 00:00:00–00:45:00']);
});

test('intervals that touch follow without a pause', async (t) => {
  const { clock, schedule, take } = begin(t, '2026-09-01T00:44:00Z');
  schedule.apply({ timetables: week([interval(8, 8.75), interval(8.75, 9.5, { id: 'interval0002' })]), hands: none });
  await clock.advance(hour);
  const [, next, end] = take();
  assert.deepEqual([next, end], ['00:45:00 interval0002-20260901 00:45:00–01:30:00', '01:30:00 nothing']);
});

test('the same state again changes nothing', async (t) => {
  const { clock, schedule, take } = begin(t, '2026-09-01T00:10:00Z');
  for (let i = 0; i < 3; i++) {
    schedule.apply({ timetables: week([interval(8, 8.75)]), hands: none });
    await clock.advance(5_000);
  }
  assert.equal(take().length, 1);
});

const edits: { name: string; to: Interval[]; told: string[] }[] = [
  { name: 'longer', to: [interval(8, 9)], told: ['00:20:00 interval0001-20260901 00:00:00–01:00:00', '01:00:00 nothing'] },
  { name: 'shorter', to: [interval(8, 8.5)], told: ['00:20:00 interval0001-20260901 00:00:00–00:30:00', '00:30:00 nothing'] },
  { name: 'shorter than what has passed', to: [interval(8, 8.25)], told: ['00:20:00 interval0001-20260901 00:00:00–00:15:00', '00:20:00 nothing'] },
  { name: 'deleted', to: [], told: ['00:20:00 interval0001-20260901 00:00:00–00:20:00', '00:20:00 nothing'] },
  {
    name: 'moved to later',
    to: [interval(9, 9.5)],
    told: ['00:20:00 interval0001-20260901 00:00:00–00:20:00', '00:20:00 nothing', '00:59:59 interval0001-20260901 01:00:00–01:30:00', '01:30:00 nothing'],
  },
  { name: 'moved over now', to: [interval(8.25, 9)], told: ['00:20:00 interval0001-20260901 00:15:00–01:00:00', '01:00:00 nothing'] },
  { name: 'of another subject', to: [interval(8, 8.75, { subjectId: 'subject00001' })], told: ['00:20:00 interval0001-20260901 00:00:00–00:45:00', '00:45:00 nothing'] },
];
for (const { name, to, told } of edits) {
  test(`a running lesson that is made ${name}`, async (t) => {
    const { clock, schedule, take } = begin(t, '2026-09-01T00:10:00Z');
    schedule.apply({ timetables: week([interval(8, 8.75)]), hands: none });
    await clock.advance(10 * minute);
    take();
    schedule.apply({ timetables: week(to, 'Asia/Shanghai', 2), hands: none });
    await clock.advance(2 * hour);
    assert.deepEqual(take(), told);
  });
}

test('a step back by minutes neither splits a lesson nor records it twice; one forward ends it', async (t) => {
  const { clock, schedule, take, step } = begin(t, '2026-09-01T00:00:10Z');
  schedule.apply({ timetables: week([interval(8, 8.75)]), hands: none });
  step(-2 * minute);
  await clock.advance(47 * minute);
  step(-2 * minute);
  await clock.advance(10 * minute);
  assert.deepEqual(take(), ['00:00:10 interval0001-20260901 00:00:00–00:45:00', '00:45:00 nothing']);
});

test('a step forward begins what is on then, within a second', async (t) => {
  const { clock, schedule, take, step } = begin(t, '2026-08-31T20:00:00Z');
  schedule.apply({ timetables: week([interval(8, 8.75)]), hands: none });
  await clock.advance(10_000);
  step(4 * hour + 10 * minute);
  await clock.advance(1_000);
  assert.deepEqual(take(), ['00:10:11 interval0001-20260901 00:00:00–00:45:00']);
});

test('a step back by hours finds the lessons of that time', async (t) => {
  const { clock, schedule, take, step } = begin(t, '2026-09-01T06:00:00Z');
  schedule.apply({ timetables: week([interval(8, 8.75)]), hands: none });
  await clock.advance(10_000);
  step(-5 * hour - 40 * minute);
  await clock.advance(1_000);
  assert.deepEqual(take(), ['00:20:11 interval0001-20260901 00:00:00–00:45:00']);
});

test('a lesson until midnight and one from midnight on are two that touch', async (t) => {
  const { clock, schedule, take } = begin(t, '2026-09-01T15:59:00Z');
  schedule.apply({ timetables: week([interval(23, 24), interval(0, 1, { id: 'interval0002', weekday: 3 })]), hands: none });
  await clock.advance(2 * minute);
  assert.deepEqual(take(), ['15:59:00 interval0001-20260901 15:00:00–16:00:00', '16:00:00 interval0002-20260902 16:00:00–17:00:00']);
});

test('the day on which the clock goes forward and the one on which it goes back', async (t) => {
  const spring = begin(t, '2026-03-29T00:29:00Z');
  spring.schedule.apply({ timetables: week([interval(1.5, 2.5, { weekday: 0 })], 'Europe/Berlin'), hands: none });
  await spring.clock.advance(hour);
  assert.deepEqual(spring.take(), ['00:29:59 interval0001-20260329 00:30:00–01:00:00', '01:00:00 nothing']);
  const autumn = begin(t, '2026-10-25T00:29:00Z');
  autumn.schedule.apply({ timetables: week([interval(2.5, 3.5, { weekday: 0 })], 'Europe/Berlin'), hands: none });
  await autumn.clock.advance(3 * hour);
  assert.deepEqual(autumn.take(), ['00:29:59 interval0001-20261025 00:30:00–02:30:00', '02:30:00 nothing']);
});

test('a week goes by: each lesson once, on time', async (t) => {
  const { clock, schedule, take } = begin(t, '2026-09-01T00:30:00Z');
  const days = [0, 1, 2, 3, 4, 5, 6].map((weekday) => interval(10, 11, { id: `interval000${weekday}`, weekday }));
  schedule.apply({ timetables: week(days), hands: none });
  // Second by second a week would take long here; hours pass in leaps between the lessons.
  const begun: string[] = [];
  for (let day = 0; day < 7; day++) {
    await clock.leap(hour + 29 * minute);
    await clock.advance(2 * minute);
    await clock.leap(22 * hour + 29 * minute);
    begun.push(...take().filter((line) => line.includes('interval')));
  }
  assert.deepEqual(begun.map((line) => line.slice(0, 30)), [2, 3, 4, 5, 6, 0, 1].map((weekday, day) => `01:59:59 interval000${weekday}-2026090${day + 1}`));
});

test('by hand now, ended by hand: that moment is its end', async (t) => {
  const { clock, schedule, take } = begin(t, '2026-09-01T05:00:00Z');
  const hand: GatherHandRecording = {
    channelId,
    lessonId: 'hand-abcdefghijkl',
    startedAt: '2026-09-01T05:00:00.000Z',
    endsAt: '2026-09-01T09:00:00.000Z',
    subjectId: null,
    teacherId: null,
  };
  schedule.apply({ timetables: none, hands: new Map([[channelId, hand]]) });
  await clock.advance(10 * minute);
  schedule.apply({ timetables: none, hands: none });
  assert.deepEqual(take(), ['05:00:00 hand-abcdefghijkl 05:00:00–09:00:00', '05:10:00 hand-abcdefghijkl 05:00:00–05:10:00', '05:10:00 nothing']);
});

test('lessons that passed while the gather was down are noted, those that it knows are not, nor those of over a week ago', (t) => {
  const { schedule, missed, known } = begin(t, '2026-09-02T00:00:00Z');
  const days = [0, 1, 2, 3, 4, 5, 6].map((weekday) => interval(10, 11, { id: `interval000${weekday}`, weekday }));
  known.add('interval0000-20260830');
  schedule.apply({ timetables: week(days), hands: none });
  schedule.noteDown(Date.parse('2026-08-01T00:00:00Z'));
  assert.deepEqual(missed, ['interval0003-20260826', 'interval0004-20260827', 'interval0005-20260828', 'interval0006-20260829', 'interval0001-20260831', 'interval0002-20260901'].map((id) => `${id} gather-down`));
});

test('a lesson that had begun before the gather went down is none that was missed', (t) => {
  const { schedule, missed } = begin(t, '2026-09-01T02:00:00Z');
  schedule.apply({ timetables: week([interval(8, 8.75), interval(9, 9.5, { id: 'interval0002' }), interval(9.75, 10.5, { id: 'interval0003' })]), hands: none });
  schedule.noteDown(Date.parse('2026-09-01T00:10:00Z'));
  assert.deepEqual(missed, ['interval0002-20260901 gather-down']);
});

test('a machine that slept has missed what passed meanwhile', async (t) => {
  const { clock, schedule, missed } = begin(t, '2026-08-31T23:00:00Z');
  schedule.apply({ timetables: week([interval(8, 8.75)]), hands: none });
  await clock.leap(2 * hour);
  assert.deepEqual(missed, ['interval0001-20260901 gather-down']);
});
