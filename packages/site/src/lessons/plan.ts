// Lessons to come get their rows as time goes by; those that no gather told of are missed.
import { type PlannedLesson, dateText, lessonsBetween } from '@lubo/contract';
import type { Db, Tables } from '../db/tables.ts';
import { momentOf } from '../time.ts';
import type { Week } from '../timetables/weeks.ts';

/** How far ahead lessons have rows, in ms: a page that looks at tomorrow finds them. */
export const planAheadMillis = 48 * 3_600_000;
/** A site that was down plans what it missed, up to this long ago. */
export const planBehindMillis = 7 * 24 * 3_600_000;
/** After its end, how long a lesson waits for its gather's word, in ms. */
export const patienceMillis = 5 * 60_000;
/** Weeks that are planned in one transaction. */
const weeksAtOnce = 100;

/** Plans all weeks up to `planAheadMillis` from now; what was planned before stays. `weeks` reads all there are. */
export async function planAhead(db: Db, now: number, weeks: () => Promise<Week[]>): Promise<void> {
  const mark = await db.selectFrom('lesson_plan').select('planned_until').where('id', '=', 1).executeTakeFirst();
  const until = now + planAheadMillis;
  const from = Math.max(mark === undefined ? now : Date.parse(mark.planned_until), now - planBehindMillis);
  if (from >= until) return;
  const all = await weeks();
  for (let at = 0; at < all.length; at += weeksAtOnce) {
    await db.transaction().execute(async (trx) => {
      for (const week of all.slice(at, at + weeksAtOnce)) await planWeek(trx, week, from, until);
    });
  }
  const row = { planned_until: momentOf(until) };
  await db
    .insertInto('lesson_plan')
    .values({ id: 1, ...row })
    .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
    .execute();
}

/** A week was saved: what has not been told of and is not over is planned anew. */
export async function replan(trx: Db, week: Week, now: number): Promise<void> {
  await trx
    .deleteFrom('lessons')
    .where('channel_id', '=', week.channelId)
    .where('kind', '=', 'planned')
    .where('state', '=', 'planned')
    .where('planned_end', '>', momentOf(now))
    .execute();
  await planWeek(trx, week, now, now + planAheadMillis);
  await trx
    .insertInto('lesson_plan')
    .values({ id: 1, planned_until: momentOf(now) })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .execute();
}

/** Settles lessons whose time is past and of which nothing more was heard. Says whether there were any. */
export async function settlePast(db: Db, now: number): Promise<boolean> {
  const end = momentOf(now - patienceMillis);
  const missed = await db
    .updateTable('lessons')
    .set({ state: 'missed', health: 'red' })
    .where('state', '=', 'planned')
    .where('planned_end', '<', end)
    .executeTakeFirst();
  // Its gather went silent in mid-lesson; what it says when it is back takes the place of this.
  const silent = await db
    .updateTable('lessons')
    .set({ state: 'over', health: 'red' })
    .where('state', '=', 'recording')
    .where('planned_end', '<', end)
    .where('reported_at', '<', end)
    .executeTakeFirst();
  return missed.numUpdatedRows + silent.numUpdatedRows > 0n;
}

async function planWeek(trx: Db, week: Week, from: number, to: number): Promise<void> {
  const lessons = lessonsBetween(week.intervals, week.timeZone, from, to);
  if (lessons.length === 0) return;
  await trx
    .insertInto('lessons')
    .values(lessons.map((lesson) => rowOf(week.channelId, lesson)))
    .onConflict((conflict) => conflict.column('id').doNothing())
    .execute();
}

function rowOf(channelId: string, { id, interval, date, start, end }: PlannedLesson): Tables['lessons'] {
  return {
    id,
    channel_id: channelId,
    interval_id: interval.id,
    kind: 'planned',
    date: dateText(date),
    subject_id: interval.subjectId,
    teacher_id: interval.teacherId,
    planned_start: momentOf(start),
    planned_end: momentOf(end),
    planned_millis: end - start,
    state: 'planned',
    recorded_millis: 0,
    gaps: '[]',
    reported_at: null,
    health: 'none',
  };
}
