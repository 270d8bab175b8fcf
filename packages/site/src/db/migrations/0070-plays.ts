// Who has played what of late, so that a view counts once.
import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

export const plays: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .createTable('plays')
      .addColumn('recording_id', 'text', (c) => c.notNull().references('recordings.id').onDelete('cascade')) // what was played
      .addColumn('viewer', 'text', (c) => c.notNull()) // hash of a viewer's cookie, or of address and program; tells nobody who it is
      .addColumn('played_at', 'text', (c) => c.notNull()) // when the view counted; swept once it may count again
      .addPrimaryKeyConstraint('plays_key', ['recording_id', 'viewer'])
      .execute();
    await db.schema.createIndex('plays_age').on('plays').columns(['played_at']).execute();
  },
};
