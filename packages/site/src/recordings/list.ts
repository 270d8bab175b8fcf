// Lists of recordings that stay fast with a million of them: each page is read in the order of an index, counts end at a bound,
// and a search becomes a few exact values first.
import { type ArchiveQuery, maxListedRecordings } from '@lubo/contract';
import { type RawBuilder, sql } from 'kysely';
import type { Db } from '../db/tables.ts';
import { type SearchMatch, matchSearch } from './search.ts';

/** Ids of one page in order, how many there are up to the bound, and whether there are more. */
export type ListedIds = { ids: string[]; total: number; isMore: boolean };

type Filter = { column: string; value: string };
type Condition = RawBuilder<boolean>;
/** What leads a run over an index, and what is checked beside it. */
type Run = { first: Filter | undefined; rest: readonly Condition[] };

/** From the one with the fewest recordings for a value to the one with the most. */
const byRarity = ['lesson_id', 'channel_id', 'teacher_id', 'school_id', 'grade_id', 'subject_id'] as const;

/** Finds the recordings that a query means. */
export async function listIds(db: Db, query: ArchiveQuery): Promise<ListedIds> {
  const [first, ...others] = filtersOf(query);
  const rest = [...others.map(hidden), ...datesOf(query)];
  if (query.search === undefined || query.search === '') return page(db, query, [{ first, rest }]);
  const match = await matchSearch(db, query.search);
  if (match.values.length === 0) return { ids: [], total: 0, isMore: false };
  // With a filter its own index leads, and the words are checked beside it; without one each found value leads.
  if (first !== undefined || match.isWide) return page(db, query, [{ first, rest: [...rest, anyOf(match)] }]);
  return page(db, query, match.values.map((value) => ({ first: value, rest })));
}

function filtersOf({ lessonId, channelId, teacherId, schoolId, gradeId, subjectId }: ArchiveQuery): Filter[] {
  const given = { lesson_id: lessonId, channel_id: channelId, teacher_id: teacherId, school_id: schoolId, grade_id: gradeId, subject_id: subjectId };
  return byRarity.flatMap((column) => {
    const value = given[column];
    return value === undefined ? [] : [{ column, value }];
  });
}

/** A condition that no index is used for: the planner would not know which filter is the rarer one. */
function hidden({ column, value }: Filter): Condition {
  return sql<boolean>`coalesce(${sql.ref(column)}, '') = ${value}`;
}

function datesOf({ from, to }: ArchiveQuery): Condition[] {
  return [
    ...(from === undefined ? [] : [sql<boolean>`started_at >= ${momentText(from)}`]),
    ...(to === undefined ? [] : [sql<boolean>`started_at < ${momentText(to)}`]),
  ];
}

/** Moments compare as text only with the same number of digits. */
const momentText = (moment: string): string => new Date(moment).toISOString();

function anyOf({ values }: SearchMatch): Condition {
  const byColumn = Map.groupBy(values, ({ column }) => column);
  const parts = [...byColumn].map(([column, found]) => sql`coalesce(${sql.ref(column)}, '') in (${sql.join(found.map(({ value }) => value))})`);
  return sql<boolean>`(${sql.join(parts, sql` or `)})`;
}

/** What a list is sorted by; the recycle bin always by when something was put in. */
function sortOf({ place, sort }: ArchiveQuery): { column: string; isRising: boolean } {
  if (place === 'bin') return { column: 'deleted_at', isRising: false };
  return sort === '-plays' ? { column: 'play_count', isRising: false } : { column: 'started_at', isRising: sort === 'startedAt' };
}

/** The first `limit` recordings of a run, with what they are sorted by. */
function select(query: ArchiveQuery, { first, rest }: Run, bounds: RawBuilder<unknown>): RawBuilder<unknown> {
  const place = query.place === 'bin' ? sql`deleted_at > ''` : sql`deleted_at is null`;
  const conditions = [...(first === undefined ? [] : [sql`${sql.ref(first.column)} = ${first.value}`]), place, ...rest];
  const { column } = sortOf(query);
  return sql`select id, ${sql.ref(column)} as sorting from recordings where ${sql.join(conditions, sql` and `)} order by ${orderOf(query, column)} ${bounds}`;
}

function orderOf(query: ArchiveQuery, column: string): RawBuilder<unknown> {
  return sortOf(query).isRising ? sql`${sql.ref(column)}, id` : sql`${sql.ref(column)} desc, id desc`;
}

function together(query: ArchiveQuery, runs: readonly Run[], limit: number): RawBuilder<unknown> {
  return sql.join(runs.map((run) => sql`select * from (${select(query, run, sql`limit ${limit}`)}) as run`), sql` union `);
}

async function page(db: Db, query: ArchiveQuery, runs: readonly Run[]): Promise<ListedIds> {
  const { page: number, pageSize } = query;
  const beyond = maxListedRecordings + 1;
  const counted = await sql<{ count: number | string }>`select count(*) as count from (select id from (${together(query, runs, beyond)}) as found limit ${beyond}) as counted`.execute(db);
  const count = Number(counted.rows[0]?.count ?? 0);
  const bounds = sql`limit ${pageSize} offset ${(number - 1) * pageSize}`;
  const [only] = runs;
  const wanted =
    runs.length === 1 && only !== undefined
      ? select(query, only, bounds)
      : sql`select id from (${together(query, runs, number * pageSize)}) as found order by ${orderOf(query, 'sorting')} ${bounds}`;
  const { rows } = await sql<{ id: string }>`${wanted}`.execute(db);
  return { ids: rows.map(({ id }) => id), total: Math.min(count, maxListedRecordings), isMore: count > maxListedRecordings };
}
