import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CatalogChannel } from './catalog.ts';
import { listChannels } from './list.ts';
import { channelOf } from './status.ts';

const row = (name: string, over: Partial<CatalogChannel> = {}): CatalogChannel => ({
  id: name,
  name,
  gatherId: 'g',
  gatherTitle: '三楼',
  gradeId: null,
  schoolId: null,
  schoolName: '示例学校',
  gradeName: '高中一年级',
  source: { mode: 'file', path: '/a' },
  isStarted: true,
  createdAt: '2026-09-01T00:00:00.000Z',
  deletedAt: null,
  ...over,
});
const show = (each: CatalogChannel) => channelOf(each, { isGatherOnline: false, report: undefined, viewers: 0 });
const names = (query: Partial<Parameters<typeof listChannels>[1]>, rows: CatalogChannel[], online: string[] = []) => {
  const list = listChannels(rows, { page: 1, pageSize: 50, ...query }, (each) => online.includes(each.id), show);
  return { names: list.rows.map((each) => each.name).join(' '), total: list.total, online: list.online };
};

test('those online come first, each group in its order', () => {
  assert.deepEqual(names({}, [row('a'), row('b'), row('c'), row('d')], ['b', 'd']), { names: 'b d a c', total: 4, online: 2 });
});

test('pages count over the whole order', () => {
  const rows = ['a', 'b', 'c', 'd', 'e'].map((name) => row(name));
  assert.equal(names({ page: 1, pageSize: 2 }, rows, ['e']).names, 'e a');
  assert.equal(names({ page: 3, pageSize: 2 }, rows, ['e']).names, 'd');
  assert.deepEqual(names({ page: 4, pageSize: 2 }, rows, ['e']), { names: '', total: 5, online: 1 });
});

test('search finds class, grade and school, in any width and case', () => {
  const rows = [row('一班'), row('Lab A'), row('二班', { schoolName: '第二中学' })];
  assert.deepEqual(names({ search: '一班' }, rows), { names: '一班', total: 1, online: 0 });
  assert.equal(names({ search: 'ｌａｂ' }, rows).names, 'Lab A');
  assert.equal(names({ search: '第二' }, rows).names, '二班');
  assert.equal(names({ search: '高中一年级 二' }, rows).names, '二班');
  assert.equal(names({ search: '高中一年级' }, rows).total, 3);
  assert.equal(names({ search: "' or 1=1 --" }, rows).total, 0);
});
