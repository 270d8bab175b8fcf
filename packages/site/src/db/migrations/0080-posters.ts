// Posters in several widths.
import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

export const posters: Migration = {
  async up(db: Kysely<unknown>) {
    // widths in pixels in which its picture is there as WebP, with commas between; empty: only the JPEG, or none
    await db.schema.alterTable('recordings').addColumn('poster_widths', 'text', (c) => c.notNull().defaultTo(sql`''`)).execute();
  },
};
