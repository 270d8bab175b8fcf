// Channels: adding, changing, removing, and their share of a gather's desired state.
import {
  AppError,
  type ChannelSettings,
  ChannelSource,
  type ChannelSourceView,
  type FieldError,
  type GatherChannel,
  type RequestOf,
  maxGatherChannels,
  type routes,
} from '@lubo/contract';
import { type AgentIdentity, isGather } from '../agents/agents.ts';
import type { Db, Tables } from '../db/tables.ts';
import { newId } from '../id.ts';
import type { StateChanges } from '../relay/state-changes.ts';
import { type Clock, momentOf } from '../time.ts';
import type { Catalog } from './catalog.ts';

export type NewChannelFields = RequestOf<typeof routes.createChannel>['body'];
export type ChannelEditFields = RequestOf<typeof routes.editChannel>['body'];

export type ChannelsOptions = {
  db: Db;
  clock: Clock;
  changes: StateChanges;
  catalog: Catalog;
  /** Told after a channel was added, changed or removed. */
  onChange(channelId: string): void;
  /** A channel gives no more video: it was stopped or removed. */
  onEnd(channelId: string): Promise<void>;
};

export type Channels = {
  /** Throws AppError `channel-not-found`, as do `edit` and `remove`. */
  settings(id: string): Promise<ChannelSettings>;
  /** Throws AppError with the wrong field when gather or grade are unknown, `too-many-channels` when the gather has all it can. */
  create(fields: NewChannelFields): Promise<ChannelSettings>;
  edit(id: string, fields: ChannelEditFields): Promise<ChannelSettings>;
  remove(id: string): Promise<void>;
};

/** The room's rules over `db`. */
export function createChannels({ db, clock, changes, catalog, onChange, onEnd }: ChannelsOptions): Channels {
  const changed = (id: string): void => {
    catalog.forget();
    onChange(id);
  };
  return {
    settings: async (id) => settingsOf(await requireChannel(db, id)),
    async create(fields) {
      const row = rowOf(newId(), fields, momentOf(clock.now()));
      await changes.commit(async (trx, touch) => {
        const errors = [...(await gatherErrors(trx, fields.gatherId)), ...(await gradeErrors(trx, fields.gradeId))];
        if (errors.length > 0) throw wrongFields(errors);
        await requireRoom(trx, fields.gatherId);
        await trx.insertInto('channels').values(row).execute();
        touch(row.gather_id);
      });
      changed(row.id);
      return settingsOf(row);
    },
    async edit(id, fields) {
      const row = await changes.commit(async (trx, touch) => {
        const before = await requireChannel(trx, id);
        const errors = fields.gradeId === undefined ? [] : await gradeErrors(trx, fields.gradeId);
        if (errors.length > 0) throw wrongFields(errors);
        const after = { ...before, ...changeOf(fields) };
        await trx.updateTable('channels').set(after).where('id', '=', id).execute();
        touch(before.gather_id);
        return after;
      });
      changed(id);
      if (row.is_started === 0) await onEnd(id);
      return settingsOf(row);
    },
    async remove(id) {
      await changes.commit(async (trx, touch) => {
        touch((await requireChannel(trx, id)).gather_id);
        await trx.deleteFrom('channels').where('id', '=', id).execute();
      });
      changed(id);
      await onEnd(id);
    },
  };
}

/** No channel has this identity. */
export function noChannel(): AppError {
  return new AppError('not-found', 'channel-not-found', 'There is no such channel.');
}

/** `channel/<id>` of a gather's desired state, for each of its channels. */
export async function channelResources(db: Db, agent: AgentIdentity): Promise<Record<string, GatherChannel>> {
  if (agent.kind !== 'gather') return {};
  const rows = await db.selectFrom('channels').selectAll().where('gather_id', '=', agent.id).orderBy('id').execute();
  return Object.fromEntries(
    rows.map((row) => {
      const channel = { id: row.id, name: row.name, source: sourceOf(row), isStarted: row.is_started === 1 };
      return [`channel/${row.id}`, channel];
    }),
  );
}

type ChannelRow = Tables['channels'];

function rowOf(id: string, { name, gatherId, gradeId, source, isStarted }: NewChannelFields, createdAt: string): ChannelRow {
  const place = { id, name, gather_id: gatherId, grade_id: gradeId };
  return { ...place, source: JSON.stringify(source), is_started: isStarted ? 1 : 0, created_at: createdAt, deleted_at: null };
}

function changeOf({ name, gradeId, source, isStarted }: ChannelEditFields): Partial<ChannelRow> {
  return {
    ...(name === undefined ? {} : { name }),
    ...(gradeId === undefined ? {} : { grade_id: gradeId }),
    ...(source === undefined ? {} : { source: JSON.stringify(source) }),
    ...(isStarted === undefined ? {} : { is_started: isStarted ? 1 : 0 }),
  };
}

function settingsOf(row: ChannelRow): ChannelSettings {
  const source = viewOf(sourceOf(row));
  return { id: row.id, name: row.name, gatherId: row.gather_id, gradeId: row.grade_id, source, isStarted: row.is_started === 1 };
}

function sourceOf(row: ChannelRow): ChannelSource {
  return ChannelSource.parse(JSON.parse(row.source));
}

function viewOf(source: ChannelSource): ChannelSourceView {
  if (source.mode === 'file') return source;
  const { password, ...rest } = source;
  return { ...rest, hasPassword: password !== '' };
}

async function requireChannel(db: Db, id: string): Promise<ChannelRow> {
  const row = await db.selectFrom('channels').selectAll().where('id', '=', id).executeTakeFirst();
  if (row === undefined) throw noChannel();
  return row;
}

/** A report with more channels would be refused, and the whole gather with it. */
async function requireRoom(db: Db, gatherId: string): Promise<void> {
  const { count } = await db
    .selectFrom('channels')
    .select((eb) => eb.fn.countAll<number | string>().as('count'))
    .where('gather_id', '=', gatherId)
    .executeTakeFirstOrThrow();
  if (Number(count) < maxGatherChannels) return;
  throw new AppError('conflict', 'too-many-channels', `A gather has ${maxGatherChannels} channels at most.`);
}

async function gatherErrors(db: Db, gatherId: string): Promise<FieldError[]> {
  return (await isGather(db, gatherId)) ? [] : [{ path: 'body.gatherId', message: 'there is no such gather' }];
}

async function gradeErrors(db: Db, gradeId: string | null): Promise<FieldError[]> {
  if (gradeId === null) return [];
  const row = await db.selectFrom('grades').select('id').where('id', '=', gradeId).executeTakeFirst();
  return row === undefined ? [{ path: 'body.gradeId', message: 'there is no such grade' }] : [];
}

function wrongFields(fields: FieldError[]): AppError {
  return new AppError('invalid', 'invalid-request', fields.map((field) => `${field.path}: ${field.message}`).join('; '), { fields });
}
