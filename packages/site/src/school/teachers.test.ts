import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { maxPortraitBytes, maxTeachers, routes } from '@lubo/contract';
import Sqlite from 'better-sqlite3';
import { type SiteInHand, siteInHand } from '../testing/site-in-hand.ts';
import { sampleTeachers } from './sample-teachers.ts';

const nobody = { id: '000000000000' };

/** The smallest files of each kind that their readers take for one, as far as the first bytes go. */
const jpeg = Buffer.from('ffd8ffe000104a464946000101', 'hex');
const png = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');
const webp = Buffer.from('524946461a000000574542505650384c', 'hex');

async function add(hand: SiteInHand, fields: Record<string, unknown>) {
  const { status, body } = await hand.call(routes.createTeacher, { cookie: await hand.adminCookie(), body: fields });
  assert.equal(status, 201);
  return body;
}

test('a teacher is added, read, changed in part and deleted', async (t) => {
  const hand = await siteInHand(t);
  const cookie = await hand.adminCookie();
  const made = await add(hand, { name: ' 欧阳修 ', sex: 'male', title: 'senior', details: '语文' });
  assert.deepEqual(made, { id: made.id, name: '欧阳修', sex: 'male', title: 'senior', details: '语文', isSample: false, createdAt: '2026-09-01T08:00:00.000Z' });
  const params = { id: made.id };
  assert.deepEqual((await hand.call(routes.getTeacher, { cookie, params })).body, made);
  assert.deepEqual((await hand.call(routes.editTeacher, { cookie, params, body: { title: null } })).body, { ...made, title: null });
  assert.deepEqual((await hand.call(routes.editTeacher, { cookie, params, body: {} })).body, { ...made, title: null });
  assert.equal((await hand.call(routes.deleteTeacher, { cookie, params })).status, 204);
  assert.equal((await hand.call(routes.getTeacher, { cookie, params })).problem?.code, 'teacher-not-found');
});

test('the list goes by pinyin or by title, is searched and filtered', async (t) => {
  const hand = await siteInHand(t);
  const cookie = await hand.adminCookie();
  for (const [name, title] of [['张三', 'third'], ['安七', null], ['李四', 'full-senior']] as const) await add(hand, { name, title, details: name === '张三' ? '物理 100%' : '' });
  const names = async (query: Record<string, string>) => (await hand.call(routes.listTeachers, { cookie, query })).body.rows.map(({ name }) => name);
  assert.deepEqual(await names({}), ['安七', '李四', '张三']);
  assert.deepEqual(await names({ sort: 'title' }), ['李四', '张三', '安七']);
  assert.deepEqual(await names({ search: '100%' }), ['张三']);
  assert.deepEqual(await names({ title: 'full-senior' }), ['李四']);
  assert.deepEqual(await names({ pageSize: '2', page: '2' }), ['张三']);
  assert.equal((await hand.call(routes.listTeachers, { cookie, query: { title: 'boss' } })).problem?.errors?.[0]?.path, 'query.title');
});

test('a portrait is kept by what its bytes are, served with its type and taken away', async (t) => {
  const hand = await siteInHand(t);
  const cookie = await hand.adminCookie();
  const urls = new Set<string>();
  for (const [picture, type] of [[jpeg, 'image/jpeg'], [png, 'image/png'], [webp, 'image/webp']] as const) {
    const { pictureUrl = '', id } = await add(hand, { name: '同名', picture: picture.toString('base64') });
    const response = await fetch(hand.url + pictureUrl);
    assert.deepEqual([response.status, response.headers.get('content-type'), response.headers.get('x-content-type-options')], [200, type, 'nosniff']);
    assert.match(response.headers.get('cache-control') ?? '', /immutable/);
    assert.deepEqual(Buffer.from(await response.arrayBuffer()), picture);
    assert.doesNotMatch((await fetch(`${hand.url}${pictureUrl.split('?')[0]}?v=old`)).headers.get('cache-control') ?? '', /immutable/);
    const bare = await hand.call(routes.editTeacher, { cookie, params: { id }, body: { picture: null } });
    assert.equal(bare.body.pictureUrl, undefined);
    assert.equal((await fetch(hand.url + pictureUrl)).status, 404);
    urls.add(pictureUrl.split('?')[1] ?? '');
  }
  assert.equal(urls.size, 3);
  for (const id of ['000000000000', '..%2f..', 'x']) assert.equal((await fetch(`${hand.url}/api/teachers/${id}/picture`)).status, 404);
});

