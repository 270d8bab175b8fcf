// Lessons at their time: looks at the time of day each second and says what each channel should record. Works from the gather's
// own copy of the timetables, so it needs no site; waits by the monotonic clock, so a step of the system's clock delays nothing.
import { type GatherHandRecording, type GatherTimetable, type PlannedLesson, lessonsBetween } from '@lubo/contract';
import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import type { Lessons } from '../recorder/lessons.ts';
import type { RecordWish } from '../recorder/wish.ts';
import { type WishState, nextBoundary, nextWish, nothingRecorded, plannedWish, stepBackMillis } from './wishes.ts';

export type ScheduleOptions = {
  clock: Clock;
  /** The system's time of day in ms since 1970; it may step. */
  wall(): number;
  log: Logger;
  record(channelId: string, wish: RecordWish | undefined): void;
  /** Where lessons that nobody recorded are noted. */
  lessons?: Pick<Lessons, 'has' | 'addMissed'> | undefined;
  /** Runs with each look at the clock, for what else hangs on the time of day. */
  onTick?(now: number): void;
};

/** What is to be recorded, by channel id. */
export type ScheduleDesired = { timetables: ReadonlyMap<string, GatherTimetable>; hands: ReadonlyMap<string, GatherHandRecording> };

export type Schedule = {
  /** Takes up other timetables and recordings by hand at once. */
  apply(desired: ScheduleDesired): void;
  /** The gather was down from `aliveAt` until now: lessons that lie wholly in between are noted as missed. */
  noteDown(aliveAt: number): void;
  stop(): void;
};

const tickMillis = 1_000;
/** Lessons are looked up for so long ahead, in ms… */
const aheadMillis = 26 * 3_600_000;
/** …and looked up anew after this. */
const freshMillis = 3_600_000;
/** Between two looks at the clock more is no waiting any more: the machine slept, or its clock was put forward. */
const longestTickMillis = 60_000;
/** Lessons missed longer ago are not told of. */
const longestDownMillis = 7 * 24 * 3_600_000;

type Line = { timetable: GatherTimetable | undefined; hand: GatherHandRecording | undefined; lessons: PlannedLesson[]; readAt: number; state: WishState };

/** Runs from now until `stop`. */
export function createSchedule(options: ScheduleOptions): Schedule {
  const { clock, wall, log, record } = options;
  const lines = new Map<string, Line>();
  let lookedAt = wall();
  let cancel: (() => void) | undefined;
  let isStopped = false;

  const look = (line: Line, channelId: string, now: number): void => {
    if (now - line.readAt >= freshMillis || line.readAt - now > stepBackMillis) readLessons(line, now);
    const before = line.state.current;
    line.state = nextWish(line.state, line.lessons, line.hand, now);
    const wish = line.state.current;
    if (isSame(before, wish)) return;
    if (before?.lessonId !== wish?.lessonId) log.info({ channel: channelId, lesson: wish?.lessonId, before: before?.lessonId }, 'another lesson');
    if (before !== undefined && before.lessonId !== wish?.lessonId) endEarly(channelId, line, before, now);
    record(channelId, wish);
  };
  /** A lesson that was taken off or moved away is over now, and not incomplete. */
  const endEarly = (channelId: string, { lessons }: Line, before: RecordWish, now: number): void => {
    const planned = lessons.find(({ id }) => id === before.lessonId);
    const plannedEnd = planned !== undefined && planned.start <= now ? planned.end : Math.min(before.plannedEnd, now);
    if (plannedEnd < before.plannedEnd && plannedEnd > before.plannedStart) record(channelId, { ...before, plannedEnd });
  };
  const tick = (): void => {
    const now = wall();
    if (now - lookedAt > longestTickMillis) noteMissed(lookedAt, now);
    lookedAt = now;
    options.onTick?.(now);
    for (const [channelId, line] of lines) look(line, channelId, now);
    wait(now);
  };
  const wait = (now: number): void => {
    const boundaries = [...lines.values()].map(({ lessons, hand }) => nextBoundary(lessons, hand, now) ?? Number.POSITIVE_INFINITY);
    const boundary = boundaries.reduce((least, each) => Math.min(least, each), now + tickMillis);
    // Whatever ran within this look may have begun to wait already.
    cancel?.();
    cancel = isStopped ? undefined : clock.after(Math.max(1, boundary - now), tick);
  };
  const noteMissed = (from: number, to: number): void => {
    const since = Math.max(from, to - longestDownMillis);
    for (const [channelId, { timetable }] of lines) {
      if (timetable === undefined || options.lessons === undefined || since >= to) continue;
      for (const lesson of lessonsBetween(timetable.intervals, timetable.timeZone, since, to)) {
        if (lesson.start < since || lesson.end > to || options.lessons.has(lesson.id)) continue;
        options.lessons.addMissed(channelId, plannedWish(lesson), 'gather-down', '');
      }
    }
  };

  wait(lookedAt);
  return {
    apply({ timetables, hands }) {
      const now = wall();
      for (const channelId of new Set([...lines.keys(), ...timetables.keys(), ...hands.keys()])) {
        const line = lines.get(channelId) ?? { timetable: undefined, hand: undefined, lessons: [], readAt: now, state: nothingRecorded };
        lines.set(channelId, line);
        const isOther = !isSame(line.timetable, timetables.get(channelId));
        line.timetable = timetables.get(channelId);
        line.hand = hands.get(channelId);
        if (isOther) readLessons(line, now);
      }
      tick();
      for (const [channelId, { timetable, hand, state }] of lines) {
        if (timetable === undefined && hand === undefined && state.current === undefined) lines.delete(channelId);
      }
    },
    noteDown: (aliveAt) => noteMissed(aliveAt, wall()),
    stop() {
      isStopped = true;
      cancel?.();
    },
  };
}

function readLessons(line: Line, now: number): void {
  const { timetable } = line;
  line.readAt = now;
  line.lessons = timetable === undefined ? [] : lessonsBetween(timetable.intervals, timetable.timeZone, now - freshMillis, now + aheadMillis);
}

function isSame(a: unknown, b: unknown): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}
