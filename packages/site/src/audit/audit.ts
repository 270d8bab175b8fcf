// The audit log: every change that an administrator, or a program with a token, has made. Kept a year, and bounded.
import { type AuditEntry, maxListedEntries } from '@lubo/contract';
import { sql } from 'kysely';
import { readPage } from '../db/page.ts';
import type { Db } from '../db/tables.ts';
import { newId } from '../id.ts';
import { type Clock, momentOf } from '../time.ts';
import { insertEntries, removeEntries } from './entries.ts';
import { type AuditQuery, momentText, searchEntries } from './search.ts';

const keepMillis = 365 * 24 * 60 * 60 * 1000;
/** More than these are too many even within a year: the oldest go. */
export const maxEntries = 1_000_000;

export type NewAuditEntry = Omit<AuditEntry, 'id' | 'at'>;

export type Audit = {
  add(entry: NewAuditEntry): Promise<void>;
  list(query: AuditQuery): Promise<{ rows: AuditEntry[]; total: number; isMore: boolean }>;
  /** Removes what is older than a year or beyond `bound`. */
  sweep(bound?: number): Promise<void>;
};

/** The log over `db`. */
export function createAudit(db: Db, clock: Clock): Audit {
  return {
    async add({ who, personId, ip, operation, targets, summary }) {
      const row = { id: newId(), at: momentOf(clock.now()), who, person_id: personId, ip, operation, targets: targets.join(' '), summary };
      await db.transaction().execute((trx) => insertEntries(trx, [row]));
    },
    async list(query) {
      const isSearched = (query.search ?? '') !== '' || query.target !== undefined;
      const { numbers, total } = await (isSearched ? searchEntries(db, query) : filterEntries(db, query));
      return { rows: await read(db, numbers), total: Math.min(total, maxListedEntries), isMore: total > maxListedEntries };
    },
    async sweep(bound = maxEntries) {
      await removeEntries(db, momentOf(clock.now() - keepMillis - 1));
      const last = await db.selectFrom('audit_entries').select('at').orderBy('at', 'desc').limit(1).offset(bound).executeTakeFirst();
      if (last !== undefined) await removeEntries(db, last.at);
    },
  };
}

/** Without words: an index of what is asked for is in the order of the list. */
async function filterEntries(db: Db, { operation, personId, from, until, ...page }: AuditQuery): Promise<{ numbers: number[]; total: number }> {
  const query = db
    .selectFrom('audit_entries')
    .select('number')
    .$if(operation !== undefined, (q) => q.where('operation', '=', operation ?? ''))
    .$if(personId !== undefined, (q) => q.where('person_id', '=', personId ?? ''))
    .$if(from !== undefined, (q) => q.where('at', '>=', momentText(from ?? '')))
    .$if(until !== undefined, (q) => q.where('at', '<=', momentText(until ?? '')));
  const count = async (): Promise<number> => {
    const { rows } = await sql<{ count: number | string }>`select count(*) as count from (${query.limit(maxListedEntries + 1)}) as counted`.execute(db);
    return Number(rows[0]?.count ?? 0);
  };
  const { rows, total } = await readPage({ query, columns: { at: 'at' }, key: 'number', total: count }, page);
  return { numbers: rows.map(({ number }) => number), total };
}

/** Whole entries in the order of `numbers`. */
async function read(db: Db, numbers: readonly number[]): Promise<AuditEntry[]> {
  if (numbers.length === 0) return [];
  const rows = await db.selectFrom('audit_entries').selectAll().where('number', 'in', numbers).execute();
  const byNumber = new Map(rows.map((row) => [row.number, entryOf(row)]));
  return numbers.flatMap((number) => byNumber.get(number) ?? []);
}

function entryOf(row: { id: string; at: string; who: string; person_id: string | null; ip: string; operation: string; targets: string; summary: string }): AuditEntry {
  const { id, at, who, ip, operation, summary } = row;
  return { id, at, who, personId: row.person_id, ip, operation, targets: row.targets === '' ? [] : row.targets.split(' '), summary };
}
