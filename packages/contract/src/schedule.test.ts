// Weekly local times as moments, across every kind of change that clocks make; and what is refused of a week.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { intervalFaults, lessonsBetween, localDateOf, longestScheduleMillis, startOfDate } from './schedule.ts';
import { type Interval, shortestIntervalSeconds } from './timetable.ts';

const at = (text: string): number => {
  const [hours = 0, minutes = 0, seconds = 0] = text.split(':').map(Number);
  return hours * 3600 + minutes * 60 + seconds;
};
const interval = (weekday: number, start: string, end: string, id = 'interval0001'): Interval => ({
  id,
  weekday,
  startSecond: at(start),
  endSecond: at(end),
  subjectId: null,
  teacherId: null,
});
const day = 86_400_000;
/** Lessons of one local date, whatever its weekday. */
const lessonsOn = (zone: string, date: string, start: string, end: string) => {
  const weekday = new Date(`${date}T00:00:00Z`).getUTCDay();
  const noon = Date.parse(`${date}T12:00:00Z`);
  const id = `interval0001-${date.replaceAll('-', '')}`;
  return lessonsBetween([interval(weekday, start, end)], zone, noon - 2 * day, noon + 2 * day).filter((lesson) => lesson.id === id);
};

type Case = { name: string; zone: string; date: string; local: [string, string]; utc: [string, string] | undefined };

const cases: Case[] = [
  { name: 'a plain lesson in China', zone: 'Asia/Shanghai', date: '2026-09-01', local: ['08:00', '08:45'], utc: ['2026-09-01T00:00:00Z', '2026-09-01T00:45:00Z'] },
  { name: 'a lesson until midnight', zone: 'Asia/Shanghai', date: '2026-09-01', local: ['23:00', '24:00'], utc: ['2026-09-01T15:00:00Z', '2026-09-01T16:00:00Z'] },
  { name: 'a morning in winter', zone: 'Europe/Berlin', date: '2026-01-15', local: ['08:00', '08:45'], utc: ['2026-01-15T07:00:00Z', '2026-01-15T07:45:00Z'] },
  { name: 'the same in summer', zone: 'Europe/Berlin', date: '2026-07-15', local: ['08:00', '08:45'], utc: ['2026-07-15T06:00:00Z', '2026-07-15T06:45:00Z'] },
  { name: 'wholly in the skipped hour', zone: 'Europe/Berlin', date: '2026-03-29', local: ['02:10', '02:50'], utc: undefined },
  { name: 'into the skipped hour', zone: 'Europe/Berlin', date: '2026-03-29', local: ['01:30', '02:30'], utc: ['2026-03-29T00:30:00Z', '2026-03-29T01:00:00Z'] },
  { name: 'out of the skipped hour', zone: 'Europe/Berlin', date: '2026-03-29', local: ['02:30', '03:30'], utc: ['2026-03-29T01:00:00Z', '2026-03-29T01:30:00Z'] },
  { name: 'across the skipped hour', zone: 'Europe/Berlin', date: '2026-03-29', local: ['01:00', '04:00'], utc: ['2026-03-29T00:00:00Z', '2026-03-29T02:00:00Z'] },
  { name: 'in the doubled hour, the first time', zone: 'Europe/Berlin', date: '2026-10-25', local: ['02:10', '02:50'], utc: ['2026-10-25T00:10:00Z', '2026-10-25T00:50:00Z'] },
  { name: 'out of the doubled hour', zone: 'Europe/Berlin', date: '2026-10-25', local: ['02:30', '03:30'], utc: ['2026-10-25T00:30:00Z', '2026-10-25T02:30:00Z'] },
  { name: 'across the doubled hour', zone: 'Europe/Berlin', date: '2026-10-25', local: ['01:00', '04:00'], utc: ['2026-10-24T23:00:00Z', '2026-10-25T03:00:00Z'] },
  { name: 'after a change in America', zone: 'America/New_York', date: '2026-03-08', local: ['08:00', '09:00'], utc: ['2026-03-08T12:00:00Z', '2026-03-08T13:00:00Z'] },
  { name: 'before the doubled hour in America', zone: 'America/New_York', date: '2026-11-01', local: ['00:30', '01:30'], utc: ['2026-11-01T04:30:00Z', '2026-11-01T05:30:00Z'] },
  { name: 'a change of half an hour, skipped', zone: 'Australia/Lord_Howe', date: '2026-10-04', local: ['02:15', '02:45'], utc: ['2026-10-03T15:30:00Z', '2026-10-03T15:45:00Z'] },
  { name: 'a change of half an hour, doubled', zone: 'Australia/Lord_Howe', date: '2026-04-05', local: ['01:45', '02:15'], utc: ['2026-04-04T14:45:00Z', '2026-04-04T15:45:00Z'] },
  { name: 'Morocco falls back for Ramadan', zone: 'Africa/Casablanca', date: '2026-02-15', local: ['01:00', '04:00'], utc: ['2026-02-15T00:00:00Z', '2026-02-15T04:00:00Z'] },
  { name: 'and goes forward after it', zone: 'Africa/Casablanca', date: '2026-03-22', local: ['01:00', '04:00'], utc: ['2026-03-22T01:00:00Z', '2026-03-22T03:00:00Z'] },
  { name: 'a date that Samoa never had', zone: 'Pacific/Apia', date: '2011-12-30', local: ['08:00', '09:00'], utc: undefined },
  { name: 'the day before it', zone: 'Pacific/Apia', date: '2011-12-29', local: ['08:00', '24:00'], utc: ['2011-12-29T18:00:00Z', '2011-12-30T10:00:00Z'] },
  { name: 'the day after it', zone: 'Pacific/Apia', date: '2011-12-31', local: ['00:00', '08:00'], utc: ['2011-12-30T10:00:00Z', '2011-12-30T18:00:00Z'] },
  { name: 'a day that begins at 01:00', zone: 'America/Sao_Paulo', date: '2018-11-04', local: ['00:00', '02:00'], utc: ['2018-11-04T03:00:00Z', '2018-11-04T04:00:00Z'] },
  { name: 'in the hour before that the day does not have', zone: 'America/Sao_Paulo', date: '2018-11-04', local: ['00:00', '01:00'], utc: undefined },
  { name: 'a last hour that comes twice', zone: 'America/Sao_Paulo', date: '2018-02-17', local: ['23:00', '24:00'], utc: ['2018-02-18T01:00:00Z', '2018-02-18T03:00:00Z'] },
];

