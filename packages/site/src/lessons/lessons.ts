// The lessons' room: rows planned ahead, gathers' reports taken, lists and sums for pages.
import type { Lesson, LessonDay, LessonRecording, LessonReport } from '@lubo/contract';
import type { Db } from '../db/tables.ts';
import type { Clock } from '../time.ts';
import type { Week } from '../timetables/weeks.ts';
import { type DaysQuery, type LessonQuery, findLesson, listLessons, summarizeDays } from './list.ts';
import { planAhead, replan, settlePast } from './plan.ts';
import { takeReports } from './reports.ts';

export type LessonsOptions = {
  db: Db;
  clock: Clock;
  /** All weeks there are. */
  weeks(): Promise<Week[]>;
  /** Lessons of these channels look different now; an empty list: of any. */
  onChange(channelIds: readonly string[]): void;
};

export type Lessons = {
  list(query: LessonQuery): Promise<{ rows: Lesson[]; total: number }>;
  days(query: DaysQuery): Promise<LessonDay[]>;
  /** Throws AppError `lesson-not-found`. */
  find(id: string): Promise<Lesson & { recordings: LessonRecording[] }>;
  /** What a gather tells; a newer report of a lesson takes the place of the older one. */
  take(gatherId: string, lessons: readonly LessonReport[]): Promise<void>;
  /** Belongs into the transaction that saves a week. */
  replan(trx: Db, week: Week): Promise<void>;
  /** Each minute: plans what is to come, settles what is past. */
  tick(): Promise<void>;
};

/** The room's rules over `db`. */
export function createLessons({ db, clock, weeks, onChange }: LessonsOptions): Lessons {
  return {
    list: (query) => listLessons(db, query),
    days: (query) => summarizeDays(db, query),
    find: (id) => findLesson(db, id),
    async take(gatherId, lessons) {
      const channelIds = await takeReports(db, gatherId, lessons, clock.now());
      if (channelIds.length > 0) onChange(channelIds);
    },
    replan: (trx, week) => replan(trx, week, clock.now()),
    async tick() {
      await planAhead(db, clock.now(), weeks);
      if (await settlePast(db, clock.now())) onChange([]);
    },
  };
}