test('what is no picture is refused at the field, whatever it calls itself', async (t) => {
  const hand = await siteInHand(t);
  const cookie = await hand.adminCookie();
  const refuse = async (picture: unknown) => {
    const { status, problem } = await hand.call(routes.createTeacher, { cookie, body: { name: 'x', picture } });
    return [status, problem?.errors?.[0]?.path, problem?.errors?.[0]?.code];
  };
  const base64 = (bytes: Buffer | string): string => Buffer.from(bytes).toString('base64');
  for (const bytes of ['<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', 'GIF89a', '', '<html>', 'RIFF0000WAVE']) {
    assert.deepEqual(await refuse(base64(bytes)), [400, 'body.picture', 'no-picture'], bytes);
  }
  assert.deepEqual(await refuse('not base64!'), [400, 'body.picture', 'format']);
  assert.deepEqual(await refuse(base64(Buffer.concat([jpeg, Buffer.alloc(maxPortraitBytes)]))), [400, 'body.picture', 'too-long']);
  const largest = Buffer.concat([jpeg, Buffer.alloc(maxPortraitBytes - jpeg.length)]);
  assert.ok((await add(hand, { name: 'large', picture: largest.toString('base64') })).pictureUrl);
  const { status } = await hand.call(routes.createTeacher, { cookie, body: { name: 'x', picture: 'A'.repeat(2_000_000) } });
  assert.equal(status, 413);
});

test('wrong and unknown teachers are told', async (t) => {
  const hand = await siteInHand(t);
  const cookie = await hand.adminCookie();
  const { problem } = await hand.call(routes.createTeacher, { cookie, body: { name: '', sex: 'x', title: 'x', details: 'x'.repeat(2_001) } });
  assert.deepEqual(problem?.errors?.map(({ path }) => path), ['body.name', 'body.sex', 'body.title', 'body.details']);
  for (const route of [routes.getTeacher, routes.getTeacherUsage, routes.deleteTeacher]) assert.equal((await hand.call(route, { cookie, params: nobody })).status, 404);
  assert.equal((await hand.call(routes.editTeacher, { cookie, params: nobody, body: { name: 'x' } })).status, 404);
});

test('sample teachers come once and go in one action, after it was shown what hangs on them', async (t) => {
  const hand = await siteInHand(t);
  const cookie = await hand.adminCookie();
  const own = await add(hand, { name: sampleTeachers[0]?.name });
  assert.equal((await hand.call(routes.addSampleTeachers, { cookie })).body.added, sampleTeachers.length);
  assert.equal((await hand.call(routes.addSampleTeachers, { cookie })).body.added, 0);
  const { body: list } = await hand.call(routes.listTeachers, { cookie });
  assert.deepEqual([list.total, list.samples], [sampleTeachers.length + 1, sampleTeachers.length]);

  const channel = await hand.addChannel('一班', { gatherId: (await hand.agent('gather')).id });
  const db = new Sqlite(join(hand.dataDir, 'site', 'lubo.sqlite'));
  const taught = list.rows.find(({ isSample }) => isSample)?.id;
  db.prepare("insert into timetable_intervals (id, channel_id, weekday, start_second, end_second, teacher_id) values ('aaaaaaaaaaaa', ?, 1, 0, 60, ?)").run(channel.id, taught);
  db.close();
  const refused = await hand.call(routes.deleteSampleTeachers, { cookie });
  assert.equal(refused.problem?.code, 'confirm-needed');
  const { body: usage } = await hand.call(routes.getSampleTeachersUsage, { cookie });
  assert.deepEqual(usage.items, [{ kind: 'teachers', effect: 'goes', count: sampleTeachers.length }, { kind: 'intervals', effect: 'stays', count: 1 }]);
  assert.equal((await hand.call(routes.deleteSampleTeachers, { cookie, query: { confirm: usage.state } })).status, 204);
  assert.deepEqual((await hand.call(routes.listTeachers, { cookie })).body.rows.map(({ id }) => id), [own.id]);
});

test('there are no more teachers than fit in memory', async (t) => {
  const hand = await siteInHand(t);
  const db = new Sqlite(join(hand.dataDir, 'site', 'lubo.sqlite'));
  const insert = db.prepare("insert into teachers (id, name, sort_name, details, is_sample, created_at) values (?, '同名', '同名', '', 0, '2026-01-01T00:00:00.000Z')");
  db.transaction(() => {
    for (let i = 0; i < maxTeachers; i++) insert.run(String(i).padStart(12, '0'));
  })();
  db.close();
  const cookie = await hand.adminCookie();
  for (const refused of [await hand.call(routes.createTeacher, { cookie, body: { name: 'x' } }), await hand.call(routes.addSampleTeachers, { cookie })]) {
    assert.deepEqual([refused.status, refused.problem?.code], [409, 'too-many-teachers']);
  }
});
