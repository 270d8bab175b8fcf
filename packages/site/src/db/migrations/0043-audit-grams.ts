// Entries of the audit log have numbers, by which an index of their words finds them; and people are searched in an index alone.
import { setImmediate } from 'node:timers/promises';
import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import { type AuditRow, indexEntries } from '../../audit/entries.ts';
import type { Db } from '../tables.ts';
import { createWordIndex } from '../word-index.ts';

const atOnce = 500;

export const auditGrams: Migration = {
  async up(db: Kysely<unknown>) {
    await numberedTable(db);
    await createWordIndex(db, 'audit_words');
    await moveEntries(db);
    await db.schema.dropTable('audit_entries').execute();
    await db.schema.alterTable('audit_entries_next').renameTo('audit_entries').execute();
    const index = (name: string, columns: string[]) => db.schema.createIndex(`audit_entries_${name}`).on('audit_entries').columns(columns).execute();
    await index('at', ['at', 'number']);
    await index('person', ['person_id', 'at', 'number']);
    await index('operation', ['operation', 'at', 'number']);
    await db.schema.dropIndex('people_last_sign_in').execute();
    await db.schema.createIndex('people_last_sign_in').on('people').columns(['signed_in_at', 'id', 'name']).execute();
  },
};

async function numberedTable(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('audit_entries_next')
    .addColumn('number', 'integer', (c) => c.primaryKey()) // the order in which things were done; SQLite counts by itself, PostgreSQL calls it serial
    .addColumn('id', 'text', (c) => c.notNull().unique()) // identity
    .addColumn('at', 'text', (c) => c.notNull()) // when it was done
    .addColumn('who', 'text', (c) => c.notNull()) // name of the person or API token, as it was then
    .addColumn('person_id', 'text') // the person, who may be gone since; null for an API token
    .addColumn('ip', 'text', (c) => c.notNull()) // where from
    .addColumn('operation', 'text', (c) => c.notNull()) // name in the route table
    .addColumn('targets', 'text', (c) => c.notNull()) // identities, separated by spaces
    .addColumn('summary', 'text', (c) => c.notNull()) // what was sent, shortened, without secrets
    .execute();
  // Apart and narrow: words are looked for in thousands of them at once.
  await db.schema
    .createTable('audit_texts')
    .addColumn('number', 'integer', (c) => c.primaryKey()) // of the entry
    .addColumn('at', 'text', (c) => c.notNull()) // when it was done
    .addColumn('searched', 'text', (c) => c.notNull()) // who, operation and summary as they are searched: folded
    .execute();
}

/** Some at a time, so that a long log neither fills the memory nor makes the process look as if it hung. */
async function moveEntries(db: Db): Promise<void> {
  let last: { at: string; id: string } | undefined = { at: '', id: '' };
  for (let number = 1; last !== undefined; number += atOnce) {
    const { rows } = await sql<AuditRow>`select * from audit_entries where (at, id) > (${last.at}, ${last.id}) order by at, id limit ${atOnce}`.execute(db);
    const numbered = rows.map((row, n) => ({ ...row, number: number + n }));
    if (numbered.length > 0) await (db as unknown as Kysely<{ audit_entries_next: (typeof numbered)[number] }>).insertInto('audit_entries_next').values(numbered).execute();
    await indexEntries(db, numbered);
    last = rows.at(-1);
    await setImmediate();
  }
}
