// Gathers as administrators manage them: the list, what is tuned, revoking and deleting.
import { AgentFacts, AppError, type Gather, type GatherRow, type RequestOf, type Usage, type routes, wrongFields } from '@lubo/contract';
import { tuningOf } from '../agents/agents.ts';
import type { Catalog } from '../channels/catalog.ts';
import { createNameOrder, pageOfRows } from '../db/name-order.ts';
import type { Db, Tables } from '../db/tables.ts';
import type { Reports } from '../relay/reports.ts';
import type { StateChanges } from '../relay/state-changes.ts';
import { type Clock, momentOf } from '../time.ts';
import { type UsageBook, type UsageCounter, countOf, createUsageBook } from '../usage/usage.ts';

export type GatherQuery = RequestOf<typeof routes.listGathers>['query'];
export type GatherEdit = RequestOf<typeof routes.editGather>['body'];

export type GathersOptions = {
  db: Db;
  clock: Clock;
  changes: StateChanges;
  catalog: Catalog;
  reports: Reports;
  /** Ends the connection of an agent. */
  drop(agentId: string): void;
  /** Plans lessons to come anew: another school may have another time zone. */
  replan(trx: Db, gatherIds: readonly string[]): Promise<void>;
};

export type Gathers = {
  list(query: GatherQuery): Promise<{ rows: GatherRow[]; total: number; online: number }>;
  /** Throws AppError `gather-not-found`, as do those below. */
  find(id: string): Promise<Gather>;
  /** Throws AppError that names an unknown school. */
  edit(id: string, fields: GatherEdit): Promise<Gather>;
  usage(id: string): Promise<Usage>;
  /** Throws AppError `is-local`, `in-use` or `confirm-needed`. */
  remove(id: string, confirm: string | undefined): Promise<void>;
  /** Throws AppError `is-local`: this machine's own gather would enrol anew at once. */
  revoke(id: string): Promise<Gather>;
};

/** Joined over agents, gathers and schools. */
type Row = Awaited<ReturnType<typeof readRows>>[number];

/** The room's rules over `db`. */
export function createGathers({ db, clock, changes, catalog, reports, drop, replan }: GathersOptions): Gathers {
  const order = createNameOrder();
  const book = gatherUsage();
  const shown = async (): Promise<(row: Row) => GatherRow> => {
    const { byGather } = await catalog.view();
    return (row) => rowOf(row, reports, byGather.get(row.id)?.length ?? 0, momentOf(clock.now()));
  };
  const find = async (id: string): Promise<Gather> => {
    const row = await requireRow(db, id);
    const report = reports.gather(id);
    const told = { disks: report?.disks ?? [], uploads: report?.uploads ?? [], notices: report?.notices ?? [] };
    return { ...(await shown())(row), tuning: tuningOf(row), timeZone: row.school_zone ?? row.site_zone, ...told };
  };

  return {
    async list(query) {
      const show = await shown();
      const all = (await readRows(db)).map(show).filter(({ schoolId }) => query.schoolId === undefined || schoolId === query.schoolId);
      const wanted = all.filter(({ isOnline }) => query.online === undefined || isOnline === query.online);
      const ranks = order(wanted.flatMap(({ title, schoolName }) => [title, schoolName]));
      const columns = {
        title: (row: GatherRow) => ranks.get(row.title) ?? 0,
        school: (row: GatherRow) => ranks.get(row.schoolName) ?? 0,
        lastSeenAt: (row: GatherRow) => row.lastSeenAt ?? '',
        channels: (row: GatherRow) => row.channels,
      };
      return { ...pageOfRows(wanted, { textOf, columns, keyOf: ({ id }) => id }, query), online: all.filter(({ isOnline }) => isOnline).length };
    },
    find,
    async edit(id, fields) {
      await changes.commit(async (trx, touch) => {
        await requireRow(trx, id);
        await requireSchool(trx, fields.schoolId);
        if (fields.title !== undefined) await trx.updateTable('agents').set({ title: fields.title }).where('id', '=', id).execute();
        const change = changeOf(fields);
        if (Object.keys(change).length > 0) await trx.updateTable('gathers').set(change).where('agent_id', '=', id).execute();
        if (fields.schoolId !== undefined) await replan(trx, [id]);
        touch(id);
      });
      catalog.forget();
      return find(id);
    },
    async usage(id) {
      await requireRow(db, id);
      return book.of(db, 'gather', id);
    },
    async remove(id, confirm) {
      await changes.commit(async (trx) => {
        requireForeign(await requireRow(trx, id));
        await book.requireDeletable(trx, 'gather', id, confirm);
        // Only what is in the recycle bin can be left: anything else blocks.
        await trx.deleteFrom('channels').where('gather_id', '=', id).execute();
        await trx.deleteFrom('agents').where('id', '=', id).execute();
      });
      catalog.forget();
      drop(id);
    },
    async revoke(id) {
      const row = await requireRow(db, id);
      requireForeign(row);
      await db.updateTable('agents').set({ key_hash: '', revoked_at: momentOf(clock.now()) }).where('id', '=', id).execute();
      drop(id);
      return find(id);
    },
  };
}

