// Recording by hand: begun and ended by a button, bounded in time, part of a gather's desired state while it should run.
import { AppError, type GatherHandRecording, type HandRecording, dateText, localDateOf } from '@lubo/contract';
import type { AgentIdentity } from '../agents/agents.ts';
import { noChannel } from '../channels/channels.ts';
import type { Db } from '../db/tables.ts';
import { newId } from '../id.ts';
import type { Reports } from '../relay/reports.ts';
import type { StateChanges } from '../relay/state-changes.ts';
import { requireNames } from '../school/known.ts';
import { type Clock, momentOf } from '../time.ts';

export type ByHandOptions = {
  db: Db;
  clock: Clock;
  changes: StateChanges;
  reports: Pick<Reports, 'isOnline'>;
  onChange(channelIds: readonly string[]): void;
};

export type HandWish = { minutes: number; subjectId: string | null; teacherId: string | null };

export type ByHand = {
  /** Throws AppError `channel-not-found`, as do the others; `already-recording`, `channel-stopped`, or with the wrong fields. */
  start(channelId: string, wish: HandWish): Promise<HandRecording>;
  /** Throws AppError `not-recording`. */
  stop(channelId: string): Promise<void>;
  now(channelId: string): Promise<HandRecording | null>;
  /** Takes away those whose time is over. */
  sweep(): Promise<void>;
};

/** A hand that slips: a recording ended so soon, in ms, that no gather took up, leaves no lesson behind. */
const slipMillis = 30_000;

/** The buttons over `db`. */
export function createByHand({ db, clock, changes, reports, onChange }: ByHandOptions): ByHand {
  const viewOf = (row: { channel_id: string; lesson_id: string; started_at: string; ends_at: string }, gatherId: string): HandRecording => ({
    channelId: row.channel_id,
    lessonId: row.lesson_id,
    startedAt: row.started_at,
    endsAt: row.ends_at,
    isGatherOnline: reports.isOnline(gatherId),
  });
  return {
    async start(channelId, { minutes, subjectId, teacherId }) {
      const now = clock.now();
      const started = await changes.commit(async (trx, touch) => {
        const { gatherId, isStarted, timeZone } = await requireChannel(trx, channelId);
        await requireNames(trx, { subjectId, teacherId });
        if (!isStarted) throw new AppError('conflict', 'channel-stopped', 'This channel is stopped: start it first.');
        const running = await runningOn(trx, channelId, now);
        if (running !== undefined) throw new AppError('conflict', 'already-recording', 'This channel is recorded by hand already.');
        const times = { started_at: momentOf(now), ends_at: momentOf(now + minutes * 60_000) };
        const row = { channel_id: channelId, lesson_id: `hand-${newId()}`, ...times, subject_id: subjectId, teacher_id: teacherId };
        await trx.deleteFrom('hand_recordings').where('channel_id', '=', channelId).execute();
        await trx.insertInto('hand_recordings').values(row).execute();
        await insertLesson(trx, row, dateText(localDateOf(timeZone, now)), minutes * 60_000);
        touch(gatherId);
        return viewOf(row, gatherId);
      });
      onChange([channelId]);
      return started;
    },
    async stop(channelId) {
      const now = clock.now();
      await changes.commit(async (trx, touch) => {
        const { gatherId } = await requireChannel(trx, channelId);
        const row = await runningOn(trx, channelId, now);
        if (row === undefined) throw new AppError('conflict', 'not-recording', 'This channel is not recorded by hand.');
        await trx.deleteFrom('hand_recordings').where('channel_id', '=', channelId).execute();
        await endUntold(trx, row, now);
        touch(gatherId);
      });
      onChange([channelId]);
    },
    async now(channelId) {
      const { gatherId } = await requireChannel(db, channelId);
      const row = await runningOn(db, channelId, clock.now());
      return row === undefined ? null : viewOf(row, gatherId);
    },
    async sweep() {
      const now = momentOf(clock.now());
      const due = await db.selectFrom('hand_recordings').select('channel_id').where('ends_at', '<=', now).execute();
      if (due.length === 0) return;
      await changes.commit(async (trx, touch) => {
        const gone = await trx.deleteFrom('hand_recordings').where('ends_at', '<=', now).returning('channel_id').execute();
        if (gone.length === 0) return;
        const ids = gone.map(({ channel_id: id }) => id);
        for (const { gather_id: id } of await trx.selectFrom('channels').select('gather_id').where('id', 'in', ids).execute()) touch(id);
      });
      onChange(due.map(({ channel_id: id }) => id));
    },
  };
}

