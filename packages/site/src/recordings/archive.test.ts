import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type Route, routes } from '@lubo/contract';
import { madeRecording, tinyJpeg, tusHand } from '../testing/gather-hand.ts';
import { type SiteInHand, enrolLocally, siteInHand } from '../testing/site-in-hand.ts';
import { until } from '../testing/until.ts';

async function siteWithRecordings(t: TestContext, count: number) {
  const hand = await siteInHand(t);
  const key = await enrolLocally(hand.call, 'gather');
  const channel = await hand.addChannel('一班', { gatherId: key.id });
  const tus = tusHand(hand.url, key);
  const made = Array.from({ length: count }, (_, i) => madeRecording(channel.id, { seed: i + 1, startedAt: `2026-09-0${i + 1}T08:00:00.000Z` }));
  for (const { upload, bytes } of made) assert.equal((await tus.send(upload, bytes)).status, 204);
  return { hand, key, channel, tus, made, ids: made.map(({ upload }) => upload.id), cookie: await hand.adminCookie() };
}

function files(hand: SiteInHand): string[] {
  return readdirSync(join(hand.dataDir, 'site', 'storage', 'data'), { recursive: true }).map(String).filter((name) => name.includes('+'));
}

const nobody = '6f1c0c6e-2b5f-4c1e-9a55-0d1f7a3b9c01';

test('lists show the newest first, and filter by date, class, channel, subject', async (t) => {
  const { hand, ids, channel, cookie } = await siteWithRecordings(t, 3);
  const list = async (query: Record<string, string>) => {
    const { body } = await hand.call(routes.listRecordings, { query });
    return { ids: body.rows.map(({ id }) => ids.indexOf(id)), total: body.total, isMore: body.isMore };
  };
  assert.deepEqual(await list({}), { ids: [2, 1, 0], total: 3, isMore: false });
  assert.deepEqual(await list({ sort: 'startedAt' }), { ids: [0, 1, 2], total: 3, isMore: false });
  assert.deepEqual(await list({ pageSize: '2', page: '2' }), { ids: [0], total: 3, isMore: false });
  assert.deepEqual((await list({ from: '2026-09-02T00:00:00Z', to: '2026-09-03T00:00:00.000Z' })).ids, [1]);
  assert.deepEqual((await list({ channelId: channel.id })).ids, [2, 1, 0]);
  assert.deepEqual((await list({ channelId: '000000000000' })).ids, []);
  const { body: subjects } = await hand.call(routes.listSubjects);
  const subjectId = subjects.rows[1]?.id ?? '';
  const edited = await hand.call(routes.editRecording, { cookie, params: { id: ids[1] ?? '' }, body: { subjectId } });
  assert.equal(edited.body.subjectName, subjects.rows[1]?.name);
  assert.deepEqual((await list({ subjectId })).ids, [1]);
  assert.deepEqual((await list({ subjectId, channelId: channel.id })).ids, [1]);
  assert.deepEqual((await list({ search: (subjects.rows[1]?.name ?? '').slice(0, 1) })).ids, [1]);
  assert.deepEqual((await list({ search: '一' })).ids, [2, 1, 0]);
  assert.deepEqual((await list({ search: '一', subjectId })).ids, [1]);
  for (const nothing of ['二', '%', '_', "'", '\\']) assert.deepEqual((await list({ search: nothing })).ids, [], nothing);
  const { problem } = await hand.call(routes.listRecordings, { query: { page: '500', pageSize: '200' } });
  assert.deepEqual(problem?.errors?.map(({ path }) => path), ['query.page']);
});

test('what visitors see tells nothing of size, place or gather', async (t) => {
  const { hand, ids } = await siteWithRecordings(t, 1);
  const { body } = await hand.call(routes.getRecording, { params: { id: ids[0] ?? '' } });
  for (const secret of ['gatherId', 'size', 'volumeId', 'deletedBy']) assert.ok(!(secret in body), secret);
});

test('a deleted recording is nowhere but in the recycle bin, comes back from there, and goes for good with its files', async (t) => {
  const { hand, ids, cookie, key } = await siteWithRecordings(t, 2);
  const [id = ''] = ids;
  const headers = { authorization: `Bearer ${key.id}.${key.key}`, 'content-type': 'image/jpeg' };
  const put = await fetch(`${hand.url}/api/gather/recordings/${id}/poster`, { method: 'PUT', headers, body: new Uint8Array(tinyJpeg()) });
  assert.equal(put.status, 204);
  const archive = async (place: string) => (await hand.call(routes.listArchive, { cookie, query: { place } })).body.rows.map((row) => row.id);
  const change = async (action: string) => (await hand.call(routes.changeArchive, { cookie, body: { action, ids: [id, nobody] } })).body;

  assert.equal((await change('purge')).recordings, 0);
  assert.equal((await hand.call(routes.deleteRecording, { cookie, params: { id } })).status, 204);
  assert.equal((await hand.call(routes.getRecording, { params: { id } })).status, 404);
  assert.equal((await hand.call(routes.playRecording, { params: { id } })).status, 404);
  assert.equal((await fetch(`${hand.url}/api/recordings/${id}/poster`)).status, 404);
  assert.deepEqual(await archive('bin'), [id]);
  assert.deepEqual(await archive('archive'), [ids[1]]);
  const { body: binned } = await hand.call(routes.getArchived, { cookie, params: { id } });
  assert.deepEqual([binned.deletedBy, typeof binned.deletedAt], ['管理员', 'string']);
  assert.equal((await hand.call(routes.deleteRecording, { cookie, params: { id } })).status, 409);

  assert.deepEqual(await change('restore'), { recordings: 1, bytes: 1000, kept: 0 });
  assert.equal((await hand.call(routes.getRecording, { params: { id } })).status, 200);
  await change('delete');
  assert.equal(files(hand).length, 3);
  const preview = await hand.call(routes.previewArchiveChange, { cookie, body: { action: 'purge', ids: [id, nobody] } });
  assert.deepEqual(preview.body, { recordings: 1, bytes: 1000, kept: 0 });
  assert.deepEqual(await change('purge'), { recordings: 1, bytes: 1000, kept: 0 });
  await until('the files are gone', () => files(hand).length === 1);
  assert.deepEqual(await archive('bin'), []);
});

