// Timetables as rows of the database: whole weeks out, whole weeks in.
import type { Interval } from '@lubo/contract';
import type { Db, Tables } from '../db/tables.ts';

/** A channel's week with the zone in which its times are meant. */
export type Week = { channelId: string; gatherId: string; timeZone: string; revision: number; intervals: Interval[] };

/** Weeks of channels that have ever had one, of these channels or of one gather; all without a wish. */
export async function readWeeks(db: Db, wish: { channelIds?: readonly string[]; gatherId?: string } = {}): Promise<Week[]> {
  const { channelIds, gatherId } = wish;
  const heads = await db
    .selectFrom('timetables')
    .innerJoin('channels', 'channels.id', 'timetables.channel_id')
    .innerJoin('site', (join) => join.on('site.id', '=', 1))
    .leftJoin('gathers', 'gathers.agent_id', 'channels.gather_id')
    .leftJoin('schools', 'schools.id', 'gathers.school_id')
    .select(['channels.id', 'channels.gather_id', 'timetables.revision', 'schools.time_zone as schoolZone', 'site.time_zone as siteZone'])
    .where('channels.deleted_at', 'is', null)
    .$if(channelIds !== undefined, (query) => query.where('channels.id', 'in', [...(channelIds ?? [])]))
    .$if(gatherId !== undefined, (query) => query.where('channels.gather_id', '=', gatherId ?? ''))
    .orderBy('channels.id')
    .execute();
  const rows = await db
    .selectFrom('timetable_intervals')
    .innerJoin('channels', 'channels.id', 'timetable_intervals.channel_id')
    .selectAll('timetable_intervals')
    .$if(channelIds !== undefined, (query) => query.where('channels.id', 'in', [...(channelIds ?? [])]))
    .$if(gatherId !== undefined, (query) => query.where('channels.gather_id', '=', gatherId ?? ''))
    .orderBy('weekday')
    .orderBy('start_second')
    .execute();
  const byChannel = Map.groupBy(rows, (row) => row.channel_id);
  return heads.map((head) => ({
    channelId: head.id,
    gatherId: head.gather_id,
    timeZone: head.schoolZone ?? head.siteZone,
    revision: head.revision,
    intervals: (byChannel.get(head.id) ?? []).map(intervalOf),
  }));
}

/** Takes the place of all intervals of a channel. */
export async function writeIntervals(trx: Db, channelId: string, intervals: readonly Interval[]): Promise<void> {
  await trx.deleteFrom('timetable_intervals').where('channel_id', '=', channelId).execute();
  if (intervals.length === 0) return;
  await trx
    .insertInto('timetable_intervals')
    .values(intervals.map((interval) => rowOf(channelId, interval)))
    .execute();
}

function intervalOf(row: Tables['timetable_intervals']): Interval {
  const times = { weekday: row.weekday, startSecond: row.start_second, endSecond: row.end_second };
  return { id: row.id, ...times, subjectId: row.subject_id, teacherId: row.teacher_id };
}

function rowOf(channelId: string, interval: Interval): Tables['timetable_intervals'] {
  const { id, weekday, startSecond, endSecond, subjectId, teacherId } = interval;
  return { id, channel_id: channelId, weekday, start_second: startSecond, end_second: endSecond, subject_id: subjectId, teacher_id: teacherId };
}
