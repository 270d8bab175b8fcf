// Takes out an index that SQLite preferred to the order of lists, once it knew the tables' sizes.
import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

export const archiveLists: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema.dropIndex('recordings_retention').execute();
  },
};
