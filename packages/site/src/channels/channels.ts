// Channels: adding, changing, the recycle bin, and their share of a gather's desired state.
import {
  AppError,
  type ChannelSettings,
  type ChannelUsage,
  type GatherChannel,
  type RequestOf,
  type WrongField,
  maxGatherChannels,
  type routes,
  wrongFields,
} from '@lubo/contract';
import { type AgentIdentity, isGather } from '../agents/agents.ts';
import type { Db, Tables } from '../db/tables.ts';
import { newId } from '../id.ts';
import type { StateChanges } from '../relay/state-changes.ts';
import type { Secrets } from '../secrets.ts';
import { type Clock, momentOf } from '../time.ts';
import type { Catalog } from './catalog.ts';
import { openSource, sealSource, sourceOfInput, viewOfSealed } from './sources.ts';
import { usageOfChannels } from './usage.ts';

export type NewChannelFields = RequestOf<typeof routes.createChannel>['body'];
export type ChannelEditFields = RequestOf<typeof routes.editChannel>['body'];

export type ChannelsOptions = {
  db: Db;
  clock: Clock;
  secrets: Secrets;
  changes: StateChanges;
  catalog: Catalog;
  /** Told after a channel was added, changed, deleted or restored. */
  onChange(channelId: string): void;
  /** A channel gives no more video: it was stopped or deleted. */
  onEnd(channelId: string): Promise<void>;
};

export type Channels = {
  /** Throws AppError `channel-not-found`, as do the others below. */
  settings(id: string): Promise<ChannelSettings>;
  /** Throws AppError with the wrong field when gather or grade are unknown, `too-many-channels` when the gather has all it may. */
  create(fields: NewChannelFields): Promise<ChannelSettings>;
  edit(id: string, fields: ChannelEditFields): Promise<ChannelSettings>;
  /** Into the recycle bin: its gather lets it go, everything about it stays. */
  remove(id: string): Promise<void>;
  /** Out of the recycle bin, stopped. Throws AppError `too-many-channels`. */
  restore(id: string): Promise<ChannelSettings>;
  /** For good, from the recycle bin only (AppError `not-in-bin`). Recordings stay, under the name that the class had. */
  purge(id: string): Promise<void>;
  /** What hangs on these channels. */
  usage(ids: readonly string[]): Promise<ChannelUsage>;
};

/** The room's rules over `db`. */
export function createChannels({ db, clock, secrets, changes, catalog, onChange, onEnd }: ChannelsOptions): Channels {
  const changed = (id: string): void => {
    catalog.forget();
    onChange(id);
  };
  const change = (id: string, work: (trx: Db, before: ChannelRow) => Promise<Partial<ChannelRow>>): Promise<ChannelRow> =>
    changes.commit(async (trx, touch) => {
      const before = await requireChannel(trx, id);
      const after = { ...before, ...(await work(trx, before)) };
      await trx.updateTable('channels').set(after).where('id', '=', id).execute();
      touch(before.gather_id);
      return after;
    });
  return {
    settings: async (id) => settingsOf(await requireChannel(db, id)),
    async create(fields) {
      const row = rowOf(newId(), fields, secrets, momentOf(clock.now()));
      await changes.commit(async (trx, touch) => {
        const errors = [...(await gatherErrors(trx, fields.gatherId)), ...(await gradeErrors(trx, fields.gradeId))];
        if (errors.length > 0) throw wrongFields(...errors);
        await requireRoom(trx, fields.gatherId);
        await trx.insertInto('channels').values(row).execute();
        touch(row.gather_id);
      });
      changed(row.id);
      return settingsOf(row);
    },
    async edit(id, fields) {
      const row = await change(id, async (trx, before) => {
        if (before.deleted_at !== null) throw noChannel();
        const errors = fields.gradeId === undefined ? [] : await gradeErrors(trx, fields.gradeId);
        if (errors.length > 0) throw wrongFields(...errors);
        return changeOf(before, fields, secrets);
      });
      changed(id);
      if (row.is_started === 0) await onEnd(id);
      return settingsOf(row);
    },
    async remove(id) {
      await change(id, async (_trx, before) => {
        if (before.deleted_at !== null) throw noChannel();
        return { deleted_at: momentOf(clock.now()), is_started: 0 };
      });
      changed(id);
      await onEnd(id);
    },
    async restore(id) {
      const row = await change(id, async (trx, before) => {
        if (before.deleted_at !== null) await requireRoom(trx, before.gather_id);
        return { deleted_at: null };
      });
      changed(id);
      return settingsOf(row);
    },
    async purge(id) {
      await changes.commit(async (trx, touch) => {
        const row = await requireChannel(trx, id);
        if (row.deleted_at === null) throw new AppError('conflict', 'not-in-bin', 'Only what is in the recycle bin can be deleted for good.');
        await trx.deleteFrom('channels').where('id', '=', id).execute();
        touch(row.gather_id);
      });
      changed(id);
    },
    usage: (ids) => usageOfChannels(db, ids),
  };
}

