// Timetables: read, saved whole with a revision, copied onto other channels, and whether the gather has them.
import { AppError, type GatherTimetable, type Interval, type Timetable, wrongFields } from '@lubo/contract';
import type { AgentIdentity } from '../agents/agents.ts';
import { noChannel } from '../channels/channels.ts';
import type { Db } from '../db/tables.ts';
import { newId } from '../id.ts';
import type { Reports } from '../relay/reports.ts';
import type { StateChanges } from '../relay/state-changes.ts';
import { type Clock, momentOf } from '../time.ts';
import { requireGoodWeek } from './checks.ts';
import { type Week, readWeeks, writeIntervals } from './weeks.ts';

export type TimetablesOptions = {
  db: Db;
  clock: Clock;
  changes: StateChanges;
  reports: Pick<Reports, 'isOnline' | 'channel'>;
  /** In the transaction of a save: what is to come of this week is planned anew. */
  replan(trx: Db, week: Week): Promise<void>;
  /** A timetable was saved, or taken on by its gather. */
  onChange(channelIds: readonly string[]): void;
};

export type TimetableSave = { basedOn: number; intervals: readonly Interval[]; savedBy: string | null };

export type Timetables = {
  /** Throws AppError `channel-not-found`, as do `save` and `copy`. */
  get(channelId: string): Promise<Timetable>;
  /** Throws AppError with every wrong field, or `revision-conflict` with what another saved. */
  save(channelId: string, save: TimetableSave): Promise<Timetable>;
  /** Replaces the timetables of all these channels; how many. Throws AppError when one of them is unknown. */
  copy(channelId: string, onto: readonly string[], savedBy: string | null): Promise<number>;
  /** Channels whose report may tell of another timetable than before. */
  noteReports(channels: readonly { id: string; gatherId: string }[]): Promise<void>;
};

type Place = { id: string; gatherId: string; timeZone: string };

/** The room's rules over `db`. */
export function createTimetables(options: TimetablesOptions): Timetables {
  const { db, clock, changes, reports, onChange } = options;
  const applied = new Map<string, number>();

  const store = async (trx: Db, place: Place, intervals: readonly Interval[], savedBy: string | null, revision: number): Promise<void> => {
    const head = { revision, saved_at: momentOf(clock.now()), saved_by: savedBy };
    await trx
      .insertInto('timetables')
      .values({ channel_id: place.id, ...head, applied_revision: null, applied_at: null })
      .onConflict((conflict) => conflict.column('channel_id').doUpdateSet(head))
      .execute();
    await writeIntervals(trx, place.id, intervals);
    await options.replan(trx, { channelId: place.id, gatherId: place.gatherId, timeZone: place.timeZone, revision, intervals: [...intervals] });
  };

  return {
    get: (channelId) => db.transaction().execute((trx) => timetableOf(trx, reports, channelId)),
    async save(channelId, { basedOn, intervals, savedBy }) {
      const saved = await changes.commit(async (trx, touch) => {
        const place = await requirePlace(trx, channelId);
        const { revision, savedAt, savedBy: other } = await timetableOf(trx, reports, channelId);
        if (revision !== basedOn) {
          const detail = `Revision ${revision} of this timetable was saved meanwhile${other === null ? '' : ` by ${other}`}.`;
          throw new AppError('conflict', 'revision-conflict', detail, { meanwhile: { revision, savedAt, savedBy: other } });
        }
        await requireGoodWeek(trx, channelId, intervals);
        await store(trx, place, intervals, savedBy, revision + 1);
        touch(place.gatherId);
        return timetableOf(trx, reports, channelId);
      });
      onChange([channelId]);
      return saved;
    },
    async copy(channelId, onto, savedBy) {
      const targets = [...new Set(onto)].filter((id) => id !== channelId);
      await changes.commit(async (trx, touch) => {
        const { intervals } = await timetableOf(trx, reports, channelId);
        for (const [index, id] of targets.entries()) {
          const place = await placeOf(trx, id);
          if (place === undefined) throw noTarget(onto.indexOf(id) === -1 ? index : onto.indexOf(id));
          const { revision } = await timetableOf(trx, reports, id);
          await store(trx, place, copyOf(intervals), savedBy, revision + 1);
          touch(place.gatherId);
        }
      });
      onChange(targets);
      return targets.length;
    },
    async noteReports(channels) {
      const news = channels.flatMap(({ id, gatherId }) => {
        const revision = reports.channel(gatherId, id)?.timetableRevision;
        if (revision === undefined || applied.get(id) === revision) return [];
        applied.set(id, revision);
        return [{ id, revision }];
      });
      for (const { id, revision } of news) await noteApplied(db, id, revision, momentOf(clock.now()));
      if (news.length > 0) onChange(news.map(({ id }) => id));
    },
  };
}

