// What gathers tell of their lessons, taken on: whole each time, the last word counts.
import { type LessonReport, dateText, healthOf, localDateOf } from '@lubo/contract';
import type { Db, Tables } from '../db/tables.ts';
import { known } from '../school/known.ts';
import { momentOf } from '../time.ts';

/** Takes reports of one gather; those of channels that are not its own are passed over. Channels with news. */
export async function takeReports(db: Db, gatherId: string, lessons: readonly LessonReport[], now: number): Promise<string[]> {
  if (lessons.length === 0) return [];
  return db.transaction().execute(async (trx) => {
    const zones = await zonesOf(trx, gatherId, [...new Set(lessons.map(({ channelId }) => channelId))]);
    const subjects = await known(trx, 'subjects', lessons.map(({ subjectId }) => subjectId));
    const teachers = await known(trx, 'teachers', lessons.map(({ teacherId }) => teacherId));
    for (const lesson of lessons) {
      const timeZone = zones.get(lesson.channelId);
      if (timeZone === undefined) continue;
      const row = {
        ...rowOf(lesson, timeZone, now),
        subject_id: lesson.subjectId !== null && subjects.has(lesson.subjectId) ? lesson.subjectId : null,
        teacher_id: lesson.teacherId !== null && teachers.has(lesson.teacherId) ? lesson.teacherId : null,
      };
      await trx
        .insertInto('lessons')
        .values(row)
        .onConflict((conflict) => conflict.column('id').doUpdateSet(row).where('lessons.channel_id', '=', row.channel_id))
        .execute();
    }
    return [...zones.keys()];
  });
}

function rowOf(lesson: LessonReport, timeZone: string, now: number): Omit<Tables['lessons'], 'subject_id' | 'teacher_id'> {
  const plannedStart = Date.parse(lesson.plannedStart);
  const plannedEnd = Date.parse(lesson.plannedEnd);
  const { id, state, recordedMillis, gaps } = lesson;
  return {
    id,
    channel_id: lesson.channelId,
    interval_id: lesson.intervalId,
    kind: lesson.kind,
    date: dateOfId(id) ?? dateText(localDateOf(timeZone, plannedStart)),
    planned_start: momentOf(plannedStart),
    planned_end: momentOf(plannedEnd),
    planned_millis: Math.max(0, plannedEnd - plannedStart),
    state,
    recorded_millis: Math.round(recordedMillis),
    gaps: JSON.stringify(gaps),
    reported_at: momentOf(now),
    health: healthOf({ state, plannedStart, plannedEnd, recordedMillis, gaps }),
  };
}

/** The date that a planned lesson's id carries. */
function dateOfId(id: string): string | undefined {
  const found = /^[0-9a-z]{12}-(\d{4})(\d{2})(\d{2})$/.exec(id);
  return found === null ? undefined : found.slice(1).join('-');
}

async function zonesOf(trx: Db, gatherId: string, channelIds: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const rows = await trx
    .selectFrom('channels')
    .innerJoin('site', (join) => join.on('site.id', '=', 1))
    .leftJoin('gathers', 'gathers.agent_id', 'channels.gather_id')
    .leftJoin('schools', 'schools.id', 'gathers.school_id')
    .select(['channels.id', 'schools.time_zone as schoolZone', 'site.time_zone as siteZone'])
    .where('channels.gather_id', '=', gatherId)
    .where('channels.id', 'in', [...channelIds])
    .execute();
  return new Map(rows.map((row) => [row.id, row.schoolZone ?? row.siteZone]));
}
