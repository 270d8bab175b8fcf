import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { ArchiveQuery } from '@lubo/contract';
import { type CompiledQuery, Kysely } from 'kysely';
import { openDatabase } from '../db/database.ts';
import { sqliteDialect } from '../db/sqlite.ts';
import type { Tables } from '../db/tables.ts';
import { seedArchive } from '../seed/seed.ts';
import { temporaryFolder } from '../testing/site-in-hand.ts';
import { listIds } from './list.ts';

/** A little archive, the same each time. */
async function archive(t: Parameters<typeof temporaryFolder>[0]) {
  const dir = temporaryFolder(t);
  const made = await openDatabase(dir);
  let seed = 7;
  const random = (): number => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
  await seedArchive(made, { recordings: 3_000, channels: 40, gathers: 5, schools: 3, teachers: 30 }, random);
  await made.destroy();
  const asked: CompiledQuery[] = [];
  const db = new Kysely<Tables>({ dialect: sqliteDialect(join(dir, 'lubo.sqlite')), log: ({ query }) => void asked.push(query) });
  t.after(() => db.destroy());
  const first = async (table: 'subjects' | 'teachers' | 'schools' | 'grades' | 'channels'): Promise<string> => (await db.selectFrom(table).select('id').orderBy('name', 'desc').limit(1).executeTakeFirstOrThrow()).id;
  const ids = { subjectId: await first('subjects'), teacherId: await first('teachers'), schoolId: await first('schools'), gradeId: await first('grades'), channelId: await first('channels') };
  return { db, asked, ids };
}

/** How SQLite reads the recordings for a query: one line a part. */
async function plansOf({ db, asked }: Awaited<ReturnType<typeof archive>>, query: Record<string, unknown>): Promise<string[]> {
  asked.length = 0;
  await listIds(db, ArchiveQuery.parse(query));
  const plans: string[] = [];
  for (const { sql, parameters } of asked.filter((each) => each.sql.includes('recordings'))) {
    const { rows } = await db.executeQuery<{ detail: string }>({ ...asked[0], sql: `explain query plan ${sql}`, parameters } as CompiledQuery<{ detail: string }>);
    plans.push(...rows.map(({ detail }) => detail).filter((detail) => detail.includes('recordings')));
  }
  return plans;
}

test('each filter is led by its own index, whatever is asked beside it, and no list reads all rows', async (t) => {
  const site = await archive(t);
  const { subjectId, teacherId, schoolId, gradeId, channelId } = site.ids;
  const cases: [query: Record<string, unknown>, leads: RegExp][] = [
    [{}, /recordings_newest/],
    [{ sort: '-plays' }, /recordings_(plays|newest)/],
    [{ subjectId }, /recordings_subject/],
    [{ teacherId, sort: '-plays' }, /recordings_teacher/],
    [{ channelId, subjectId }, /recordings_channel/],
    [{ subjectId, teacherId }, /recordings_teacher/],
    [{ subjectId, teacherId, sort: '-plays' }, /recordings_teacher/],
    [{ subjectId, gradeId, schoolId, sort: '-plays' }, /recordings_school/],
    [{ subjectId, from: '2022-01-01T00:00:00.000Z' }, /recordings_subject/],
    [{ place: 'bin', subjectId }, /recordings_subject/],
    [{ search: '老师1' }, /recordings_teacher/],
    [{ search: '1年级', subjectId }, /recordings_(class|subject)/],
  ];
  for (const [query, leads] of cases) {
    const plans = await plansOf(site, query);
    assert.ok(plans.length >= 2, JSON.stringify(query));
    for (const plan of plans) {
      assert.match(plan, /USING (COVERING )?INDEX/, JSON.stringify(query));
      // A count over everything may look through any index.
      if (Object.keys(query).some((name) => name.endsWith('Id') || name === 'search')) assert.match(plan, leads, JSON.stringify(query));
    }
  }
});

test('filters, words and orders find what looking through all rows finds', async (t) => {
  const { db, ids } = await archive(t);
  const rows = await db.selectFrom('recordings').innerJoin('teachers', 'teachers.id', 'recordings.teacher_id').selectAll('recordings').select('teachers.name as teacherName').execute();
  const { subjectId, teacherId, schoolId, gradeId } = ids;
  type Row = (typeof rows)[number];
  const present = ({ deleted_at }: Row): boolean => deleted_at === null;
  const cases: [query: Record<string, unknown>, fits: (row: Row) => boolean][] = [
    [{}, present],
    [{ place: 'bin' }, (row) => !present(row)],
    [{ subjectId, teacherId }, (row) => present(row) && row.subject_id === subjectId && row.teacher_id === teacherId],
    [{ subjectId, gradeId, schoolId }, (row) => present(row) && row.subject_id === subjectId && row.grade_id === gradeId && row.school_id === schoolId],
    [{ search: '老师2' }, (row) => present(row) && row.teacherName.includes('老师2')],
    [{ search: '老师' }, present],
    [{ search: '1年级', subjectId }, (row) => present(row) && row.class_name.includes('1年级') && row.subject_id === subjectId],
    [{ from: '2022-01-01T00:00:00.000Z', to: '2022-03-01T00:00:00.000Z' }, (row) => present(row) && row.started_at >= '2022-01-01' && row.started_at < '2022-03-01'],
  ];
  for (const [query, fits] of cases) {
    const found = rows.filter(fits);
    const byTime = found.toSorted((a, b) => (a.started_at < b.started_at ? 1 : -1));
    const byPlays = found.toSorted((a, b) => b.play_count - a.play_count || (a.id < b.id ? 1 : -1));
    for (const [sort, sorted] of [['-startedAt', byTime], ['-plays', byPlays]] as const) {
      const listed = await listIds(db, ArchiveQuery.parse({ ...query, sort, page: 2, pageSize: 20 }));
      assert.equal(listed.total, found.length, JSON.stringify(query));
      if (query['place'] !== 'bin') assert.deepEqual(listed.ids, sorted.slice(20, 40).map(({ id }) => id), JSON.stringify([query, sort]));
    }
  }
});
