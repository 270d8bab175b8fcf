import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createNameOrder, pageOfRows } from './name-order.ts';

const order = createNameOrder();

function sorted(names: string[], sort: 'name' | '-name' = 'name', search?: string): string[] {
  const ranks = order(names);
  const list = { textOf: (name: string) => name, columns: { name: (name: string) => ranks.get(name) ?? 0 }, keyOf: (name: string) => name };
  return pageOfRows(names, list, { page: 1, pageSize: 100, sort, search }).rows;
}

test('Chinese names go by pinyin, numbers by their value', () => {
  assert.deepEqual(sorted(['张三', '李四', '安七', '王五']), ['安七', '李四', '王五', '张三']);
  assert.deepEqual(sorted(['第10中学', '第2中学']), ['第2中学', '第10中学']);
  assert.deepEqual(sorted(['李四', '安七'], '-name'), ['李四', '安七']);
});

test('a new name finds its place among those that are known', () => {
  sorted(['张三', '安七']);
  assert.deepEqual(sorted(['张三', '安七', '李四']), ['安七', '李四', '张三']);
  assert.deepEqual(sorted(['张三', '安七']), ['安七', '张三']);
});

test('a search finds full-width as half-width, capital as small', () => {
  assert.deepEqual(sorted(['ＡＢ中学', 'cd中学'], 'name', 'ab'), ['ＡＢ中学']);
  assert.deepEqual(sorted(['100%', '100'], 'name', '%'), ['100%']);
});

test('only the rows that are named by their identities, whatever their key is', () => {
  type Row = { id: string; place: number };
  const rows: Row[] = [{ id: 'a', place: 2 }, { id: 'b', place: 1 }, { id: 'c', place: 0 }];
  const list = { textOf: (row: Row) => row.id, columns: { place: (row: Row) => row.place }, keyOf: (row: Row) => row.place, idOf: (row: Row) => row.id };
  const page = (ids: string[], search?: string) => pageOfRows(rows, list, { page: 1, pageSize: 10, sort: 'place', ids, search });
  assert.deepEqual([page(['a', 'c', 'z']).rows.map(({ id }) => id), page(['a', 'c', 'z']).total], [['c', 'a'], 2]);
  assert.deepEqual(page(['a', 'c'], 'a').rows.map(({ id }) => id), ['a']);
});

test('equal rows keep one order over all pages', () => {
  const rows = Array.from({ length: 25 }, (_, i) => ({ id: String(i).padStart(2, '0') }));
  const list = { textOf: () => '', columns: { same: () => 0 }, keyOf: (row: { id: string }) => row.id };
  const ids = [1, 2, 3].flatMap((page) => pageOfRows(rows.toReversed(), list, { page, pageSize: 10, sort: 'same' }).rows.map(({ id }) => id));
  assert.deepEqual(ids, rows.map(({ id }) => id));
});
