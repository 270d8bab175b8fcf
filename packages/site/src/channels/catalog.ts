// All channels with the names around them, kept in memory and in the order of lists: lists and watching ask it all the time.
import { ChannelSource } from '@lubo/contract';
import type { Db } from '../db/tables.ts';

/** A channel's row with the names of its school and grade. */
export type CatalogChannel = {
  id: string;
  name: string;
  gatherId: string;
  gradeId: string | null;
  schoolName: string;
  gradeName: string;
  source: ChannelSource;
  isStarted: boolean;
  createdAt: string;
};

export type CatalogView = {
  readonly byId: ReadonlyMap<string, CatalogChannel>;
  /** By name, numbers within names by their value. */
  readonly sorted: readonly CatalogChannel[];
  readonly byGather: ReadonlyMap<string, readonly CatalogChannel[]>;
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
    .leftJoin('schools', 'schools.id', 'gathers.school_id')
    .select(['channels.id', 'channels.name', 'channels.gather_id', 'channels.grade_id', 'channels.source', 'channels.is_started'])
    .select(['channels.created_at', 'grades.stage', 'grades.name as grade', 'schools.name as school'])
    .execute();
  const sorted = rows
    .map((row) => ({
      id: row.id,
      name: row.name,
      gatherId: row.gather_id,
      gradeId: row.grade_id,
      schoolName: row.school ?? '',
      gradeName: `${row.stage ?? ''}${row.grade ?? ''}`,
      source: ChannelSource.parse(JSON.parse(row.source)),
      isStarted: row.is_started === 1,
      createdAt: row.created_at,
    }))
    .sort((a, b) => collator.compare(a.name, b.name) || collator.compare(a.schoolName, b.schoolName) || (a.id < b.id ? -1 : 1));
  return { byId: new Map(sorted.map((channel) => [channel.id, channel])), sorted, byGather: Map.groupBy(sorted, (channel) => channel.gatherId) };
}
