// Timetables, lessons, recordings and where they are kept; what is tuned of a gather; teachers.
import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import { newId } from '../../id.ts';
import { momentOf } from '../../time.ts';

type AnyDb = Kysely<unknown>;
type TablesThen = { storage_groups: { id: string; name: string; is_default: number; created_at: string } };

export const recording: Migration = {
  async up(db: AnyDb) {
    await gatherColumns(db);
    await teacherTable(db);
    await timetableTables(db);
    await lessonTables(db);
    await recordingTables(db);
    await storageTables(db);
  },
};

async function gatherColumns(db: AnyDb): Promise<void> {
  const whole = (name: string, value: number) => db.schema.alterTable('gathers').addColumn(name, 'integer', (c) => c.notNull().defaultTo(value)).execute();
  await whole('main_kbps', 1024); // wish to cameras: bitrate of what is recorded
  await whole('sub_kbps', 512); // wish to cameras: bitrate of what is played live
  await whole('slice_minutes', 30); // length of a recording; 0: a lesson is one recording
  await whole('overlap_gops', 0); // GOPs that a slice repeats of the one before
  await whole('snapshot_minutes', 2); // interval of snapshots
  await whole('reconnects_cameras', 1); // 1: lost sources are dialled again
  await whole('reconnects_storage', 1); // 1: failed uploads are tried again
  await whole('upload_kbps', 0); // most that uploads take of the line; 0: no bound
  await whole('parallel_uploads', 1); // uploads at once
  await whole('channel_limit', 256); // most channels, from its enrolment code
  await db.schema.alterTable('gathers').addColumn('expires_at', 'text').execute(); // end of its enrolment; null: never
  await db.schema.alterTable('schools').addColumn('time_zone', 'text').execute(); // IANA zone of its timetables; null: the site's
  await db.schema.alterTable('site').addColumn('time_zone', 'text', (c) => c.notNull().defaultTo('Asia/Shanghai')).execute(); // IANA zone where a school has none of its own
  await db.schema.alterTable('channels').addColumn('deleted_at', 'text').execute(); // in the recycle bin since
}

async function teacherTable(db: AnyDb): Promise<void> {
  await db.schema
    .createTable('teachers')
    .addColumn('id', 'text', (c) => c.primaryKey()) // identity
    .addColumn('name', 'text', (c) => c.notNull()) // as shown
    .addColumn('sort_name', 'text', (c) => c.notNull()) // what lists are sorted by
    .addColumn('sex', 'text') // male, female, or unknown
    .addColumn('title', 'text') // 正高级, 高级, 一级, 二级, 三级
    .addColumn('details', 'text', (c) => c.notNull()) // free text; may be empty
    .addColumn('picture', blob) // portrait, at most 200 kB
    .addColumn('picture_type', 'text') // media type of the portrait
    .addColumn('is_sample', 'integer', (c) => c.notNull()) // 1: sample data, removed in one action
    .addColumn('created_at', 'text', (c) => c.notNull()) // when it was added
    .execute();
  await db.schema.createIndex('teachers_sort').on('teachers').columns(['sort_name', 'id']).execute();
}

// SQLite says blob, PostgreSQL bytea; SQLite takes any name for a type.
const blob = sql`bytea`;