for (const { name, zone, date, local, utc } of cases) {
  test(`${zone}, ${date} ${local.join('–')}: ${name}`, () => {
    const times = lessonsOn(zone, date, ...local).map(({ start, end }) => [start, end].map((each) => new Date(each).toISOString()));
    assert.deepEqual(times, utc === undefined ? [] : [utc.map((each) => new Date(each).toISOString())]);
  });
}

test('intervals that touch make lessons that touch, on every day of a year with changes', () => {
  for (const zone of ['Europe/Berlin', 'Australia/Lord_Howe', 'America/New_York', 'Africa/Casablanca', 'Asia/Shanghai']) {
    const week = [0, 1, 2, 3, 4, 5, 6].flatMap((weekday) =>
      Array.from({ length: 24 }, (_, hour) => interval(weekday, `${hour}:00`, `${hour + 1}:00`, `interval${weekday}0${String(hour).padStart(2, '0')}`)),
    );
    const lessons = lessonsBetween(week, zone, Date.UTC(2026, 0, 1), Date.UTC(2026, 11, 31));
    lessons.slice(1).forEach((lesson, index) => assert.equal(lesson.start, lessons[index]?.end, `${zone} ${lesson.id}`));
    assert.equal(new Set(lessons.map(({ id }) => id)).size, lessons.length);
  }
});

test('what lies in the span with any part is found, what only touches it is not', () => {
  const tuesday = [interval(2, '08:00', '09:00')];
  const start = Date.parse('2026-09-01T00:00:00Z');
  const found = (from: number, to: number) => lessonsBetween(tuesday, 'Asia/Shanghai', from, to).map(({ id }) => id);
  assert.deepEqual(found(start + 3_599_999, start + 2 * day), ['interval0001-20260901']);
  assert.deepEqual(found(start + 3_600_000, start + 2 * day), []);
  assert.deepEqual(found(start - day, start), []);
  assert.deepEqual(found(start - day, start + 1), ['interval0001-20260901']);
  assert.equal(found(start, start + 21 * day).length, 3);
});

test('an absurd span and an unknown zone are refused', () => {
  assert.throws(() => lessonsBetween([], 'Asia/Shanghai', 0, longestScheduleMillis + 1), /401 days|400 days|too long/);
  assert.throws(() => lessonsBetween([], 'Asia/Atlantis', 0, 1), RangeError);
});

test('a date begins when its place says', () => {
  assert.equal(new Date(startOfDate('Asia/Shanghai', '2026-09-01')).toISOString(), '2026-08-31T16:00:00.000Z');
  assert.equal(new Date(startOfDate('America/Sao_Paulo', '2018-11-04')).toISOString(), '2018-11-04T03:00:00.000Z');
  assert.deepEqual(localDateOf('Pacific/Apia', Date.parse('2026-01-01T00:00:00Z')), { year: 2026, month: 1, day: 1 });
  assert.deepEqual(localDateOf('America/New_York', Date.parse('2026-01-01T00:00:00Z')), { year: 2025, month: 12, day: 31 });
});

test('a week without faults has none', () => {
  const week = [interval(1, '08:00', '08:45', 'a'), interval(1, '08:45', '09:30', 'b'), interval(2, '08:00', '08:45', 'c'), interval(6, '00:00', '24:00', 'd')];
  assert.deepEqual(intervalFaults(week), []);
});

test('30 seconds are refused, 31 are not', () => {
  assert.deepEqual(intervalFaults([interval(1, '08:00', '08:00:30')]), [{ index: 0, field: 'endSecond', kind: 'too-short' }]);
  assert.deepEqual(intervalFaults([interval(1, '08:00', '08:00:31')]), []);
  assert.equal(shortestIntervalSeconds, 31);
});

test('an end before its start, an id used twice and overlaps are named by their interval', () => {
  assert.deepEqual(intervalFaults([interval(1, '09:00', '08:00')]), [{ index: 0, field: 'endSecond', kind: 'order' }]);
  assert.deepEqual(intervalFaults([interval(1, '08:00', '09:00'), interval(2, '08:00', '09:00')]), [{ index: 1, field: 'id', kind: 'same-id', other: 0 }]);
  const week = [interval(1, '10:00', '11:00', 'a'), interval(1, '08:00', '10:30', 'b'), interval(2, '10:00', '11:00', 'c')];
  assert.deepEqual(intervalFaults(week), [{ index: 0, field: 'startSecond', kind: 'overlap', other: 1 }]);
});

test('a long interval collides with each that it covers, not only with its neighbour', () => {
  const week = [interval(1, '08:00', '12:00', 'a'), interval(1, '08:30', '09:00', 'b'), interval(1, '11:00', '11:30', 'c')];
  assert.deepEqual(intervalFaults(week).map(({ index, other }) => [index, other]), [[1, 0], [2, 0]]);
});
