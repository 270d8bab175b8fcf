// Lessons as pages show them: filtered lists, days in sum, one with its recordings.
import { AppError, type Lesson, type LessonDay, type LessonRecording, type RequestOf, type routes } from '@lubo/contract';
import type { Db } from '../db/tables.ts';

export type LessonQuery = RequestOf<typeof routes.listLessons>['query'];
export type DaysQuery = RequestOf<typeof routes.summarizeLessons>['query'];

/** Most days of a summary. */
const maxDays = 62;

/** A page of lessons, newest day first, within a day by their start. */
export async function listLessons(db: Db, query: LessonQuery): Promise<{ rows: Lesson[]; total: number }> {
  const { page, pageSize } = query;
  // Which ones first: names are joined to those of the page only.
  const found = await filtered(db, query)
    .select('lessons.id')
    .orderBy('lessons.date', 'desc')
    .orderBy('lessons.planned_start')
    .orderBy('lessons.id')
    .limit(pageSize)
    .offset((page - 1) * pageSize)
    .execute();
  const rows = await readLessons(db, found.map(({ id }) => id));
  if (page === 1 && found.length < pageSize) return { rows, total: found.length };
  const counted = await filtered(db, query)
    .select((eb) => eb.fn.countAll<number | string>().as('count'))
    .executeTakeFirstOrThrow();
  return { rows, total: Number(counted.count) };
}

/** In the order of `ids`. */
async function readLessons(db: Db, ids: readonly string[]): Promise<Lesson[]> {
  if (ids.length === 0) return [];
  const rows = await wide(db).where('lessons.id', 'in', ids).execute();
  const byId = new Map(rows.map((row) => [row.id, lessonOf(row)]));
  return ids.flatMap((id) => byId.get(id) ?? []);
}

/** Green, red, none. */
const kindsOfHealth = 3;

/** Days in sum, newest first. */
export async function summarizeDays(db: Db, { from, to, schoolId, channelId }: DaysQuery): Promise<LessonDay[]> {
  const rows = await db
    .selectFrom('lesson_days')
    .select(['date', 'health'])
    .select((eb) => [eb.fn.sum('lessons').as('lessons'), eb.fn.sum('recorded_millis').as('recorded'), eb.fn.sum('planned_millis').as('planned')])
    .$if(from !== undefined, (query) => query.where('date', '>=', from ?? ''))
    .$if(to !== undefined, (query) => query.where('date', '<=', to ?? ''))
    .$if(channelId !== undefined, (query) => query.where('channel_id', '=', channelId ?? ''))
    .$if(schoolId !== undefined, (query) => query.where('channel_id', 'in', channelsOf(db, schoolId ?? '')))
    .groupBy(['date', 'health'])
    .orderBy('date', 'desc')
    .limit(maxDays * kindsOfHealth)
    .execute();
  const days = [...Map.groupBy(rows, ({ date }) => date)].slice(0, maxDays);
  return days.map(([date, parts]) => {
    const sum = (of: (part: (typeof parts)[number]) => number | string | bigint): number => parts.reduce((total, part) => total + Number(of(part)), 0);
    const countOf = (health: string): number => Number(parts.find((part) => part.health === health)?.lessons ?? 0);
    return {
      date,
      lessons: sum((part) => part.lessons),
      green: countOf('green'),
      red: countOf('red'),
      none: countOf('none'),
      plannedSeconds: Math.round(sum((part) => part.planned) / 1000),
      recordedSeconds: Math.round(sum((part) => part.recorded) / 1000),
    };
  });
}

/** One lesson with what is stored of it. Throws AppError `lesson-not-found`. */
export async function findLesson(db: Db, id: string): Promise<Lesson & { recordings: LessonRecording[] }> {
  const row = await wide(db).where('lessons.id', '=', id).executeTakeFirst();
  if (row === undefined) throw new AppError('not-found', 'lesson-not-found', 'There is no such lesson.');
  const recordings = await db
    .selectFrom('recordings')
    .select(['id', 'slice_index', 'started_at', 'duration_millis', 'size'])
    .where('lesson_id', '=', id)
    .where('deleted_at', 'is', null)
    .orderBy('slice_index')
    .limit(2_000)
    .execute();
  return {
    ...lessonOf(row),
    recordings: recordings.map((each) => ({
      id: each.id,
      sliceIndex: each.slice_index,
      startedAt: each.started_at,
      durationMillis: each.duration_millis,
      size: each.size,
    })),
  };
}

function filtered(db: Db, { from, to, schoolId, channelId, health }: Partial<LessonQuery>) {
  return db
    .selectFrom('lessons')
    .$if(from !== undefined, (query) => query.where('lessons.date', '>=', from ?? ''))
    .$if(to !== undefined, (query) => query.where('lessons.date', '<=', to ?? ''))
    .$if(health !== undefined, (query) => query.where('lessons.health', '=', health ?? 'none'))
    .$if(channelId !== undefined, (query) => query.where('lessons.channel_id', '=', channelId ?? ''))
    .$if(schoolId !== undefined, (query) => query.where('lessons.channel_id', 'in', channelsOf(db, schoolId ?? '')));
}

function channelsOf(db: Db, schoolId: string) {
  return db
    .selectFrom('channels')
    .innerJoin('gathers', 'gathers.agent_id', 'channels.gather_id')
    .select('channels.id')
    .where('gathers.school_id', '=', schoolId);
}

function wide(db: Db) {
  return db
    .selectFrom('lessons')
    .innerJoin('channels', 'channels.id', 'lessons.channel_id')
    .innerJoin('site', (join) => join.on('site.id', '=', 1))
    .leftJoin('gathers', 'gathers.agent_id', 'channels.gather_id')
    .leftJoin('schools', 'schools.id', 'gathers.school_id')
    .leftJoin('subjects', 'subjects.id', 'lessons.subject_id')
    .leftJoin('teachers', 'teachers.id', 'lessons.teacher_id')
    .selectAll('lessons')
    .select(['channels.name as channelName', 'schools.name as schoolName', 'schools.time_zone as schoolZone', 'site.time_zone as siteZone'])
    .select(['subjects.name as subjectName', 'teachers.name as teacherName']);
}

type WideRow = Awaited<ReturnType<ReturnType<typeof wide>['execute']>>[number];

function lessonOf(row: WideRow): Lesson {
  return {
    id: row.id,
    channelId: row.channel_id,
    channelName: row.channelName,
    schoolName: row.schoolName ?? '',
    kind: row.kind,
    date: row.date,
    timeZone: row.schoolZone ?? row.siteZone,
    subjectId: row.subject_id,
    subjectName: row.subjectName,
    teacherId: row.teacher_id,
    teacherName: row.teacherName,
    plannedStart: row.planned_start,
    plannedEnd: row.planned_end,
    state: row.state,
    health: row.health,
    plannedSeconds: Math.round(row.planned_millis / 1000),
    recordedSeconds: Math.round(row.recorded_millis / 1000),
    gaps: JSON.parse(row.gaps) as Lesson['gaps'],
    reportedAt: row.reported_at,
  };
}