/** `timetable/<channel>` of a gather's desired state, for each channel that has one. */
export async function timetableResources(db: Db, agent: AgentIdentity): Promise<Record<string, GatherTimetable>> {
  if (agent.kind !== 'gather') return {};
  const weeks = await readWeeks(db, { gatherId: agent.id });
  return Object.fromEntries(
    weeks.map(({ channelId, revision, timeZone, intervals }) => [`timetable/${channelId}`, { channelId, revision, timeZone, intervals }]),
  );
}

/** A gather that tells the same revision again, after a restart of either side, has had it since the first time. */
async function noteApplied(db: Db, channelId: string, revision: number, now: string): Promise<void> {
  await db
    .updateTable('timetables')
    .set({ applied_revision: revision, applied_at: now })
    .where('channel_id', '=', channelId)
    .where((eb) => eb.or([eb('applied_revision', 'is', null), eb('applied_revision', '!=', revision)]))
    .execute();
}

async function timetableOf(db: Db, reports: TimetablesOptions['reports'], channelId: string): Promise<Timetable> {
  const { gatherId, timeZone } = await requirePlace(db, channelId);
  const head = await db.selectFrom('timetables').selectAll().where('channel_id', '=', channelId).executeTakeFirst();
  const [week] = head === undefined ? [] : await readWeeks(db, { channelIds: [channelId] });
  const revision = head?.revision ?? 0;
  const told = reports.channel(gatherId, channelId)?.timetableRevision;
  const isOnGather = reports.isOnline(gatherId) ? revision === 0 || told === revision : null;
  return {
    channelId,
    revision,
    timeZone,
    intervals: week?.intervals ?? [],
    savedAt: head?.saved_at ?? null,
    savedBy: head?.saved_by ?? null,
    isOnGather,
    onGatherSince: head !== undefined && head.applied_revision === revision ? head.applied_at : null,
  };
}

async function placeOf(db: Db, channelId: string): Promise<Place | undefined> {
  const row = await db
    .selectFrom('channels')
    .innerJoin('site', (join) => join.on('site.id', '=', 1))
    .leftJoin('gathers', 'gathers.agent_id', 'channels.gather_id')
    .leftJoin('schools', 'schools.id', 'gathers.school_id')
    .select(['channels.id', 'channels.gather_id', 'schools.time_zone as schoolZone', 'site.time_zone as siteZone'])
    .where('channels.id', '=', channelId)
    .where('channels.deleted_at', 'is', null)
    .executeTakeFirst();
  return row === undefined ? undefined : { id: row.id, gatherId: row.gather_id, timeZone: row.schoolZone ?? row.siteZone };
}

async function requirePlace(db: Db, channelId: string): Promise<Place> {
  const place = await placeOf(db, channelId);
  if (place === undefined) throw noChannel();
  return place;
}

/** The same week for another channel: its lessons are others. */
function copyOf(intervals: readonly Interval[]): Interval[] {
  return intervals.map(({ weekday, startSecond, endSecond, subjectId, teacherId }) => {
    return { id: newId(), weekday, startSecond, endSecond, subjectId, teacherId };
  });
}

function noTarget(index: number): AppError {
  return wrongFields({ path: `body.channelIds.${index}`, message: 'there is no such channel', code: 'unknown' });
}
