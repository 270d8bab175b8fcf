// Uploads under way, recordings gone for good, the archive's rules; indexes for lists of a million recordings.
import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

type AnyDb = Kysely<unknown>;
type TablesThen = { archive_rules: { id: number; retention_days: number | null; bin_days: number; allows_download: number } };

export const archive: Migration = {
  async up(db: AnyDb) {
    await uploadTables(db);
    await ruleTable(db);
    await searchTable(db);
    await listIndexes(db);
  },
};

async function uploadTables(db: AnyDb): Promise<void> {
  await db.schema
    .createTable('uploads')
    .addColumn('id', 'text', (c) => c.primaryKey()) // uuid of the recording
    .addColumn('gather_id', 'text', (c) => c.notNull().references('agents.id').onDelete('cascade')) // who uploads it
    .addColumn('announced', 'text', (c) => c.notNull()) // JSON: RecordingUpload
    .addColumn('volume_id', 'text', (c) => c.notNull()) // where its bytes go
    .addColumn('object_key', 'text', (c) => c.notNull()) // under which key
    .addColumn('touched_at', 'text', (c) => c.notNull()) // last announcement; forgotten ones are given up
    .execute();
  await db.schema
    .createTable('purged_recordings')
    .addColumn('id', 'text', (c) => c.primaryKey()) // uuid: its gather may still come with it, and is told to let go
    .addColumn('purged_at', 'text', (c) => c.notNull()) // when it went for good
    .execute();
}

async function ruleTable(db: AnyDb): Promise<void> {
  await db.schema
    .createTable('archive_rules')
    .addColumn('id', 'integer', (c) => c.primaryKey()) // always 1: there is one row
    .addColumn('retention_days', 'integer') // recordings go to the recycle bin after so many days; null: never
    .addColumn('bin_days', 'integer', (c) => c.notNull()) // the recycle bin is emptied after so many days
    .addColumn('allows_download', 'integer', (c) => c.notNull()) // 1: visitors may download
    .execute();
  const rules = { id: 1, retention_days: null, bin_days: 30, allows_download: 0 };
  await (db as Kysely<TablesThen>).insertInto('archive_rules').values(rules).execute();
}

async function searchTable(db: AnyDb): Promise<void> {
  await db.schema
    .createTable('class_names')
    .addColumn('name', 'text', (c) => c.primaryKey()) // each class name that a recording has or had, for searching
    .execute();
}

/**
 * Every filter has its own order by time and, for the filters with many recordings each, by plays. The trailing columns let
 * further filters be checked without reading the rows.
 */
async function listIndexes(db: AnyDb): Promise<void> {
  const drop = (name: string) => db.schema.dropIndex(`recordings_${name}`).execute();
  const index = (name: string, columns: string[]) => db.schema.createIndex(`recordings_${name}`).on('recordings').columns(columns).execute();
  await drop('school');
  await drop('grade');
  await drop('subject');
  await drop('plays');
  await index('school', ['school_id', 'deleted_at', 'started_at', 'id', 'subject_id', 'grade_id']);
  await index('grade', ['grade_id', 'deleted_at', 'started_at', 'id', 'subject_id', 'school_id']);
  await index('subject', ['subject_id', 'deleted_at', 'started_at', 'id', 'school_id', 'grade_id']);
  await index('class', ['class_name', 'deleted_at', 'started_at', 'id']);
  await index('plays', ['deleted_at', 'play_count', 'id', 'started_at']);
  await index('school_plays', ['school_id', 'deleted_at', 'play_count', 'id', 'started_at']);
  await index('grade_plays', ['grade_id', 'deleted_at', 'play_count', 'id', 'started_at']);
  await index('subject_plays', ['subject_id', 'deleted_at', 'play_count', 'id', 'started_at']);
  await index('retention', ['is_kept', 'deleted_at', 'started_at']);
}