async function timetableTables(db: AnyDb): Promise<void> {
  await db.schema
    .createTable('timetables')
    .addColumn('channel_id', 'text', (c) => c.primaryKey().references('channels.id').onDelete('cascade')) // whose week
    .addColumn('revision', 'integer', (c) => c.notNull()) // rises with each save
    .addColumn('saved_at', 'text', (c) => c.notNull()) // last save
    .addColumn('saved_by', 'text') // name of who saved
    .execute();
  await db.schema
    .createTable('timetable_intervals')
    .addColumn('id', 'text', (c) => c.primaryKey()) // identity, first half of its lessons' ids
    .addColumn('channel_id', 'text', (c) => c.notNull().references('channels.id').onDelete('cascade')) // whose week
    .addColumn('weekday', 'integer', (c) => c.notNull()) // 0 = Sunday
    .addColumn('start_second', 'integer', (c) => c.notNull()) // local wall-clock second of the day
    .addColumn('end_second', 'integer', (c) => c.notNull()) // exclusive, at most 86400
    .addColumn('subject_id', 'text', (c) => c.references('subjects.id').onDelete('set null')) // what is taught
    .addColumn('teacher_id', 'text', (c) => c.references('teachers.id').onDelete('set null')) // by whom
    .execute();
  await db.schema.createIndex('timetable_intervals_channel').on('timetable_intervals').columns(['channel_id', 'weekday', 'start_second']).execute();
  await db.schema
    .createTable('hand_recordings')
    .addColumn('channel_id', 'text', (c) => c.primaryKey().references('channels.id').onDelete('cascade')) // recorded by hand, while the row is there
    .addColumn('lesson_id', 'text', (c) => c.notNull()) // hand-<id>
    .addColumn('started_at', 'text', (c) => c.notNull()) // when the button was pressed
    .addColumn('ends_at', 'text', (c) => c.notNull()) // when it ends by itself
    .addColumn('subject_id', 'text', (c) => c.references('subjects.id').onDelete('set null')) // what is taught
    .addColumn('teacher_id', 'text', (c) => c.references('teachers.id').onDelete('set null')) // by whom
    .execute();
}

async function lessonTables(db: AnyDb): Promise<void> {
  await db.schema
    .createTable('lessons')
    .addColumn('id', 'text', (c) => c.primaryKey()) // <interval>-<yyyymmdd> or hand-<id>
    .addColumn('channel_id', 'text', (c) => c.notNull().references('channels.id').onDelete('cascade')) // where
    .addColumn('interval_id', 'text') // of the timetable as it was; it may be gone since
    .addColumn('kind', 'text', (c) => c.notNull()) // planned or hand
    .addColumn('date', 'text', (c) => c.notNull()) // local date yyyy-mm-dd on which it begins
    .addColumn('subject_id', 'text', (c) => c.references('subjects.id').onDelete('set null')) // what is taught
    .addColumn('teacher_id', 'text', (c) => c.references('teachers.id').onDelete('set null')) // by whom
    .addColumn('planned_start', 'text', (c) => c.notNull()) // moment
    .addColumn('planned_end', 'text', (c) => c.notNull()) // moment
    .addColumn('state', 'text', (c) => c.notNull()) // planned, recording, over, missed (its gather never told)
    .addColumn('recorded_millis', 'integer', (c) => c.notNull()) // media recorded, overlaps counted once
    .addColumn('gaps', 'text', (c) => c.notNull()) // JSON array of Gap
    .addColumn('reported_at', 'text') // last report of its gather
    .execute();
  await db.schema.createIndex('lessons_date').on('lessons').columns(['date', 'channel_id']).execute();
  await db.schema.createIndex('lessons_channel').on('lessons').columns(['channel_id', 'planned_start']).execute();
}

