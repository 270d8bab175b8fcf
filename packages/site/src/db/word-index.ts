// An index from words to the numbers of rows, in SQLite's full-text search (https://www.sqlite.org/fts5.html). Beside sqlite.ts the one
// place that knows the engine: PostgreSQL keeps the same words in a tsvector column with a GIN index, and asks it with `&` for AND.
import { type RawBuilder, sql } from 'kysely';
import type { Db } from './tables.ts';

export type IndexedRow = { number: number; words: readonly string[] };

/** Makes an empty index. It keeps neither texts nor places of words in them, which would take three times the room. */
export async function createWordIndex(db: Db, name: string): Promise<void> {
  await sql`create virtual table ${sql.table(name)} using fts5(words, content='', contentless_delete=1, detail=none, tokenize='ascii')`.execute(db);
}

/** Adds rows; words are of small ASCII letters and digits. */
export async function indexRows(db: Db, name: string, rows: readonly IndexedRow[]): Promise<void> {
  if (rows.length === 0) return;
  const values = rows.map(({ number, words }) => sql`(${number}, ${words.join(' ')})`);
  await sql`insert into ${sql.table(name)} (rowid, words) values ${sql.join(values)}`.execute(db);
}

/** Takes out the rows whose numbers `numbers` selects. */
export async function forgetRows(db: Db, name: string, numbers: RawBuilder<unknown>): Promise<void> {
  await sql`delete from ${sql.table(name)} where rowid in (${numbers})`.execute(db);
}

/** Where rows are found: the table, the number of a row in it, and the condition. */
export type RowsWith = { table: RawBuilder<unknown>; number: RawBuilder<number>; holds: RawBuilder<boolean> };

/** The rows that have all the words; in the order of their numbers they come as they are found. */
export function rowsWith(name: string, words: readonly string[]): RowsWith {
  const wanted = words.map((word) => `"${word}"`).join(' AND ');
  return { table: sql.table(name), number: sql<number>`${sql.table(name)}.rowid`, holds: sql<boolean>`${sql.table(name)} match ${wanted}` };
}

/** A number to compare rows' numbers with. It would be handed over as a floating-point one, by which full-text search does not find its place. */
export const rowNumber = (number: number): RawBuilder<number> => sql<number>`cast(${number} as integer)`;

/** Newest rows by which it is told how rare a word is. */
const sampledRows = 32;
/** Words that are looked at; evenly taken from more. */
const mostSampled = 16;
/** A word of more than this part of the rows rules out too few to be worth the walk along its rows. */
const mostShare = 0.5;

/** Up to `count` of the words, at least one: those that the fewest rows seem to have. Rows that have these may lack the others. */
export async function rarestWords(db: Db, name: string, words: readonly string[], count: number): Promise<string[]> {
  if (words.length <= 1) return [...words];
  const step = Math.ceil(words.length / mostSampled);
  const samples = words.filter((_, i) => i % step === 0).map((word) => {
    const { table, number, holds } = rowsWith(name, [word]);
    const newest = sql`select ${number} as number from ${table} where ${holds} order by ${number} desc limit ${sampledRows}`;
    return sql`select cast(${word} as text) as word, count(*) as count, min(number) as oldest, max(number) as newest from (${newest}) as newest`;
  });
  const { rows } = await sql<{ word: string; count: number; oldest: number | null; newest: number | null }>`${sql.join(samples, sql` union all `)}`.execute(db);
  const last = Math.max(...rows.map(({ newest }) => newest ?? 0));
  const shares = rows.map(({ word, count: found, oldest }) => ({ word, share: oldest === null ? 0 : found / (last - oldest + 1) }));
  const rareFirst = shares.toSorted((a, b) => a.share - b.share);
  return rareFirst.filter(({ share }, i) => i === 0 || (i < count && share <= mostShare)).map(({ word }) => word);
}
