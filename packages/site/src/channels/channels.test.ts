import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { routes } from '@lubo/contract';
import Sqlite from 'better-sqlite3';
import { enrolLocally, siteInHand } from '../testing/site-in-hand.ts';
import { until } from '../testing/until.ts';

test('a channel is added, read, changed in part and removed', async (t) => {
  const hand = await siteInHand(t);
  const cookie = await hand.adminCookie();
  const { id: gatherId } = await enrolLocally(hand.call, 'gather');
  const { body: grades } = await hand.call(routes.listGrades);
  const gradeId = grades.rows[6]?.id ?? '';
  const made = await hand.addChannel('  一班 ', { gatherId, gradeId });
  assert.deepEqual(made, { id: made.id, name: '一班', gatherId, gradeId, source: { mode: 'file', path: '/clip.mp4' }, isStarted: true });
  const params = { id: made.id };
  assert.deepEqual((await hand.call(routes.getChannelSettings, { params, cookie })).body, made);
  const edited = await hand.call(routes.editChannel, { params, cookie, body: { name: '二班' } });
  assert.deepEqual(edited.body, { ...made, name: '二班' });
  const { body: seen } = await hand.call(routes.getChannel, { params });
  assert.deepEqual([seen.name, seen.gradeName, seen.status, seen.fault?.code], ['二班', '初中一年级', 'waiting', 'gather-offline']);
  assert.equal((await hand.call(routes.editChannel, { params, cookie, body: { gradeId: null, isStarted: false } })).body.gradeId, null);
  assert.equal((await hand.call(routes.deleteChannel, { params, cookie })).status, 204);
  assert.equal((await hand.call(routes.getChannel, { params })).problem?.code, 'channel-not-found');
});

test('a gather gets no more channels than its enrolment allows', async (t) => {
  const hand = await siteInHand(t);
  const { id: gatherId } = await enrolLocally(hand.call, 'gather');
  const db = new Sqlite(join(hand.dataDir, 'site', 'lubo.sqlite'));
  t.after(() => db.close());
  const row = db.prepare(`insert into channels (id, name, gather_id, source, is_started, created_at) values (?, 'x', ?, '{"mode":"file","path":"/a"}', 1, '2026-01-01T00:00:00.000Z')`);
  db.transaction(() => {
    for (let i = 1; i < 256; i++) row.run(String(i).padStart(12, '0'), gatherId);
  })();
  await hand.addChannel('the last', { gatherId });
  const body = { name: 'one more', gatherId, source: { mode: 'file', path: '/a' } };
  const refused = await hand.call(routes.createChannel, { body, cookie: await hand.adminCookie() });
  assert.deepEqual([refused.status, refused.problem?.code], [409, 'too-many-channels']);
});

test('an edit without fields changes nothing', async (t) => {
  const hand = await siteInHand(t);
  const made = await hand.addChannel('一班', { gatherId: (await enrolLocally(hand.call, 'gather')).id });
  const { body } = await hand.call(routes.editChannel, { params: { id: made.id }, cookie: await hand.adminCookie(), body: {} });
  assert.deepEqual(body, made);
});

test('gather and grade must exist, a live server is no gather', async (t) => {
  const hand = await siteInHand(t);
  const cookie = await hand.adminCookie();
  const live = await enrolLocally(hand.call, 'live');
  const source = { mode: 'file', path: '/a' };
  const wrong = await hand.call(routes.createChannel, { cookie, body: { name: 'x', gatherId: live.id, gradeId: '000000000000', source } });
  assert.equal(wrong.status, 400);
  assert.deepEqual(wrong.problem?.errors?.map((error) => error.path), ['body.gatherId', 'body.gradeId']);
  const made = await hand.addChannel('一班', { gatherId: (await enrolLocally(hand.call, 'gather')).id });
  const edit = await hand.call(routes.editChannel, { params: { id: made.id }, cookie, body: { gradeId: '000000000000' } });
  assert.deepEqual([edit.status, edit.problem?.errors?.[0]?.path], [400, 'body.gradeId']);
});

test('unknown channels are 404 for administrators, on every operation', async (t) => {
  const hand = await siteInHand(t);
  const cookie = await hand.adminCookie();
  const params = { id: '000000000000' };
  for (const route of [routes.getChannelSettings, routes.deleteChannel]) assert.equal((await hand.call(route, { params, cookie })).status, 404);
  assert.equal((await hand.call(routes.editChannel, { params, cookie, body: { name: 'x' } })).status, 404);
  assert.equal((await hand.call(routes.getChannel, { params: { id: "' or 1=1" } })).status, 400);
});

test('the list has those online first, then by name with numbers by their value', async (t) => {
  const hand = await siteInHand(t);
  const gather = await hand.agent('gather');
  const made = [];
  for (const name of ['高一10班', '高一2班', '初三1班', 'a班']) made.push(await hand.addChannel(name, { gatherId: gather.id }));
  gather.reportChannels([{ id: made[0]?.id ?? '', isPushing: true }]);
  const list = async (query = {}) => (await hand.call(routes.listChannels, { query })).body;
  await until('one is online', async () => (await list()).online === 1);
  const { rows, total } = await list();
  assert.deepEqual(rows.map(({ name, status }) => `${name} ${status}`), ['高一10班 live', '初三1班 connecting', '高一2班 connecting', 'a班 connecting']);
  assert.equal(total, 4);
  assert.deepEqual((await list({ search: '高一', page: '2', pageSize: '1' })).rows.map(({ name }) => name), ['高一2班']);
  gather.kill();
  await until('none is online', async () => (await list()).online === 0);
  assert.deepEqual((await list()).rows.map(({ name }) => name), ['初三1班', '高一2班', '高一10班', 'a班']);
});

test('names with markup come back as they were given', async (t) => {
  const hand = await siteInHand(t);
  const name = '<img src=x onerror=alert(1)>"\'&';
  const made = await hand.addChannel(name, { gatherId: (await enrolLocally(hand.call, 'gather')).id });
  assert.equal((await hand.call(routes.getChannel, { params: { id: made.id } })).body.name, name);
});
