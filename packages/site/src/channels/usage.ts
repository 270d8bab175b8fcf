// What hangs on channels: shown before they are deleted.
import type { ChannelUsage } from '@lubo/contract';
import type { Db } from '../db/tables.ts';

/** Counts over all of these channels together. */
export async function usageOfChannels(db: Db, ids: readonly string[]): Promise<ChannelUsage> {
  if (ids.length === 0) return { channels: 0, intervals: 0, lessons: 0, recordings: 0, recordingBytes: 0 };
  const count = async (table: 'channels' | 'timetable_intervals' | 'lessons'): Promise<number> => {
    const column = table === 'channels' ? 'channels.id' : (`${table}.channel_id` as const);
    const row = await db
      .selectFrom(table)
      .select((eb) => eb.fn.countAll<number | string>().as('count'))
      .where(column, 'in', ids)
      .executeTakeFirstOrThrow();
    return Number(row.count);
  };
  const recordings = await db
    .selectFrom('recordings')
    .select((eb) => [eb.fn.countAll<number | string>().as('count'), eb.fn.sum<number | string | null>('size').as('bytes')])
    .where('channel_id', 'in', ids)
    .executeTakeFirstOrThrow();
  return {
    channels: await count('channels'),
    intervals: await count('timetable_intervals'),
    lessons: await count('lessons'),
    recordings: Number(recordings.count),
    recordingBytes: Number(recordings.bytes ?? 0),
  };
}