async function recordingTables(db: AnyDb): Promise<void> {
  await db.schema
    .createTable('recordings')
    .addColumn('id', 'text', (c) => c.primaryKey()) // uuid made by the gather: the same one never makes two recordings
    .addColumn('channel_id', 'text', (c) => c.references('channels.id').onDelete('set null')) // where it was recorded
    .addColumn('gather_id', 'text', (c) => c.references('agents.id').onDelete('set null')) // by which gather
    .addColumn('lesson_id', 'text', (c) => c.notNull()) // of which lesson it is a slice
    .addColumn('kind', 'text', (c) => c.notNull()) // planned or hand
    .addColumn('slice_index', 'integer', (c) => c.notNull()) // place in its lesson, from 0
    .addColumn('subject_id', 'text', (c) => c.references('subjects.id').onDelete('set null')) // what is taught
    .addColumn('teacher_id', 'text', (c) => c.references('teachers.id').onDelete('set null')) // by whom
    .addColumn('grade_id', 'text', (c) => c.references('grades.id').onDelete('set null')) // the class's grade when it was stored
    .addColumn('school_id', 'text', (c) => c.references('schools.id').onDelete('set null')) // the gather's school when it was stored
    .addColumn('class_name', 'text', (c) => c.notNull()) // the channel's name when it was stored
    .addColumn('started_at', 'text', (c) => c.notNull()) // moment of its first picture
    .addColumn('duration_millis', 'integer', (c) => c.notNull()) // media time
    .addColumn('size', 'bigint', (c) => c.notNull()) // bytes
    .addColumn('sha256', 'text', (c) => c.notNull()) // of the file, hex
    .addColumn('codecs', 'text', (c) => c.notNull()) // RFC 6381
    .addColumn('width', 'integer', (c) => c.notNull()) // pixels; 0: sound only
    .addColumn('height', 'integer', (c) => c.notNull()) // pixels
    .addColumn('volume_id', 'text', (c) => c.notNull()) // where the file is kept
    .addColumn('object_key', 'text', (c) => c.notNull()) // under which key
    .addColumn('poster_at', 'text') // when its picture was stored; null: there is none
    .addColumn('thumbnails', 'text') // JSON: tile size, columns, seconds between; null: there are none
    .addColumn('play_count', 'integer', (c) => c.notNull()) // views
    .addColumn('is_kept', 'integer', (c) => c.notNull()) // 1: retention leaves it
    .addColumn('stored_at', 'text', (c) => c.notNull()) // when the site confirmed it
    .addColumn('deleted_at', 'text') // in the recycle bin since; its files are there until it is emptied
    .addColumn('deleted_by', 'text') // name of who deleted it, or the rule that did
    .execute();
  const index = (name: string, columns: string[]) => db.schema.createIndex(`recordings_${name}`).on('recordings').columns(columns).execute();
  await index('newest', ['deleted_at', 'started_at', 'id']);
  await index('subject', ['subject_id', 'deleted_at', 'started_at', 'id']);
  await index('teacher', ['teacher_id', 'deleted_at', 'started_at', 'id']);
  await index('channel', ['channel_id', 'deleted_at', 'started_at', 'id']);
  await index('grade', ['grade_id', 'deleted_at', 'started_at', 'id']);
  await index('school', ['school_id', 'deleted_at', 'started_at', 'id']);
  await index('plays', ['deleted_at', 'play_count', 'id']);
  await index('lesson', ['lesson_id', 'slice_index']);
  await index('volume', ['volume_id']);
}

async function storageTables(db: AnyDb): Promise<void> {
  await db.schema
    .createTable('storage_groups')
    .addColumn('id', 'text', (c) => c.primaryKey()) // identity
    .addColumn('name', 'text', (c) => c.notNull().unique()) // as shown
    .addColumn('is_default', 'integer', (c) => c.notNull()) // 1: new recordings go here; one group has it
    .addColumn('created_at', 'text', (c) => c.notNull()) // when it was added
    .execute();
  await db.schema
    .createTable('volumes')
    .addColumn('id', 'text', (c) => c.primaryKey()) // uuid that stands on the volume itself
    .addColumn('group_id', 'text', (c) => c.notNull().references('storage_groups.id')) // its group
    .addColumn('kind', 'text', (c) => c.notNull()) // disk
    .addColumn('place', 'text', (c) => c.notNull().unique()) // folder
    .addColumn('reserve_bytes', 'bigint', (c) => c.notNull()) // stay free
    .addColumn('created_at', 'text', (c) => c.notNull()) // when it was added
    .execute();
  await db.schema
    .createTable('garbage')
    .addColumn('volume_id', 'text', (c) => c.notNull()) // where
    .addColumn('object_key', 'text', (c) => c.notNull()) // what is to be deleted
    .addColumn('created_at', 'text', (c) => c.notNull()) // since when no row names it
    .addPrimaryKeyConstraint('garbage_key', ['volume_id', 'object_key'])
    .execute();
  const group = { id: newId(), name: 'group1', is_default: 1, created_at: momentOf(Date.now()) };
  await (db as Kysely<TablesThen>).insertInto('storage_groups').values(group).execute();
}
