// Lessons of a channel, and so those of a school, are listed, counted and summed in an index alone, however many years they go back.
import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

export const lessonsOfChannels: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema.dropIndex('lessons_channel').execute();
    const columns = ['channel_id', 'date desc', 'planned_start', 'id', 'health', 'planned_millis', 'recorded_millis'];
    await db.schema.createIndex('lessons_channel').on('lessons').columns(columns as never).execute();
  },
};