test('retention moves what is old to the recycle bin, spares what is marked, and the bin empties itself', async (t) => {
  const { hand, ids, cookie } = await siteWithRecordings(t, 3);
  await hand.call(routes.editRecording, { cookie, params: { id: ids[0] ?? '' }, body: { isKept: true } });
  hand.clock.step(10 * 24 * 60 * 60 * 1000);
  const fresh = await hand.call(routes.signIn, { body: { name: '管理员', password: 'correct horse' } });
  const call = <R extends Route>(route: R, body?: unknown, query?: Record<string, string>) => hand.call(route, { cookie: fresh.cookie, ...(body ? { body } : {}), ...(query ? { query } : {}) });
  const rules = { retentionDays: null, binDays: 30, allowsDownload: false };
  assert.deepEqual((await call(routes.getArchiveRules)).body, rules);
  assert.deepEqual((await call(routes.previewRetention, undefined, { days: '5' })).body, { recordings: 2, bytes: 2000, kept: 0 });
  assert.equal((await call(routes.runRetention)).body.recordings, 0);
  assert.equal((await call(routes.setArchiveRules, { ...rules, retentionDays: 5, binDays: 7 })).status, 200);
  assert.deepEqual((await call(routes.runRetention)).body, { recordings: 2, bytes: 2000, kept: 0 });
  const { body: bin } = await call(routes.listArchive, undefined, { place: 'bin' });
  assert.deepEqual(bin.rows.map(({ deletedBy }) => deletedBy), ['retention', 'retention']);
  hand.clock.step(9 * 24 * 60 * 60 * 1000);
  await hand.clock.advance(11 * 60 * 1000);
  await until('the files are gone', () => files(hand).length === 1);
  const { body } = await hand.call(routes.listRecordings, {});
  assert.deepEqual(body.rows.map(({ id }) => id), [ids[0]]);
});

test('each operation of administrators names what is wrong', async (t) => {
  const { hand, ids, cookie } = await siteWithRecordings(t, 1);
  const viewer = await hand.viewerCookie();
  const params = { id: ids[0] ?? '' };
  const rules = { retentionDays: 5, binDays: 7, allowsDownload: true };
  const good: [Route, { params?: Record<string, string>; body?: unknown; query?: Record<string, string> }][] = [
    [routes.listArchive, {}],
    [routes.getArchived, { params }],
    [routes.editRecording, { params, body: { isKept: true } }],
    [routes.previewArchiveChange, { body: { action: 'keep', ids } }],
    [routes.changeArchive, { body: { action: 'keep', ids } }],
    [routes.getArchiveRules, {}],
    [routes.setArchiveRules, { body: rules }],
    [routes.previewRetention, { query: { days: '3' } }],
    [routes.runRetention, {}],
    [routes.deleteRecording, { params }],
  ];
  for (const [route, options] of good) {
    assert.equal((await hand.call(route, options)).status, 401, route.path);
    assert.equal((await hand.call(route, { ...options, cookie: viewer })).status, 403, route.path);
    assert.ok((await hand.call(route, { ...options, cookie })).status < 300, route.path);
  }
  const bad: [Route, { params?: Record<string, string>; body?: unknown; query?: Record<string, string> }, status: number, field: string | undefined][] = [
    [routes.getArchived, { params: { id: nobody } }, 404, undefined],
    [routes.getArchived, { params: { id: '../x' } }, 400, 'params.id'],
    [routes.deleteRecording, { params: { id: nobody } }, 404, undefined],
    [routes.editRecording, { params: { id: nobody }, body: { isKept: true } }, 404, undefined],
    [routes.editRecording, { params, body: { subjectId: '000000000000' } }, 400, 'body.subjectId'],
    [routes.editRecording, { params, body: { teacherId: '000000000000' } }, 400, 'body.teacherId'],
    [routes.changeArchive, { body: { action: 'burn', ids } }, 400, 'body.action'],
    [routes.changeArchive, { body: { action: 'delete', ids: [] } }, 400, 'body.ids'],
    [routes.setArchiveRules, { body: { ...rules, retentionDays: 0 } }, 400, 'body.retentionDays'],
    [routes.setArchiveRules, { body: { ...rules, binDays: null } }, 400, 'body.binDays'],
    [routes.previewRetention, { query: { days: 'x' } }, 400, 'query.days'],
    [routes.listArchive, { query: { sort: 'size' } }, 400, 'query.sort'],
  ];
  for (const [route, options, status, field] of bad) {
    const answer = await hand.call(route, { ...options, cookie });
    assert.deepEqual([answer.status, answer.problem?.errors?.[0]?.path], [status, field], `${route.method} ${route.path}`);
  }
});
