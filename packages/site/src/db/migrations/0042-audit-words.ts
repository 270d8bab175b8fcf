// Words in the audit log are looked for in an index alone, also among the entries of one operation or person.
import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

export const auditWords: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema.dropIndex('audit_entries_words').execute();
    // The same expression as in audit/audit.ts. Rows of an index have a bound in PostgreSQL.
    await sql`create index audit_entries_words on audit_entries (at, id, operation, person_id, (substr(lower(who || ' ' || operation || ' ' || summary), 1, 600)))`.execute(db);
  },
};
