import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listQuery } from '@lubo/contract';
import { sql } from 'kysely';
import { temporaryFolder } from '../testing/site-in-hand.ts';
import { openDatabase } from './database.ts';
import { contains, readPage } from './page.ts';

const query = listQuery(['name', 'position'], '-position');

async function subjects(t: Parameters<typeof temporaryFolder>[0], names: string[]) {
  const db = await openDatabase(temporaryFolder(t));
  t.after(() => db.destroy());
  await db.deleteFrom('subjects').execute();
  if (names.length > 0) await db.insertInto('subjects').values(names.map((name, i) => ({ id: String(i).padStart(12, '0'), name, position: i % 3 }))).execute();
  const source = { query: db.selectFrom('subjects').select(['id', 'name']), columns: { name: 'name', position: 'position' }, key: 'id' } as const;
  return { db, source };
}

test('pages cover every row once, in one order, however many are equal', async (t) => {
  const { source } = await subjects(t, Array.from({ length: 47 }, (_, i) => `s${i}`));
  for (const sort of ['position', '-position', 'name'] as const) {
    const seen: string[] = [];
    for (let page = 1; page <= 6; page++) {
      const { rows, total } = await readPage(source, { page, pageSize: 10, sort });
      assert.equal(total, 47);
      seen.push(...rows.map(({ id }) => id));
    }
    assert.equal(new Set(seen).size, 47, sort);
  }
});

test('the total is right on a short first page, on the last and beyond', async (t) => {
  const { source } = await subjects(t, ['a', 'b', 'c']);
  assert.deepEqual(await readPage(source, { page: 1, pageSize: 10, sort: 'name' }), { rows: ['a', 'b', 'c'].map((name, i) => ({ id: String(i).padStart(12, '0'), name })), total: 3 });
  assert.equal((await readPage(source, { page: 2, pageSize: 2, sort: 'name' })).total, 3);
  assert.deepEqual(await readPage(source, { page: 9, pageSize: 2, sort: 'name' }), { rows: [], total: 3 });
  assert.equal((await readPage({ ...source, total: () => Promise.resolve(99) }, { page: 2, pageSize: 2, sort: 'name' })).total, 99);
});

test('signs of LIKE mean themselves, letters match in either case', async (t) => {
  const names = ['100%', '100x', 'a_b', 'axb', 'c\\d', "o'k", 'Physics'];
  const { db } = await subjects(t, names);
  const find = async (words: string) =>
    (await db.selectFrom('subjects').select('name').where(contains(sql.ref('name'), words)).orderBy('name').execute()).map(({ name }) => name);
  assert.deepEqual(await find('0%'), ['100%']);
  assert.deepEqual(await find('a_'), ['a_b']);
  assert.deepEqual(await find('\\'), ['c\\d']);
  assert.deepEqual(await find("'"), ["o'k"]);
  assert.deepEqual(await find('PHYS'), ['Physics']);
  assert.equal((await find('')).length, names.length);
});

test('a query says its page, its sort and no column that is not offered', () => {
  assert.deepEqual(query.parse({}), { page: 1, pageSize: 50, sort: '-position' });
  assert.equal(query.parse({ sort: '-name', search: ' x ' }).search, 'x');
  for (const wrong of [{ sort: 'id' }, { sort: '--name' }, { page: '0' }, { pageSize: '201' }, { search: 'x'.repeat(65) }]) assert.throws(() => query.parse(wrong));
});
