// Words and targets in the audit log: an index of words leads, whatever else is asked, and gives entries in the order they were made in.
import { type RequestOf, type routes, maxListedEntries, sortParts } from '@lubo/contract';
import { type RawBuilder, sql } from 'kysely';
import { gramsOfWords } from '../db/grams.ts';
import { fold } from '../db/name-order.ts';
import { likePattern } from '../db/page.ts';
import type { Db } from '../db/tables.ts';
import { rowNumber } from '../db/word-index.ts';
import { entriesWith, marksOf, rarestOf } from './entries.ts';

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
  const { table, number, holds } = entriesWith([...(isExact ? grams : await rarestOf(db, grams)), ...marks]);
  const first = from === undefined ? {} : await firstSince(db, momentText(from));
  const last = until === undefined ? {} : await lastUntil(db, momentText(until));
  if (first === undefined || last === undefined) return undefined;
  const bounds = [...(first.number === undefined ? [] : [sql`${number} >= ${rowNumber(first.number)}`]), ...(last.number === undefined ? [] : [sql`${number} <= ${rowNumber(last.number)}`])];
  const checks = [
    ...(isExact ? [] : [sql<boolean>`searched like ${likePattern(fold(search))} escape '\\'`]),
    ...(first.isBlurred && from !== undefined ? [sql<boolean>`at >= ${momentText(from)}`] : []),
    ...(last.isBlurred && until !== undefined ? [sql<boolean>`at <= ${momentText(until)}`] : []),
  ];
  // Crossed, so that the index of words leads and not that of moments.
  const isChecked = checks.length > 0;
  const entries = isChecked ? sql`cross join audit_texts` : sql``;
  const joined = !isChecked ? [] : [sql`audit_texts.number = ${number}`, ...checks];
  return { number, isChecked, from: sql`from ${table} ${entries} where ${sql.join([holds, ...bounds, ...joined], sql` and `)}` };
}

/** Where a time begins or ends in the log. `isBlurred`: the clock was set back about then, and each entry's moment is looked at. */
type Edge = { number?: number; isBlurred?: boolean };

/** The first entry of this moment or later, or undefined. Numbers rise with the moments but where the clock was set back. */
async function firstSince(db: Db, moment: string): Promise<Edge | undefined> {
  const since = db.selectFrom('audit_entries').where('at', '>=', moment);
  const { number } = await since.where('at', '<=', momentText(moment, slackMillis)).select((eb) => eb.fn.min('number').as('number')).executeTakeFirstOrThrow();
  const first = number ?? (await since.select('number').orderBy('at').orderBy('number').limit(1).executeTakeFirst())?.number;
  if (first === undefined) return undefined;
  const before = db.selectFrom('audit_entries').where('at', '<', moment).where('at', '>=', momentText(moment, -slackMillis));
  const { number: newest } = await before.select((eb) => eb.fn.max('number').as('number')).executeTakeFirstOrThrow();
  return { number: first, isBlurred: (newest ?? 0) > first };
}

/** The last entry of this moment or earlier, or undefined. */
async function lastUntil(db: Db, moment: string): Promise<Edge | undefined> {
  const until = db.selectFrom('audit_entries').where('at', '<=', moment);
  const { number } = await until.where('at', '>=', momentText(moment, -slackMillis)).select((eb) => eb.fn.max('number').as('number')).executeTakeFirstOrThrow();
  const last = number ?? (await until.select('number').orderBy('at', 'desc').orderBy('number', 'desc').limit(1).executeTakeFirst())?.number;
  if (last === undefined) return undefined;
  const after = db.selectFrom('audit_entries').where('at', '>', moment).where('at', '<=', momentText(moment, slackMillis));
  const { number: oldest } = await after.select((eb) => eb.fn.min('number').as('number')).executeTakeFirstOrThrow();
  return { number: last, isBlurred: (oldest ?? Infinity) < last };
}

/** Moments compare as text only with the same number of digits. */
export function momentText(moment: string, shiftMillis = 0): string {
  return new Date(Date.parse(moment) + shiftMillis).toISOString();
}
