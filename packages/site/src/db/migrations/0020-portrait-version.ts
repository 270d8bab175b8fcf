// Portraits of teachers get a version, so that browsers may keep them.
import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

export const portraitVersion: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema.alterTable('teachers').addColumn('picture_version', 'text').execute(); // start of the portrait's SHA-256, hex; null: none
  },
};
