// Lists that fit in memory (schools, teachers): searched and sorted here, since neither SQLite nor PostgreSQL is sure to
// know the order of Chinese names (pinyin, numbers by their value).
import { type SortOf, sortParts } from '@lubo/contract';

/** Orders names as a Chinese reader expects; remembers the order, for comparing is slow and names seldom change. */
export type NameOrder = (names: Iterable<string>) => ReadonlyMap<string, number>;

/** More ranks than this are not kept. */
const maxRanks = 20_000;

export function createNameOrder(): NameOrder {
  const collator = new Intl.Collator('zh-Hans-CN', { numeric: true });
  let ranks: ReadonlyMap<string, number> = new Map();
  return (names) => {
    const wanted = new Set(names);
    if ([...wanted].every((name) => ranks.has(name))) return ranks;
    const sorted = [...wanted].sort((a, b) => collator.compare(a, b) || (a < b ? -1 : 1));
    const made = new Map(sorted.map((name, rank) => [name, rank]));
    if (made.size <= maxRanks) ranks = made;
    return made;
  };
}

export type MemoryPage<Column extends string> = {
  page: number;
  pageSize: number;
  sort: SortOf<Column>;
  search?: string | undefined;
  /** Only these rows. */
  ids?: readonly string[] | undefined;
};

export type MemoryList<Row, Column extends string> = {
  /** What is searched, one text. */
  textOf(row: Row): string;
  /** What each sort compares: numbers (ranks of names, counts) or plain text (moments). */
  columns: Record<Column, (row: Row) => number | string>;
  keyOf(row: Row): number | string;
  /** Where the key is something else. */
  idOf?(row: Row): string;
};

/** A page of `rows`, with how many were found in all. */
export function pageOfRows<Row, Column extends string>(
  rows: readonly Row[],
  { textOf, columns, keyOf, idOf = (row) => String(keyOf(row)) }: MemoryList<Row, Column>,
  { page, pageSize, sort, search, ids }: MemoryPage<Column>,
): { rows: Row[]; total: number } {
  const wanted = fold(search ?? '');
  const asked = ids === undefined ? rows : rows.filter((row) => ids.includes(idOf(row)));
  const found = wanted === '' ? [...asked] : asked.filter((row) => fold(textOf(row)).includes(wanted));
  const { column, isFalling } = sortParts(sort);
  const sign = isFalling ? -1 : 1;
  const valueOf = columns[column];
  found.sort((a, b) => sign * (compare(valueOf(a), valueOf(b)) || compare(keyOf(a), keyOf(b))));
  return { rows: found.slice((page - 1) * pageSize, page * pageSize), total: found.length };
}

function compare(a: number | string, b: number | string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Full-width and half-width, capital and small letters are the same when searching. */
export function fold(text: string): string {
  return text.normalize('NFKC').toLowerCase();
}
