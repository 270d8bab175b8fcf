// From a weekly timetable to moments, and what is wrong with one. Local times are resolved for each date by the zone's own rules,
// through Intl: it knows every zone of the machine, and no browser or Node release in use has Temporal.
import type { Interval } from './timetable.ts';

/** A lesson that a timetable plans: times in ms since 1970, `end` exclusive. */
export type PlannedLesson = { id: string; interval: Interval; date: LocalDate; start: number; end: number };

/** A date of some place's calendar; `month` counts from 1. */
export type LocalDate = { year: number; month: number; day: number };

const hourMillis = 3_600_000;
const dayMillis = 24 * hourMillis;
/** Longest span in ms that `lessonsBetween` looks through. */
export const longestScheduleMillis = 400 * dayMillis;

const formats = new Map<string, Intl.DateTimeFormat>();

/**
 * Lessons that lie in `from` … `to` (ms since 1970) with any part of theirs, by start. Each begins and ends at the first
 * moment at which the place's clock shows the given time of that date or a later one. So a time that the clock skips is the
 * moment of the skip; of a time that it shows twice the first counts; intervals that touch make lessons that touch; and
 * an interval that lies wholly in skipped time makes none. Throws RangeError for an unknown zone or a span of over 400 days.
 */
export function lessonsBetween(intervals: readonly Interval[], timeZone: string, from: number, to: number): PlannedLesson[] {
  if (to - from > longestScheduleMillis) throw new RangeError(`a schedule of ${Math.round((to - from) / dayMillis)} days is too long`);
  const found: PlannedLesson[] = [];
  const last = localDay(timeZone, to) + dayMillis;
  for (let day = localDay(timeZone, from) - dayMillis; day <= last; day += dayMillis) {
    const weekday = new Date(day).getUTCDay();
    const ofDay = intervals.filter((interval) => interval.weekday === weekday);
    if (ofDay.length === 0) continue;
    const momentAt = clockOfDay(timeZone, day);
    for (const interval of ofDay) {
      const start = momentAt(day + interval.startSecond * 1000);
      const end = momentAt(day + interval.endSecond * 1000);
      if (end <= start || end <= from || start >= to) continue;
      found.push({ id: lessonIdOf(interval.id, day), interval, date: dateOf(day), start, end });
    }
  }
  return found.sort((a, b) => a.start - b.start || (a.id < b.id ? -1 : 1));
}

/** The date on which a moment falls in a zone. */
export function localDateOf(timeZone: string, moment: number): LocalDate {
  return dateOf(localDay(timeZone, moment));
}

