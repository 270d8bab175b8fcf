// A page of a table too large for memory: sorted by the database, with the total, and always in the same order.
import { type SortOf, sortParts } from '@lubo/contract';
import { type Expression, type ReferenceExpression, type SelectQueryBuilder, type SqlBool, sql } from 'kysely';

export type PageWish<Column extends string> = { page: number; pageSize: number; sort: SortOf<Column> };

export type PageSource<DB, TB extends keyof DB, Row, Column extends string> = {
  /** Joined, filtered and selected, neither sorted nor limited. */
  query: SelectQueryBuilder<DB, TB, Row>;
  /** What each sort name stands for. */
  columns: Record<Column, ReferenceExpression<DB, TB>>;
  /** Unique: decides between rows that are otherwise equal, or pages would overlap. */
  key: ReferenceExpression<DB, TB>;
  /** Where counting the query's rows would take too long: another way to the same number. */
  total?: () => Promise<number>;
};

/** The page that is wished for. A page beyond the end is empty; `total` says where the end is. */
export async function readPage<DB, TB extends keyof DB, Row, Column extends string>(
  { query, columns, key, total }: PageSource<DB, TB, Row, Column>,
  { page, pageSize, sort }: PageWish<Column>,
): Promise<{ rows: Row[]; total: number }> {
  const { column, isFalling } = sortParts(sort);
  const direction = isFalling ? 'desc' : 'asc';
  const rows = await query
    .orderBy(columns[column] as never, direction)
    .orderBy(key as never, direction)
    .limit(pageSize)
    .offset((page - 1) * pageSize)
    .execute();
  // The first page that isn't full tells the total without a count.
  if (page === 1 && rows.length < pageSize) return { rows, total: rows.length };
  return { rows, total: await (total ?? (() => count(query)))() };
}

async function count<DB, TB extends keyof DB, Row>(query: SelectQueryBuilder<DB, TB, Row>): Promise<number> {
  const row = await query
    .clearSelect()
    .select((eb) => eb.fn.countAll<number | string>().as('count'))
    .executeTakeFirstOrThrow();
  return Number((row as { count: number | string }).count);
}

/** Whether the column holds these words anywhere, small and capital letters alike; `%` and `_` in them mean themselves. */
export function contains(column: Expression<unknown>, words: string): Expression<SqlBool> {
  return sql<SqlBool>`lower(${column}) like ${likePattern(words)} escape '\\'`;
}

/** The pattern for LIKE with `\` as its escape that finds exactly these words, in lower case. */
export function likePattern(words: string): string {
  return `%${words.toLowerCase().replace(/[\\%_]/g, (sign) => `\\${sign}`)}%`;
}