/** `record/<channel>` of a gather's desired state. */
export async function handResources(db: Db, agent: AgentIdentity): Promise<Record<string, GatherHandRecording>> {
  if (agent.kind !== 'gather') return {};
  const rows = await db
    .selectFrom('hand_recordings')
    .innerJoin('channels', 'channels.id', 'hand_recordings.channel_id')
    .selectAll('hand_recordings')
    .where('channels.gather_id', '=', agent.id)
    .where('channels.deleted_at', 'is', null)
    .orderBy('channels.id')
    .execute();
  return Object.fromEntries(
    rows.map((row) => {
      const names = { subjectId: row.subject_id, teacherId: row.teacher_id };
      const times = { startedAt: row.started_at, endsAt: row.ends_at };
      return [`record/${row.channel_id}`, { channelId: row.channel_id, lessonId: row.lesson_id, ...times, ...names }];
    }),
  );
}

type HandRow = { channel_id: string; lesson_id: string; started_at: string; ends_at: string; subject_id: string | null; teacher_id: string | null };

async function runningOn(db: Db, channelId: string, now: number): Promise<HandRow | undefined> {
  return db.selectFrom('hand_recordings').selectAll().where('channel_id', '=', channelId).where('ends_at', '>', momentOf(now)).executeTakeFirst();
}

async function insertLesson(trx: Db, row: HandRow, date: string, millis: number): Promise<void> {
  await trx
    .insertInto('lessons')
    .values({
      id: row.lesson_id,
      channel_id: row.channel_id,
      interval_id: null,
      kind: 'hand',
      date,
      subject_id: row.subject_id,
      teacher_id: row.teacher_id,
      planned_start: row.started_at,
      planned_end: row.ends_at,
      planned_millis: millis,
      state: 'planned',
      recorded_millis: 0,
      gaps: '[]',
      reported_at: null,
      health: 'none',
    })
    .execute();
}

/** No gather has told of it: it ends now all the same, or leaves nothing when it had hardly begun. */
async function endUntold(trx: Db, row: HandRow, now: number): Promise<void> {
  const millis = now - Date.parse(row.started_at);
  if (millis < slipMillis) {
    await trx.deleteFrom('lessons').where('id', '=', row.lesson_id).where('state', '=', 'planned').execute();
    return;
  }
  const change = { planned_end: momentOf(now), planned_millis: millis };
  await trx.updateTable('lessons').set(change).where('id', '=', row.lesson_id).where('state', '=', 'planned').execute();
}

async function requireChannel(db: Db, channelId: string): Promise<{ gatherId: string; isStarted: boolean; timeZone: string }> {
  const row = await db
    .selectFrom('channels')
    .innerJoin('site', (join) => join.on('site.id', '=', 1))
    .leftJoin('gathers', 'gathers.agent_id', 'channels.gather_id')
    .leftJoin('schools', 'schools.id', 'gathers.school_id')
    .select(['channels.gather_id', 'channels.is_started', 'schools.time_zone as schoolZone', 'site.time_zone as siteZone'])
    .where('channels.id', '=', channelId)
    .where('channels.deleted_at', 'is', null)
    .executeTakeFirst();
  if (row === undefined) throw noChannel();
  return { gatherId: row.gather_id, isStarted: row.is_started === 1, timeZone: row.schoolZone ?? row.siteZone };
}
