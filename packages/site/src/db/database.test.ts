import assert from 'node:assert/strict';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { test } from 'node:test';
import { StartError } from '@lubo/config';
import { sql } from 'kysely';
import { temporaryFolder } from '../testing/site-in-hand.ts';
import { openDatabase } from './database.ts';

test('a new database has the tables, the defaults and the guarantees', async (t) => {
  const dir = join(temporaryFolder(t), 'deep', 'site');
  const db = await openDatabase(dir);
  const grades = await db.selectFrom('grades').selectAll().orderBy('position').execute();
  assert.equal(grades.map(({ stage, name }) => stage + name).join(' '), '小学一年级 小学二年级 小学三年级 小学四年级 小学五年级 小学六年级 初中一年级 初中二年级 初中三年级 高中一年级 高中二年级 高中三年级');
  const subjects = await db.selectFrom('subjects').select('name').orderBy('position').execute();
  assert.equal(subjects.map(({ name }) => name).join(' '), '语文 数学 英语 政治 历史 地理 物理 化学 美术 音乐 生物');
  const pragma = async (name: string) => Object.values((await sql.raw<Record<string, unknown>>(`pragma ${name}`).execute(db)).rows[0] ?? {})[0];
  assert.deepEqual(
    [await pragma('journal_mode'), await pragma('synchronous'), await pragma('foreign_keys'), await pragma('busy_timeout'), await pragma('cache_size')],
    ['wal', 2, 1, 5000, -65_536],
  );
  for (const file of ['lubo.sqlite', 'lubo.sqlite-wal']) assert.equal(statSync(join(dir, file)).mode & 0o777, 0o600, file);
  await db.destroy();
});

test('opening it again changes nothing', async (t) => {
  const dir = temporaryFolder(t);
  const tags: string[] = [];
  for (let i = 0; i < 2; i++) {
    const db = await openDatabase(dir);
    tags.push((await db.selectFrom('site').select('tag').executeTakeFirstOrThrow()).tag);
    assert.equal((await db.selectFrom('grades').select('id').execute()).length, 12);
    await db.destroy();
  }
  assert.equal(tags[0], tags[1]);
});

test('a migration that came later runs, though its number is lower than that of one that has run', async (t) => {
  const dir = temporaryFolder(t);
  const db = await openDatabase(dir);
  await sql`delete from kysely_migration where name = '0031-archive-lists'`.execute(db);
  await sql`create index recordings_retention on recordings (is_kept)`.execute(db);
  await db.destroy();
  const again = await openDatabase(dir);
  const { rows } = await sql<{ name: string }>`select name from sqlite_master where name = 'recordings_retention'`.execute(again);
  assert.equal(rows.length, 0);
  await again.destroy();
});

test('a database of a newer version is refused in one line, as is a file in the way and one that is no database', async (t) => {
  const dir = temporaryFolder(t);
  const db = await openDatabase(dir);
  await sql`insert into kysely_migration (name, timestamp) values ('9999-future', '2030')`.execute(db);
  await db.destroy();
  const isOneLine = (error: unknown): boolean => error instanceof StartError && !error.message.includes('\n');
  await assert.rejects(openDatabase(dir), isOneLine);

  writeFileSync(join(dir, 'file'), '');
  await assert.rejects(openDatabase(join(dir, 'file')), (error: Error) => isOneLine(error) && error.message.includes('LUBO_DATA_DIR'));

  if (process.platform === 'linux') await assert.rejects(openDatabase('/proc/nowhere/site'), isOneLine);

  const broken = temporaryFolder(t);
  writeFileSync(join(broken, 'lubo.sqlite'), 'this is no database, but long enough to look like a file with something in it'.repeat(50));
  await assert.rejects(openDatabase(broken), isOneLine);
});

test('every column is explained', () => {
  const file = new URL('./migrations/0001-first.ts', import.meta.url);
  const columns = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line.includes('.addColumn('));
  assert.ok(columns.length > 50);
  assert.deepEqual(columns.filter((line) => !/\) \/\/ \S.{4,}$/.test(line)), []);
});
