// Lists of recordings that stay fast with a million of them. A query is led by what has the fewest recordings: a filter, or the
// words that are searched for. Few are gathered and sorted; of many only as many are read as a page needs, in the order of an index.
import { type ArchiveQuery, maxFoundRecordings, maxListedRecordings } from '@lubo/contract';
import { type RawBuilder, sql } from 'kysely';
import type { Db } from '../db/tables.ts';
import { type Found, anyOf, inColumn, matchSearch } from './search.ts';

/** Ids of one page in order, how many there are up to the bound, and whether there are more. */
export type ListedIds = { ids: string[]; total: number; isMore: boolean };

type Filter = { column: string; value: string };
type Condition = RawBuilder<boolean>;

/** From the one with the fewest recordings for a value to the one with the most. */
const byRarity = ['lesson_id', 'channel_id', 'teacher_id', 'school_id', 'grade_id', 'subject_id'] as const;
/** So many are gathered and sorted at most. */
const maxSorted = 10_000;

/** Finds the recordings that a query means. */
export async function listIds(db: Db, query: ArchiveQuery): Promise<ListedIds> {
  const [first, ...others] = filtersOf(query);
  const rest = [...others.map(hidden), ...datesOf(query)];
  const lead = first === undefined ? [] : [leading(first)];
  if (query.search === undefined || query.search === '') return listFiltered(db, query, { lead, rest });
  const found = await matchSearch(db, query.search);
  if (found.length === 0) return { ids: [], total: 0, isMore: false };
  const foundCount = await countFound(db, query, found);
  const areWordsRarer = foundCount <= maxSorted && (lead.length === 0 || foundCount <= (await count(db, query, lead, maxSorted)));
  if (areWordsRarer) return listFound(db, query, found, [...(first === undefined ? [] : [hidden(first)]), ...rest]);
  // Without filters the words alone have told that there are more than may be listed.
  const isCertain = lead.length === 0 && rest.length === 0;
  const conditions = [...lead, ...rest, anyOf(found), ...(lead.length === 0 ? [] : [leadsAlone])];
  const total = isCertain ? foundCount : await count(db, query, conditions, maxFoundRecordings);
  return { ids: await walk(db, query, conditions), ...bounded(total, maxFoundRecordings) };
}

function filtersOf({ lessonId, channelId, teacherId, schoolId, gradeId, subjectId }: ArchiveQuery): Filter[] {
  const given = { lesson_id: lessonId, channel_id: channelId, teacher_id: teacherId, school_id: schoolId, grade_id: gradeId, subject_id: subjectId };
  return byRarity.flatMap((column) => {
    const value = given[column];
    return value === undefined ? [] : [{ column, value }];
  });
}

function leading({ column, value }: Filter): Condition {
  return sql<boolean>`${sql.ref(column)} = ${value}`;
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

/** Always so, but of no index: or the planner would look through one of all recordings that holds the words, instead of the filter's. */
const leadsAlone = sql<boolean>`size >= 0`;

/** Moments compare as text only with the same number of digits. */
const momentText = (moment: string): string => new Date(moment).toISOString();

/** What a list is sorted by; the recycle bin always by when something was put in. */
function sortOf({ place, sort }: ArchiveQuery): { column: string; isRising: boolean } {
  if (place === 'bin') return { column: 'deleted_at', isRising: false };
  return sort === '-plays' ? { column: 'play_count', isRising: false } : { column: 'started_at', isRising: sort === 'startedAt' };
}

function where({ place }: ArchiveQuery, conditions: readonly Condition[]): RawBuilder<unknown> {
  const inPlace = place === 'bin' ? sql`deleted_at > ''` : sql`deleted_at is null`;
  return sql`where ${sql.join([inPlace, ...conditions], sql` and `)}`;
}

/** Where only what was found may lead: of many values the planner would rather look through all recordings. The recycle bin is small. */
function whereFound({ place }: ArchiveQuery, found: Found, rest: readonly Condition[] = []): RawBuilder<unknown> {
  const inPlace = place === 'bin' ? sql`deleted_at > ''` : sql`coalesce(deleted_at, '') = ''`;
  return sql`where ${sql.join([inColumn(found), inPlace, ...rest], sql` and `)}`;
}

function orderOf(query: ArchiveQuery, sorting: RawBuilder<unknown>): RawBuilder<unknown> {
  return sortOf(query).isRising ? sql`order by ${sorting}, id` : sql`order by ${sorting} desc, id desc`;
}

function pageOf({ page, pageSize }: ArchiveQuery): RawBuilder<unknown> {
  return sql`limit ${pageSize} offset ${(page - 1) * pageSize}`;
}

function bounded(all: number, bound: number): { total: number; isMore: boolean } {
  return { total: Math.min(all, bound), isMore: all > bound };
}

/** How many fit, up to one beyond `bound`; in no order, so that the rarest condition leads. */
function count(db: Db, query: ArchiveQuery, conditions: readonly Condition[], bound: number): Promise<number> {
  return countRows(db, sql`select 1 from recordings ${where(query, conditions)} limit ${bound + 1}`);
}

async function countRows(db: Db, all: RawBuilder<unknown>): Promise<number> {
  const { rows } = await sql<{ count: number | string }>`select count(*) as count from (${all}) as counted`.execute(db);
  return Number(rows[0]?.count ?? 0);
}

/** Recordings that the words alone find, those that are found by several columns several times. */
async function countFound(db: Db, query: ArchiveQuery, found: readonly Found[]): Promise<number> {
  let sum = 0;
  for (const each of found) {
    sum += await countRows(db, sql`select 1 from recordings ${whereFound(query, each)} limit ${maxSorted + 1 - sum}`);
    if (sum > maxSorted) break;
  }
  return sum;
}

/** By filters and dates alone. */
async function listFiltered(db: Db, query: ArchiveQuery, { lead, rest }: { lead: readonly Condition[]; rest: readonly Condition[] }): Promise<ListedIds> {
  const conditions = [...lead, ...rest];
  const total = await count(db, query, conditions, maxListedRecordings);
  // A few days would be looked for among all recordings, if those were read in the order of their plays.
  const isSorted = lead.length === 0 && rest.length > 0 && sortOf(query).column === 'play_count' && total <= maxListedRecordings;
  const ids = isSorted ? await sortAll(db, query, sql`select id, play_count as sorting from recordings ${where(query, conditions)}`) : await walk(db, query, conditions);
  return { ids, ...bounded(total, maxListedRecordings) };
}

/** Led by the words: all that they find, checked and sorted. */
async function listFound(db: Db, query: ArchiveQuery, found: readonly Found[], rest: readonly Condition[]): Promise<ListedIds> {
  const sorting = sql.ref(sortOf(query).column);
  const parts = found.map((each) => sql`select id, ${sorting} as sorting from recordings ${whereFound(query, each, rest)}`);
  const all = sql.join(parts, sql` union `);
  return { ids: await sortAll(db, query, all), ...bounded(await countRows(db, all), maxListedRecordings) };
}

async function sortAll(db: Db, query: ArchiveQuery, all: RawBuilder<unknown>): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`select id from (${all}) as found ${orderOf(query, sql.ref('sorting'))} ${pageOf(query)}`.execute(db);
  return rows.map(({ id }) => id);
}

/** In the order of an index, until the page is full. */
async function walk(db: Db, query: ArchiveQuery, conditions: readonly Condition[]): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`select id from recordings ${where(query, conditions)} ${orderOf(query, sql.ref(sortOf(query).column))} ${pageOf(query)}`.execute(db);
  return rows.map(({ id }) => id);
}
