// Words and targets in the audit log: an index of words leads, whatever else is asked, and gives entries in the order they were made in.
import { type RequestOf, type routes, maxListedEntries, sortParts } from '@lubo/contract';
import { type RawBuilder, sql } from 'kysely';
import { gramsOfWords } from '../db/grams.ts';
import { fold } from '../db/name-order.ts';
import { likePattern } from '../db/page.ts';
import type { Db } from '../db/tables.ts';
import { entriesWith, marksOf } from './entries.ts';

export type AuditQuery = RequestOf<typeof routes.listAuditEntries>['query'];

/** A clock that is set back by less than this loses no entry. */
const slackMillis = 24 * 60 * 60 * 1000;

/** Numbers of one page, and how many there are, up to one beyond the bound. */
export async function searchEntries(db: Db, query: AuditQuery): Promise<{ numbers: number[]; total: number }> {
  const matching = await matchingOf(db, query);
  if (matching === undefined) return { numbers: [], total: 0 };
  const { number, from, isChecked } = matching;
  const { page, pageSize, sort } = query;
  const direction = sortParts(sort).isFalling ? sql`desc` : sql`asc`;
  const numbersOf = async (bounds: RawBuilder<unknown>): Promise<number[]> => {
    const { rows } = await sql<{ number: number }>`select ${number} as number ${from} order by ${number} ${direction} ${bounds}`.execute(db);
    return rows.map((row) => row.number);
  };
  const first = (page - 1) * pageSize;
  if (isChecked) {
    // Texts are looked at once only, for page and total together.
    const all = await numbersOf(sql`limit ${maxListedEntries + 1}`);
    return { numbers: all.slice(first, first + pageSize), total: all.length };
  }
  const numbers = await numbersOf(sql`limit ${pageSize} offset ${first}`);
  if (page === 1 && numbers.length < pageSize) return { numbers, total: numbers.length };
  const counted = await sql<{ count: number | string }>`select count(*) as count from (select 1 ${from} limit ${maxListedEntries + 1}) as found`.execute(db);
  return { numbers, total: Number(counted.rows[0]?.count ?? 0) };
}

/** `isChecked`: the index alone does not tell, each entry's text or moment is looked at. */
type Matching = { number: RawBuilder<number>; from: RawBuilder<unknown>; isChecked: boolean };

/** What is selected from; undefined where no entry is of that time. */
async function matchingOf(db: Db, query: AuditQuery): Promise<Matching | undefined> {
  const { operation, personId, target, search = '', from, until } = query;
  const { grams, isExact } = gramsOfWords(search);
  const marks = marksOf({ operation, personId, targets: target === undefined ? [] : [target] });
  const { table, number, holds } = entriesWith([...grams, ...marks]);
  const bounds = await boundsOf(db, query);
  if (bounds === undefined) return undefined;
  const checks = [
    ...(isExact ? [] : [sql<boolean>`searched like ${likePattern(fold(search))} escape '\\'`]),
    ...(from === undefined ? [] : [sql<boolean>`at >= ${momentText(from)}`]),
    ...(until === undefined ? [] : [sql<boolean>`at <= ${momentText(until)}`]),
  ];
  const conditions = [holds, ...(bounds.least === undefined ? [] : [sql`${number} >= ${bounds.least}`]), ...(bounds.most === undefined ? [] : [sql`${number} <= ${bounds.most}`])];
  // Crossed, so that the index of words leads and not that of moments.
  const isChecked = checks.length > 0;
  const entries = isChecked ? sql`cross join audit_texts` : sql``;
  const joined = !isChecked ? [] : [sql`audit_texts.number = ${number}`, ...checks];
  return { number, isChecked, from: sql`from ${table} ${entries} where ${sql.join([...conditions, ...joined], sql` and `)}` };
}

/** Numbers rise with the moments, so that a time lies between two of them. Undefined when no entry is of that time. */
async function boundsOf(db: Db, { from, until }: AuditQuery): Promise<{ least?: number; most?: number } | undefined> {
  const bounds: { least?: number; most?: number } = {};
  if (from !== undefined) {
    const first = await db.selectFrom('audit_entries').select('number').where('at', '>=', momentText(from, -slackMillis)).orderBy('at').orderBy('number').limit(1).executeTakeFirst();
    if (first === undefined) return undefined;
    bounds.least = first.number;
  }
  if (until !== undefined) {
    const last = await db.selectFrom('audit_entries').select('number').where('at', '<=', momentText(until, slackMillis)).orderBy('at', 'desc').orderBy('number', 'desc').limit(1).executeTakeFirst();
    if (last === undefined) return undefined;
    bounds.most = last.number;
  }
  return bounds;
}

/** Moments compare as text only with the same number of digits. */
export function momentText(moment: string, shiftMillis = 0): string {
  return new Date(Date.parse(moment) + shiftMillis).toISOString();
}
