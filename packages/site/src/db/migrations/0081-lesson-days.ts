// Lessons are summed up as they change, day by day, for each channel: a week of them was over a hundred thousand rows to add.
import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

export const lessonDays: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .createTable('lesson_days')
      .addColumn('date', 'text', (c) => c.notNull()) // of its lessons
      .addColumn('health', 'text', (c) => c.notNull()) // of its lessons
      .addColumn('channel_id', 'text', (c) => c.notNull()) // of its lessons; goes with the last of them
      .addColumn('lessons', 'integer', (c) => c.notNull()) // how many, at least one
      .addColumn('planned_millis', 'integer', (c) => c.notNull()) // sum of theirs
      .addColumn('recorded_millis', 'integer', (c) => c.notNull()) // sum of theirs
      .addPrimaryKeyConstraint('lesson_days_key', ['date', 'health', 'channel_id'])
      .modifyEnd(sql`without rowid`)
      .execute();
    await sql`insert into lesson_days
      select date, health, channel_id, count(*), sum(planned_millis), sum(recorded_millis) from lessons group by date, health, channel_id`.execute(db);
    await db.schema.createIndex('lesson_days_channel').on('lesson_days').columns(['channel_id', 'date']).execute();
    await createTriggers(db);
    // Both were there for sums.
    for (const name of ['sum', 'channel']) await db.schema.dropIndex(`lessons_${name}`).execute();
    const columns = ['channel_id', 'date desc', 'planned_start', 'id', 'health'];
    await db.schema.createIndex('lessons_channel').on('lessons').columns(columns as never).execute();
  },
};

/** Whoever writes lessons, and whatever is deleted with its channel: the sums are right at the end of the same statement. */
async function createTriggers(db: Kysely<unknown>): Promise<void> {
  const ofOld = sql`date = old.date and health = old.health and channel_id = old.channel_id`;
  const isSameRow = sql`new.date = old.date and new.health = old.health and new.channel_id = old.channel_id`;
  const add = sql`
    insert into lesson_days values (new.date, new.health, new.channel_id, 1, new.planned_millis, new.recorded_millis)
    on conflict (date, health, channel_id) do update set
      lessons = lessons + 1,
      planned_millis = planned_millis + excluded.planned_millis,
      recorded_millis = recorded_millis + excluded.recorded_millis;`;
  const take = sql`
    update lesson_days set
      lessons = lessons - 1,
      planned_millis = planned_millis - old.planned_millis,
      recorded_millis = recorded_millis - old.recorded_millis
    where ${ofOld};
    delete from lesson_days where ${ofOld} and lessons = 0;`;
  const change = sql`
    update lesson_days set
      planned_millis = planned_millis + new.planned_millis - old.planned_millis,
      recorded_millis = recorded_millis + new.recorded_millis - old.recorded_millis
    where ${ofOld};`;
  const triggers = [
    sql`create trigger lessons_come after insert on lessons begin ${add} end`,
    sql`create trigger lessons_go after delete on lessons begin ${take} end`,
    sql`create trigger lessons_change after update of planned_millis, recorded_millis on lessons when ${isSameRow} begin ${change} end`,
    sql`create trigger lessons_move after update of date, health, channel_id on lessons when not (${isSameRow}) begin ${take} ${add} end`,
  ];
  for (const trigger of triggers) await trigger.execute(db);
}
