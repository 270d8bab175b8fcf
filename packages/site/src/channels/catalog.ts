// All channels with the names around them, kept in memory and in the order of lists: lists and watching ask it all the time.
import type { ChannelSourceView } from '@lubo/contract';
import type { Db } from '../db/tables.ts';
import { viewOfSealed } from './sources.ts';

/** A channel's row with the names of its school and grade. */
export type CatalogChannel = {
  id: string;
  name: string;
  gatherId: string;
  gatherTitle: string;
  gradeId: string | null;
  schoolId: string | null;
  schoolName: string;
  gradeName: string;
  source: ChannelSourceView;
  isStarted: boolean;
  createdAt: string;
  /** In the recycle bin since. */
  deletedAt: string | null;
};

/** Of the channels that are there; those in the recycle bin stand apart. */
export type CatalogView = {
  readonly byId: ReadonlyMap<string, CatalogChannel>;
  /** By name, numbers within names by their value. */
  readonly sorted: readonly CatalogChannel[];
  readonly byGather: ReadonlyMap<string, readonly CatalogChannel[]>;
  /** By name. */
  readonly bin: readonly CatalogChannel[];
};

export type Catalog = {
  view(): Promise<CatalogView>;
  /** Channels, schools, grades or gathers have changed. */
  forget(): void;
};

const collator = new Intl.Collator('zh-Hans-CN', { numeric: true });

/** The catalogue over `db`; read at the first question and after each `forget`. */
export function createCatalog(db: Db): Catalog {
  let view: Promise<CatalogView> | undefined;
  return {
    view() {
      view ??= load(db).catch((error: unknown) => {
        view = undefined;
        throw error;
      });
      return view;
    },
    forget: () => void (view = undefined),
  };
}

async function load(db: Db): Promise<CatalogView> {
  const rows = await db
    .selectFrom('channels')
    .leftJoin('grades', 'grades.id', 'channels.grade_id')
    .leftJoin('gathers', 'gathers.agent_id', 'channels.gather_id')
    .leftJoin('agents', 'agents.id', 'channels.gather_id')
    .leftJoin('schools', 'schools.id', 'gathers.school_id')
    .select(['channels.id', 'channels.name', 'channels.gather_id', 'channels.grade_id', 'channels.source', 'channels.is_started'])
    .select(['channels.created_at', 'grades.stage', 'grades.name as grade', 'schools.name as school'])
    .select(['channels.deleted_at', 'agents.title as gather', 'gathers.school_id'])
    .execute();
  const all = rows
    .map((row) => ({
      id: row.id,
      name: row.name,
      gatherId: row.gather_id,
      gatherTitle: row.gather ?? '',
      gradeId: row.grade_id,
      schoolId: row.school_id,
      schoolName: row.school ?? '',
      gradeName: `${row.stage ?? ''}${row.grade ?? ''}`,
      source: viewOfSealed(row.source),
      isStarted: row.is_started === 1,
      createdAt: row.created_at,
      deletedAt: row.deleted_at,
    }))
    .sort((a, b) => collator.compare(a.name, b.name) || collator.compare(a.schoolName, b.schoolName) || (a.id < b.id ? -1 : 1));
  const sorted = all.filter(({ deletedAt }) => deletedAt === null);
  const byId = new Map(sorted.map((channel) => [channel.id, channel]));
  const byGather = Map.groupBy(sorted, (channel) => channel.gatherId);
  return { byId, sorted, byGather, bin: all.filter(({ deletedAt }) => deletedAt !== null) };
}
