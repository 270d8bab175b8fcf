// A large archive for measuring: schools, gathers, channels, teachers and any number of recordings, rows only, without files.
import { createHash, randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type { Db, Tables } from '../db/tables.ts';
import { newId } from '../id.ts';
import { momentOf } from '../time.ts';

export type SeedSizes = { recordings: number; channels: number; gathers: number; schools: number; teachers: number };
export const usualSizes: SeedSizes = { recordings: 1_000_000, channels: 2_000, gathers: 200, schools: 50, teachers: 1_500 };

const surnames = ['赵', '钱', '孙', '李', '周', '吴', '郑', '王', '冯', '陈'];
const lessonMillis = 45 * 60 * 1000;
/** Rows of one statement: SQLite takes 32,766 values. */
const perStatement = 800;

/** Fills an archive that has no recordings yet; `onProgress` is told the recordings so far. The same `random` makes the same archive. */
export async function seedArchive(db: Db, sizes: SeedSizes, random: () => number, onProgress: (done: number) => void = () => {}): Promise<void> {
  const started = Date.UTC(2020, 8, 1);
  const pick = <T>(all: readonly T[]): T => all[Math.floor(random() * all.length)] as T;
  // Speed before safety: an archive for measuring is made anew when the power goes.
  await sql`pragma synchronous = off`.execute(db);
  const created_at = momentOf(started);
  const schools = named(sizes.schools, (n) => `第${n}中学`);
  await db.insertInto('schools').values(schools.map(({ id, name }) => ({ id, name, time_zone: null, created_at }))).execute();
  const teachers = named(sizes.teachers, (n) => `${pick(surnames)}老师${n}`);
  await inParts(teachers, (some) =>
    db.insertInto('teachers').values(some.map(({ id, name }) => ({ id, name, sort_name: name, sex: null, title: null, details: '', picture: null, picture_type: null, is_sample: 1 as const, created_at }))).execute(),
  );
  const gathers = named(sizes.gathers, (n) => `gather-${n}`).map(({ id, name }) => ({ id, name, school: pick(schools) }));
  await insertGathers(db, gathers, created_at);
  const grades = await db.selectFrom('grades').select('id').execute();
  const subjects = await db.selectFrom('subjects').select('id').execute();
  const channels = named(sizes.channels, (n) => `${Math.floor(n / 40) + 1}年级${n % 40}班`).map(({ id, name }) => ({ id, name, gather: pick(gathers), grade: pick(grades) }));
  await inParts(channels, (some) =>
    db.insertInto('channels').values(some.map(({ id, name, gather, grade }) => ({ id, name, gather_id: gather.id, grade_id: grade.id, source: JSON.stringify({ mode: 'file', path: '/clip.mp4' }), is_started: 0 as const, created_at, deleted_at: null }))).execute(),
  );
  await inParts([...new Set(channels.map(({ name }) => name))], (some) => db.insertInto('class_names').values(some.map((name) => ({ name }))).onConflict((oc) => oc.doNothing()).execute());
  const volume = await db.selectFrom('volumes').select('id').limit(1).executeTakeFirst();
  const volume_id = volume?.id ?? randomUUID();
  const putBack = await takeOutIndexes(db);
  for (let done = 0; done < sizes.recordings; done += perStatement) {
    const count = Math.min(perStatement, sizes.recordings - done);
    const rows = Array.from({ length: count }, (_, n): Tables['recordings'] => {
      const channel = pick(channels);
      const at = momentOf(started + Math.floor((done + n + random()) * ((5 * 365 * 86_400_000) / sizes.recordings)));
      return recordingRow({ channel, at, volume_id, subject: pick(subjects).id, teacher: pick(teachers).id, random });
    });
    await db.insertInto('recordings').values(rows).execute();
    onProgress(done + count);
  }
  await putBack();
  await sql`pragma synchronous = full`.execute(db);
}

/** An index is made in one go at a fraction of what it costs to keep it in order row by row. */
async function takeOutIndexes(db: Db): Promise<() => Promise<void>> {
  const { rows } = await sql<{ name: string; sql: string }>`select name, sql from sqlite_master where type = 'index' and tbl_name = 'recordings' and sql is not null`.execute(db);
  for (const { name } of rows) await sql`drop index ${sql.ref(name)}`.execute(db);
  return async () => {
    for (const { sql: statement } of rows) await sql.raw(statement).execute(db);
  };
}

type Named = { id: string; name: string };
type SeededChannel = Named & { gather: Named & { school: Named }; grade: { id: string } };

function named(count: number, nameOf: (n: number) => string): Named[] {
  return Array.from({ length: count }, (_, n) => ({ id: newId(), name: nameOf(n + 1) }));
}

async function inParts<T>(all: readonly T[], insert: (some: T[]) => Promise<unknown>): Promise<void> {
  for (let from = 0; from < all.length; from += perStatement) await insert(all.slice(from, from + perStatement));
}

async function insertGathers(db: Db, gathers: readonly (Named & { school: Named })[], created_at: string): Promise<void> {
  await inParts(gathers, (some) =>
    db.insertInto('agents').values(some.map(({ id, name }) => ({ id, kind: 'gather' as const, title: name, key_hash: '', is_local: 0 as const, facts: null, created_at, last_seen_at: null, revision: 1, state_hash: '' }))).execute(),
  );
  for (const { id, school } of gathers) {
    // Its other columns have their defaults in the table.
    await sql`insert into gathers (agent_id, school_id) values (${id}, ${school.id})`.execute(db);
  }
}

type RecordingParts = { channel: SeededChannel; at: string; volume_id: string; subject: string; teacher: string; random: () => number };

function recordingRow({ channel, at, volume_id, subject, teacher, random }: RecordingParts): Tables['recordings'] {
  const id = randomUUID();
  return {
    id,
    channel_id: channel.id,
    gather_id: channel.gather.id,
    lesson_id: `hand-${newId()}`,
    kind: 'hand',
    slice_index: 0,
    subject_id: subject,
    teacher_id: teacher,
    grade_id: channel.grade.id,
    school_id: channel.gather.school.id,
    class_name: channel.name,
    started_at: at,
    duration_millis: lessonMillis,
    size: 300_000_000 + Math.floor(random() * 1e8),
    sha256: createHash('sha256').update(id).digest('hex'),
    codecs: 'avc1.64001f,mp4a.40.2',
    width: 1280,
    height: 720,
    volume_id,
    object_key: `recordings/${id}/video.mp4`,
    poster_at: null,
    poster_widths: '',
    thumbnails: null,
    // Few are watched much.
    play_count: Math.floor(1 / (random() + 0.0005)),
    is_kept: random() < 0.02 ? 1 : 0,
    stored_at: at,
    deleted_at: random() < 0.01 ? at : null,
    deleted_by: null,
  };
}