/** No channel has this identity. */
export function noChannel(): AppError {
  return new AppError('not-found', 'channel-not-found', 'There is no such channel.');
}

/** `channel/<id>` of a gather's desired state, for each of its channels. */
export function channelResources(secrets: Secrets): (db: Db, agent: AgentIdentity) => Promise<Record<string, GatherChannel>> {
  return async (db, agent) => {
    if (agent.kind !== 'gather') return {};
    const rows = await db.selectFrom('channels').selectAll().where('gather_id', '=', agent.id).where('deleted_at', 'is', null).orderBy('id').execute();
    return Object.fromEntries(
      rows.map((row) => {
        const channel = { id: row.id, name: row.name, source: openSource(row.source, row.id, secrets), isStarted: row.is_started === 1 };
        return [`channel/${row.id}`, channel];
      }),
    );
  };
}

type ChannelRow = Tables['channels'];

function rowOf(id: string, { name, gatherId, gradeId, source, isStarted }: NewChannelFields, secrets: Secrets, createdAt: string): ChannelRow {
  const place = { id, name, gather_id: gatherId, grade_id: gradeId };
  const sealed = sealSource(sourceOfInput(source), id, secrets);
  return { ...place, source: sealed, is_started: isStarted ? 1 : 0, created_at: createdAt, deleted_at: null };
}

function changeOf(before: ChannelRow, { name, gradeId, source, isStarted }: ChannelEditFields, secrets: Secrets): Partial<ChannelRow> {
  const sealed = (): string => {
    const known = openSource(before.source, before.id, secrets);
    return source === undefined ? before.source : sealSource(sourceOfInput(source, known), before.id, secrets);
  };
  return {
    ...(name === undefined ? {} : { name }),
    ...(gradeId === undefined ? {} : { grade_id: gradeId }),
    ...(source === undefined ? {} : { source: sealed() }),
    ...(isStarted === undefined ? {} : { is_started: isStarted ? 1 : 0 }),
  };
}

function settingsOf(row: ChannelRow): ChannelSettings {
  const source = viewOfSealed(row.source);
  return { id: row.id, name: row.name, gatherId: row.gather_id, gradeId: row.grade_id, source, isStarted: row.is_started === 1 };
}

async function requireChannel(db: Db, id: string): Promise<ChannelRow> {
  const row = await db.selectFrom('channels').selectAll().where('id', '=', id).executeTakeFirst();
  if (row === undefined) throw noChannel();
  return row;
}

/** A report with more channels than it holds would be refused, and the whole gather with it; an enrolment may allow fewer. */
async function requireRoom(db: Db, gatherId: string): Promise<void> {
  const { count } = await db
    .selectFrom('channels')
    .select((eb) => eb.fn.countAll<number | string>().as('count'))
    .where('gather_id', '=', gatherId)
    .where('deleted_at', 'is', null)
    .executeTakeFirstOrThrow();
  const gather = await db.selectFrom('gathers').select('channel_limit').where('agent_id', '=', gatherId).executeTakeFirst();
  const limit = Math.min(gather?.channel_limit ?? maxGatherChannels, maxGatherChannels);
  if (Number(count) < limit) return;
  throw new AppError('conflict', 'too-many-channels', `This gather may have ${limit} channels at most.`);
}

async function gatherErrors(db: Db, gatherId: string): Promise<WrongField[]> {
  return (await isGather(db, gatherId)) ? [] : [{ path: 'body.gatherId', message: 'there is no such gather', code: 'unknown' }];
}

async function gradeErrors(db: Db, gradeId: string | null): Promise<WrongField[]> {
  if (gradeId === null) return [];
  const row = await db.selectFrom('grades').select('id').where('id', '=', gradeId).executeTakeFirst();
  return row === undefined ? [{ path: 'body.gradeId', message: 'there is no such grade', code: 'unknown' }] : [];
}
