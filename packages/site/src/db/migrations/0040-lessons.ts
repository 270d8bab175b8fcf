// Red and green lessons in the database, how far lessons have been planned, and since when a gather has a timetable.
import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

type AnyDb = Kysely<unknown>;

export const lessonHealth: Migration = {
  async up(db: AnyDb) {
    await db.schema.alterTable('lessons').addColumn('health', 'text', (c) => c.notNull().defaultTo('none')).execute(); // green, red, none
    await db.schema.alterTable('lessons').addColumn('planned_millis', 'integer', (c) => c.notNull().defaultTo(0)).execute(); // from planned start to planned end
    await db.schema.alterTable('timetables').addColumn('applied_revision', 'integer').execute(); // newest that its gather has told of
    await db.schema.alterTable('timetables').addColumn('applied_at', 'text').execute(); // since when the gather has that one
    await db.schema
      .createTable('lesson_plan')
      .addColumn('id', 'integer', (c) => c.primaryKey()) // 1
      .addColumn('planned_until', 'text', (c) => c.notNull()) // lessons that begin before this moment have their rows
      .execute();
    await db.schema.createIndex('lessons_day').on('lessons').columns(['date', 'planned_start', 'id']).execute();
    await db.schema.createIndex('lessons_health').on('lessons').columns(['health', 'date', 'planned_start', 'id']).execute();
    await sql`create index lessons_open on lessons (state, planned_end) where state in ('planned', 'recording')`.execute(db);
  },
};
