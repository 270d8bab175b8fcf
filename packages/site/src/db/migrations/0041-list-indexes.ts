// Indexes for lists that had to read too much. Whatever a list checks beside what leads it stands at the end of the index, so that
// rows are read only for the page that is shown.
import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

export const listIndexes: Migration = {
  async up(db: Kysely<unknown>) {
    await recordingIndexes(db);
    await lessonIndexes(db);
    // The same expression as in audit/audit.ts, so that words are looked for in the index alone. Rows of an index have a bound in PostgreSQL.
    await sql`create index audit_entries_words on audit_entries (at, id, (substr(lower(who || ' ' || operation || ' ' || summary), 1, 600)))`.execute(db);
  },
};

async function recordingIndexes(db: Kysely<unknown>): Promise<void> {
  const index = (name: string, columns: string[]) => db.schema.createIndex(`recordings_${name}`).on('recordings').columns(columns).execute();
  const narrow = ['newest', 'plays', 'channel', 'teacher', 'school', 'grade', 'subject', 'school_plays', 'grade_plays', 'subject_plays'];
  for (const name of narrow) await db.schema.dropIndex(`recordings_${name}`).execute();
  const words = ['teacher_id', 'subject_id', 'school_id', 'class_name'];
  await index('newest', ['deleted_at', 'started_at', 'id', ...words]);
  await index('plays', ['deleted_at', 'play_count', 'id', 'started_at', ...words]);
  const filters = ['channel', 'teacher', 'school', 'grade', 'subject'];
  for (const filter of filters) {
    // A channel is the rarest and leads whatever else is asked.
    const others = filters.filter((other) => other !== filter && other !== 'channel').map((other) => `${other}_id`);
    await index(filter, [`${filter}_id`, 'deleted_at', 'started_at', 'id', ...others]);
    await index(`${filter}_plays`, [`${filter}_id`, 'deleted_at', 'play_count', 'id', 'started_at', ...others]);
  }
}

/** Lists have the newest day first, and within a day the first lesson. */
async function lessonIndexes(db: Kysely<unknown>): Promise<void> {
  const index = (name: string, columns: string[]) => db.schema.createIndex(`lessons_${name}`).on('lessons').columns(columns as never).execute();
  for (const name of ['day', 'health']) await db.schema.dropIndex(`lessons_${name}`).execute();
  await index('day', ['date desc', 'planned_start', 'id']);
  await index('health', ['health', 'date desc', 'planned_start', 'id']);
  await index('sum', ['date', 'health', 'channel_id', 'planned_millis', 'recorded_millis']);
}
