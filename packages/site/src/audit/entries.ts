// Entries of the audit log as they are kept: rows, and the words by which an index finds them.
import { type Insertable, sql } from 'kysely';
import { gramsOf, markOf } from '../db/grams.ts';
import { fold } from '../db/name-order.ts';
import type { Db, Tables } from '../db/tables.ts';
import { type RowsWith, forgetRows, indexRows, rarestWords, rowsWith } from '../db/word-index.ts';

export type AuditRow = Omit<Insertable<Tables['audit_entries']>, 'number'>;

const wordIndex = 'audit_words';
/** Words by which entries are found whose texts are looked at anyway. */
const leadingWords = 3;

/** Inserts within a transaction. */
export async function insertEntries(trx: Db, rows: readonly AuditRow[]): Promise<void> {
  const numbers = await trx.insertInto('audit_entries').values(rows).returning(['id', 'number']).execute();
  const numberOf = new Map(numbers.map(({ id, number }) => [id, number]));
  await indexEntries(trx, rows.map((row) => ({ ...row, number: numberOf.get(row.id) ?? 0 })));
}

/** Makes entries that are there already found by their words, and by whom, by what and on what they were done. */
export async function indexEntries(trx: Db, rows: readonly (AuditRow & { number: number })[]): Promise<void> {
  if (rows.length === 0) return;
  const texts = rows.map(({ number, at, who, operation, summary }) => ({ number, at, searched: fold(`${who} ${operation} ${summary}`) }));
  await trx.insertInto('audit_texts').values(texts).execute();
  await indexRows(trx, wordIndex, rows.map((row, n) => ({ number: row.number, words: [...gramsOf(texts[n]?.searched ?? ''), ...marksOf({ operation: row.operation, personId: row.person_id, targets: row.targets.split(' ') })] })));
}

/** Words of the index for what is asked for as a whole. */
export function marksOf({ operation, personId, targets }: { operation?: string | undefined; personId?: string | null | undefined; targets: readonly string[] }): string[] {
  const given = [...(operation === undefined ? [] : [markOf('o', operation)]), ...(personId === undefined || personId === null ? [] : [markOf('p', personId)])];
  return [...given, ...targets.map((target) => markOf('t', target))];
}

/** Removes what was done at this moment and before. */
export async function removeEntries(db: Db, until: string): Promise<void> {
  await db.transaction().execute(async (trx) => {
    await forgetRows(trx, wordIndex, sql`select number from audit_entries where at <= ${until}`);
    for (const table of ['audit_texts', 'audit_entries'] as const) await trx.deleteFrom(table).where('at', '<=', until).execute();
  });
}

/** The index of words, for entries that have all of these. */
export function entriesWith(words: readonly string[]): RowsWith {
  return rowsWith(wordIndex, words);
}

/** The few of these words that the fewest entries seem to have. */
export async function rarestOf(db: Db, words: readonly string[]): Promise<string[]> {
  return await rarestWords(db, wordIndex, words, leadingWords);
}