/** `2026-09-01`. */
export function dateText({ year, month, day }: LocalDate): string {
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}`;
}

/** The first moment (ms since 1970) of a date, given as `2026-09-01`, in a zone. */
export function startOfDate(timeZone: string, date: string): number {
  return firstMomentAt(timeZone, Date.parse(`${date}T00:00:00Z`));
}

/** What a clock of the zone shows, as ms since 1970 of a UTC clock that shows the same. */
export function localTime(timeZone: string, moment: number): number {
  return moment + offsetAt(timeZone, moment);
}

/** One thing that is wrong with a timetable: which interval, which field, and with which other it collides. */
export type IntervalFault = { index: number; field: 'id' | 'startSecond' | 'endSecond'; kind: 'order' | 'too-short' | 'overlap' | 'same-id'; other?: number };

/** Shortest interval in seconds; 30 s and less are refused. */
const shortestSeconds = 31;

/** Everything wrong with a week; of two that overlap the later one is named. Empty: it can be saved. */
export function intervalFaults(intervals: readonly Pick<Interval, 'id' | 'weekday' | 'startSecond' | 'endSecond'>[]): IntervalFault[] {
  const faults: IntervalFault[] = [];
  const seen = new Map<string, number>();
  intervals.forEach(({ id, startSecond, endSecond }, index) => {
    const other = seen.get(id);
    if (other !== undefined) faults.push({ index, field: 'id', kind: 'same-id', other });
    else seen.set(id, index);
    if (endSecond <= startSecond) faults.push({ index, field: 'endSecond', kind: 'order' });
    else if (endSecond - startSecond < shortestSeconds) faults.push({ index, field: 'endSecond', kind: 'too-short' });
  });
  for (let weekday = 0; weekday < 7; weekday++) faults.push(...overlapsOf(intervals, weekday));
  return faults.sort((a, b) => a.index - b.index);
}

function overlapsOf(intervals: readonly Pick<Interval, 'weekday' | 'startSecond' | 'endSecond'>[], weekday: number): IntervalFault[] {
  const day = intervals.map((interval, index) => ({ ...interval, index })).filter((interval) => interval.weekday === weekday);
  day.sort((a, b) => a.startSecond - b.startSecond || a.index - b.index);
  const faults: IntervalFault[] = [];
  let before: (typeof day)[number] | undefined;
  for (const interval of day) {
    if (before !== undefined && interval.startSecond < before.endSecond) {
      faults.push({ index: interval.index, field: 'startSecond', kind: 'overlap', other: before.index });
    }
    if (before === undefined || interval.endSecond > before.endSecond) before = interval;
  }
  return faults;
}

/** `firstMomentAt` for the times of one day; quick on days without any change of the clock near them, which nearly all are. */
function clockOfDay(timeZone: string, day: number): (local: number) => number {
  const offset = offsetAt(timeZone, day - dayMillis);
  const isPlain = [0, 1, 2].every((days) => offsetAt(timeZone, day + days * dayMillis) === offset);
  return isPlain ? (local) => local - offset : (local) => firstMomentAt(timeZone, local);
}

/** The first moment at which the zone's clock shows `local` (see `localTime`) or later. */
function firstMomentAt(timeZone: string, local: number): number {
  const before = offsetAt(timeZone, local - dayMillis);
  const after = offsetAt(timeZone, local + dayMillis);
  const early = local - before;
  if (offsetAt(timeZone, early) === before) return early;
  const late = local - after;
  if (offsetAt(timeZone, late) === after) return late;
  return firstWithin(timeZone, local, Math.min(early, late) - hourMillis, Math.max(early, late));
}

/** Bisects for the first whole second at which the clock has passed `local`: it has at `high`, and has not at `low`. */
function firstWithin(timeZone: string, local: number, low: number, high: number): number {
  while (high - low > 1000) {
    const middle = low + Math.floor((high - low) / 2000) * 1000;
    if (localTime(timeZone, middle) >= local) high = middle;
    else low = middle;
  }
  return high;
}

function offsetAt(timeZone: string, moment: number): number {
  const second = Math.floor(moment / 1000) * 1000;
  const part: Record<string, number> = {};
  for (const { type, value } of formatOf(timeZone).formatToParts(second)) part[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second: seconds = 0 } = part;
  return Date.UTC(year, month - 1, day, hour, minute, seconds) - second;
}

function formatOf(timeZone: string): Intl.DateTimeFormat {
  let format = formats.get(timeZone);
  if (format === undefined) {
    const digits = { month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' } as const;
    format = new Intl.DateTimeFormat('en-US', { timeZone, calendar: 'gregory', numberingSystem: 'latn', hourCycle: 'h23', year: 'numeric', ...digits });
    formats.set(timeZone, format);
  }
  return format;
}

/** UTC midnight of the date on which a moment falls in a zone. */
function localDay(timeZone: string, moment: number): number {
  return Math.floor(localTime(timeZone, moment) / dayMillis) * dayMillis;
}

function dateOf(utcMidnight: number): LocalDate {
  const date = new Date(utcMidnight);
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
}

function lessonIdOf(intervalId: string, utcMidnight: number): string {
  return `${intervalId}-${dateText(dateOf(utcMidnight)).replaceAll('-', '')}`;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