async function requireRow(db: Db, id: string): Promise<Row> {
  const [row] = await readRows(db, id);
  if (row === undefined) throw new AppError('not-found', 'gather-not-found', 'There is no such gather.');
  return row;
}

function requireForeign({ is_local }: Row): void {
  if (is_local === 1) throw new AppError('conflict', 'is-local', "This machine's own gather can't be revoked or deleted; stop its channels instead.");
}

/** What is searched. */
function textOf({ title, schoolName, facts }: GatherRow): string {
  return [title, schoolName, facts?.hostname, facts?.ip, facts?.mac].join(' ');
}

function countChannels(isInBin: boolean): UsageCounter['count'] {
  return countOf((db, id) =>
    db
      .selectFrom('channels')
      .select((eb) => eb.fn.countAll<number | string>().as('count'))
      .where('gather_id', '=', id)
      .where('deleted_at', isInBin ? 'is not' : 'is', null),
  );
}

function gatherUsage(): UsageBook {
  const recordings = countOf((db, id) =>
    db
      .selectFrom('recordings')
      .select((eb) => eb.fn.countAll<number | string>().as('count'))
      .where('gather_id', '=', id),
  );
  return createUsageBook([
    { thing: 'gather', kind: 'channels', effect: 'blocks', count: countChannels(false) },
    { thing: 'gather', kind: 'channels-in-bin', effect: 'goes', count: countChannels(true) },
    { thing: 'gather', kind: 'recordings', effect: 'stays', count: recordings },
  ]);
}

function readRows(db: Db, id?: string) {
  return db
    .selectFrom('agents')
    .innerJoin('gathers', 'gathers.agent_id', 'agents.id')
    .innerJoin('site', (join) => join.on('site.id', '=', 1))
    .leftJoin('schools', 'schools.id', 'gathers.school_id')
    .selectAll('gathers')
    .select(['agents.id', 'agents.title', 'agents.is_local', 'agents.facts', 'agents.created_at', 'agents.last_seen_at', 'agents.revoked_at'])
    .select(['schools.name as school', 'schools.time_zone as school_zone', 'site.time_zone as site_zone'])
    .$if(id !== undefined, (query) => query.where('agents.id', '=', id as string))
    .execute();
}

function rowOf(row: Row, reports: Reports, channels: number, now: string): GatherRow {
  const isOnline = reports.isOnline(row.id);
  const report = reports.gather(row.id);
  const told = report?.channels ?? [];
  return {
    id: row.id,
    title: row.title,
    schoolId: row.school_id,
    schoolName: row.school ?? '',
    isLocal: row.is_local === 1,
    isOnline,
    isRevoked: row.revoked_at !== null,
    facts: row.facts === null ? null : (AgentFacts.safeParse(JSON.parse(row.facts)).data ?? null),
    createdAt: row.created_at,
    lastSeenAt: isOnline ? now : row.last_seen_at,
    channels,
    recording: told.filter(({ isRecording }) => isRecording).length,
    live: told.filter(({ isPushing }) => isPushing).length,
    errors: told.filter(({ state }) => state === 'error').length,
    channelLimit: row.channel_limit,
    expiresAt: row.expires_at,
    waiting: report?.waiting ?? null,
    hasLowDisk: (report?.disks ?? []).some(({ isLow, isFull }) => isLow || isFull),
  };
}

function bit(is: boolean | undefined): 0 | 1 | undefined {
  return is === undefined ? undefined : is ? 1 : 0;
}

function changeOf({ schoolId, channelLimit, expiresAt, tuning = {} }: GatherEdit): Partial<Tables['gathers']> {
  const change = {
    school_id: schoolId,
    channel_limit: channelLimit,
    expires_at: expiresAt,
    main_kbps: tuning.mainKbps,
    sub_kbps: tuning.subKbps,
    slice_minutes: tuning.sliceMinutes,
    overlap_gops: tuning.overlapGops,
    snapshot_minutes: tuning.snapshotMinutes,
    reconnects_cameras: bit(tuning.reconnectsCameras),
    reconnects_storage: bit(tuning.reconnectsStorage),
    upload_kbps: tuning.uploadKbps,
    parallel_uploads: tuning.parallelUploads,
  };
  return Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
}

async function requireSchool(db: Db, schoolId: string | null | undefined): Promise<void> {
  if (schoolId === undefined || schoolId === null) return;
  const row = await db.selectFrom('schools').select('id').where('id', '=', schoolId).executeTakeFirst();
  if (row === undefined) throw wrongFields({ path: 'body.schoolId', message: 'there is no such school', code: 'unknown' });
}
