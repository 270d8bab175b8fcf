// The audit log: every change that an administrator, or a program with a token, has made. Kept a year, and bounded.
import { type AuditEntry, type RequestOf, maxListedEntries, type routes } from '@lubo/contract';
import { sql } from 'kysely';
import { contains, likePattern, readPage } from '../db/page.ts';
import type { Db } from '../db/tables.ts';
import { newId } from '../id.ts';
import { type Clock, momentOf } from '../time.ts';

const keepMillis = 365 * 24 * 60 * 60 * 1000;
/** More than these are too many even within a year: the oldest go. */
export const maxEntries = 1_000_000;

/** What is searched for words: the expression of an index, which alone is read. */
const searched = sql`substr(lower(who || ' ' || operation || ' ' || summary), 1, 600)`;

export type NewAuditEntry = Omit<AuditEntry, 'id' | 'at'>;
export type AuditQuery = RequestOf<typeof routes.listAuditEntries>['query'];

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
      await db.insertInto('audit_entries').values(row).execute();
    },
    async list({ operation, personId, target, from, until, search, ...page }) {
      const isSearched = search !== undefined && search !== '';
      // Words lead: their index holds these two as well, and their own ones don't hold the words.
      const hides = (column: 'operation' | 'person_id') => (isSearched ? sql<string>`coalesce(${sql.ref(column)}, '')` : sql<string>`${sql.ref(column)}`);
      const query = db
        .selectFrom('audit_entries')
        .select('id')
        .$if(operation !== undefined, (q) => q.where(hides('operation'), '=', operation ?? ''))
        .$if(personId !== undefined, (q) => q.where(hides('person_id'), '=', personId ?? ''))
        .$if(target !== undefined, (q) => q.where((eb) => contains(eb.ref('targets'), target ?? '')))
        .$if(from !== undefined, (q) => q.where('at', '>=', from ?? ''))
        .$if(until !== undefined, (q) => q.where('at', '<=', until ?? ''))
        .$if(isSearched, (q) =>
          q.where(sql<boolean>`${searched} like ${likePattern(search ?? '')} escape '\\'`),
        );
      const count = async (): Promise<number> => {
        const { rows } = await sql<{ count: number | string }>`select count(*) as count from (${query.limit(maxListedEntries + 1)}) as counted`.execute(db);
        return Number(rows[0]?.count ?? 0);
      };
      const { rows, total } = await readPage({ query, columns: { at: 'at' }, key: 'id', total: count }, page);
      return { rows: await read(db, rows.map(({ id }) => id)), total: Math.min(total, maxListedEntries), isMore: total > maxListedEntries };
    },
    async sweep(bound = maxEntries) {
      await db.deleteFrom('audit_entries').where('at', '<', momentOf(clock.now() - keepMillis)).execute();
      const last = await db.selectFrom('audit_entries').select('at').orderBy('at', 'desc').limit(1).offset(bound).executeTakeFirst();
      if (last !== undefined) await db.deleteFrom('audit_entries').where('at', '<=', last.at).execute();
    },
  };
}

/** Whole entries in the order of `ids`. */
async function read(db: Db, ids: readonly string[]): Promise<AuditEntry[]> {
  if (ids.length === 0) return [];
  const rows = await db.selectFrom('audit_entries').selectAll().where('id', 'in', ids).execute();
  const byId = new Map(rows.map((row) => [row.id, entryOf(row)]));
  return ids.flatMap((id) => byId.get(id) ?? []);
}

function entryOf(row: { id: string; at: string; who: string; person_id: string | null; ip: string; operation: string; targets: string; summary: string }): AuditEntry {
  const { id, at, who, ip, operation, summary } = row;
  return { id, at, who, personId: row.person_id, ip, operation, targets: row.targets === '' ? [] : row.targets.split(' '), summary };
}
