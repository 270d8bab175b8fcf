import assert from 'node:assert/strict';
import { test } from 'node:test';
import { maxSchools, routes } from '@lubo/contract';
import Sqlite from 'better-sqlite3';
import { join } from 'node:path';
import { type SiteInHand, enrolLocally, siteInHand } from '../testing/site-in-hand.ts';

const nobody = { id: '000000000000' };

async function addSchool(hand: SiteInHand, name: string, timeZone: string | null = null) {
  const { status, body } = await hand.call(routes.createSchool, { body: { name, timeZone }, cookie: await hand.adminCookie() });
  assert.equal(status, 201);
  return body;
}

/** A gather that stands in this school. */
async function gatherIn(hand: SiteInHand, schoolId: string): Promise<string> {
  const { body: code } = await hand.call(routes.createEnrolmentCode, { body: { kind: 'gather', schoolId }, cookie: await hand.adminCookie() });
  const facts = { hostname: 'pc', os: 'Linux', ip: '10.0.0.9', mac: '00:11:22:33:44:55', version: '1' };
  return (await hand.call(routes.enrol, { body: { kind: 'gather', code: code.code, facts } })).body.id;
}

test('a school is added, listed, changed in part and deleted', async (t) => {
  const hand = await siteInHand(t);
  const cookie = await hand.adminCookie();
  const made = await addSchool(hand, '  南湖小学 ', 'Asia/Urumqi');
  assert.deepEqual(made, { id: made.id, name: '南湖小学', timeZone: 'Asia/Urumqi', gathers: 0, createdAt: '2026-09-01T08:00:00.000Z' });
  assert.deepEqual((await hand.call(routes.listSchools)).body, { rows: [made], total: 1 });
  const params = { id: made.id };
  const renamed = await hand.call(routes.editSchool, { params, cookie, body: { name: '北湖小学' } });
  assert.deepEqual(renamed.body, { ...made, name: '北湖小学' });
  assert.equal((await hand.call(routes.editSchool, { params, cookie, body: { timeZone: null } })).body.timeZone, null);
  assert.equal((await hand.call(routes.editSchool, { params, cookie, body: {} })).body.name, '北湖小学');
  assert.equal((await hand.call(routes.deleteSchool, { params, cookie })).status, 204);
  assert.equal((await hand.call(routes.listSchools)).body.total, 0);
});

test('the list is searched, sorted by pinyin and paged', async (t) => {
  const hand = await siteInHand(t);
  for (const name of ['张江中学', '安定小学', '第10中学', '第2中学', 'ＡＢ中学', '100%']) await addSchool(hand, name);
  const names = async (query: Record<string, string>) => (await hand.call(routes.listSchools, { query })).body.rows.map(({ name }) => name);
  assert.deepEqual(await names({ search: '中学' }), ['第2中学', '第10中学', '张江中学', 'ＡＢ中学']);
  assert.deepEqual(await names({ search: '中学', sort: '-name', pageSize: '1', page: '2' }), ['张江中学']);
  assert.deepEqual(await names({ search: 'ab' }), ['ＡＢ中学']);
  assert.deepEqual(await names({ search: '%' }), ['100%']);
  assert.deepEqual(await names({ search: "' or 1=1 --" }), []);
  const wrong = await hand.call(routes.listSchools, { query: { sort: 'id; drop table schools', page: '0' } });
  assert.deepEqual([wrong.status, wrong.problem?.errors?.map(({ path }) => path)], [400, ['query.page', 'query.sort']]);
});

test('a name is taken whatever its width and case, by another but not by itself', async (t) => {
  const hand = await siteInHand(t);
  const cookie = await hand.adminCookie();
  const [first, second] = [await addSchool(hand, 'AB中学'), await addSchool(hand, '北湖小学')];
  const again = await hand.call(routes.createSchool, { cookie, body: { name: 'ａｂ中学' } });
  assert.deepEqual([again.status, again.problem?.code, again.problem?.errors?.[0]], [409, 'name-taken', { path: 'body.name', message: 'is taken', code: 'taken' }]);
  assert.equal((await hand.call(routes.editSchool, { params: { id: second.id }, cookie, body: { name: 'ab中学' } })).status, 409);
  assert.equal((await hand.call(routes.editSchool, { params: { id: first.id }, cookie, body: { name: 'ab中学' } })).status, 200);
});

test('wrong fields are named with what is wrong, unknown schools are 404', async (t) => {
  const hand = await siteInHand(t);
  const cookie = await hand.adminCookie();
  const faults = async (body: unknown) => {
    const { status, problem } = await hand.call(routes.createSchool, { cookie, body });
    return [status, problem?.errors?.map(({ path, code, limit }) => [path, code, limit])];
  };
  assert.deepEqual(await faults({ name: ' ', timeZone: 'Mars/Base' }), [400, [['body.name', 'needed', undefined], ['body.timeZone', 'format', undefined]]]);
  assert.deepEqual(await faults({ name: 'x'.repeat(65) }), [400, [['body.name', 'too-long', 64]]]);
  assert.deepEqual(await faults({ name: 'a\u0000b' }), [400, [['body.name', 'format', undefined]]]);
  assert.deepEqual(await faults({}), [400, [['body.name', 'needed', undefined]]]);
  for (const route of [routes.getSchoolUsage, routes.deleteSchool]) assert.equal((await hand.call(route, { params: nobody, cookie })).problem?.code, 'school-not-found');
  assert.equal((await hand.call(routes.editSchool, { params: nobody, cookie, body: { name: 'x' } })).status, 404);
});

test('a school in which gathers stand is not deleted; unused codes go when that is confirmed', async (t) => {
  const hand = await siteInHand(t);
  const cookie = await hand.adminCookie();
  const [busy, quiet] = [await addSchool(hand, '南湖小学'), await addSchool(hand, '北湖小学')];
  await gatherIn(hand, busy.id);
  const usage = await hand.call(routes.getSchoolUsage, { params: { id: busy.id }, cookie });
  assert.deepEqual([usage.body.items, usage.body.isBlocked], [[{ kind: 'gathers', effect: 'blocks', count: 1 }], true]);
  const refused = await hand.call(routes.deleteSchool, { params: { id: busy.id }, cookie, query: { confirm: usage.body.state } });
  assert.deepEqual([refused.status, refused.problem?.code, refused.problem?.usage], [409, 'in-use', usage.body]);
  assert.equal((await hand.call(routes.listSchools)).body.rows.find(({ id }) => id === busy.id)?.gathers, 1);

  await hand.call(routes.createEnrolmentCode, { body: { kind: 'gather', schoolId: quiet.id }, cookie });
  const asked = await hand.call(routes.deleteSchool, { params: { id: quiet.id }, cookie });
  assert.deepEqual([asked.problem?.code, asked.problem?.usage?.items], ['confirm-needed', [{ kind: 'enrolment-codes', effect: 'goes', count: 1 }]]);
  await hand.call(routes.createEnrolmentCode, { body: { kind: 'gather', schoolId: quiet.id }, cookie });
  const confirm = asked.problem?.usage?.state ?? '';
  const changed = await hand.call(routes.deleteSchool, { params: { id: quiet.id }, cookie, query: { confirm } });
  assert.deepEqual([changed.problem?.code, changed.problem?.usage?.items[0]?.count], ['confirm-needed', 2]);
  const last = { confirm: changed.problem?.usage?.state ?? '' };
  assert.equal((await hand.call(routes.deleteSchool, { params: { id: quiet.id }, cookie, query: last })).status, 204);
});

test('a new name is on its gathers at once', async (t) => {
  const hand = await siteInHand(t);
  const school = await addSchool(hand, '南湖小学');
  const { id } = await enrolLocally(hand.call, 'gather');
  const db = new Sqlite(join(hand.dataDir, 'site', 'lubo.sqlite'));
  db.prepare('update gathers set school_id = ? where agent_id = ?').run(school.id, id);
  db.close();
  const gather = await hand.agent('gather');
  await gather.until('it knows the school', (resources) => (resources['settings'] as { schoolName?: string } | undefined)?.schoolName === '南湖小学');
  await hand.call(routes.editSchool, { params: { id: school.id }, cookie: await hand.adminCookie(), body: { name: '北湖小学' } });
  await gather.until('the new name comes', (resources) => (resources['settings'] as { schoolName?: string } | undefined)?.schoolName === '北湖小学');
});

test('there are no more schools than fit in memory', async (t) => {
  const hand = await siteInHand(t);
  const db = new Sqlite(join(hand.dataDir, 'site', 'lubo.sqlite'));
  const insert = db.prepare("insert into schools (id, name, created_at) values (?, ?, '2026-01-01T00:00:00.000Z')");
  db.transaction(() => {
    for (let i = 0; i < maxSchools; i++) insert.run(String(i).padStart(12, '0'), `第${i}小学`);
  })();
  db.close();
  const refused = await hand.call(routes.createSchool, { body: { name: '再来一所' }, cookie: await hand.adminCookie() });
  assert.deepEqual([refused.status, refused.problem?.code], [409, 'too-many-schools']);
});

test('lessons to come keep their local time when the zone of their school, or of the site, changes', async (t) => {
  const hand = await siteInHand(t);
  const cookie = await hand.adminCookie();
  const school = await addSchool(hand, '南湖小学');
  const channel = await hand.addChannel('一班', { gatherId: await gatherIn(hand, school.id) });
  // The clock in hand stands at Tuesday 1 September 2026, 8:00 UTC.
  const intervals = [{ id: 'aaaaaaaaaaaa', weekday: 3, startSecond: 8 * 3600, endSecond: 9 * 3600 }];
  await hand.call(routes.saveTimetable, { cookie, params: { id: channel.id }, body: { basedOn: 0, intervals } });
  const plannedStart = (): unknown => {
    const db = new Sqlite(join(hand.dataDir, 'site', 'lubo.sqlite'));
    const row = db.prepare('select planned_start from lessons').get() as { planned_start: string } | undefined;
    db.close();
    return row?.planned_start;
  };
  assert.equal(plannedStart(), '2026-09-02T00:00:00.000Z');
  await hand.call(routes.editSchool, { cookie, params: { id: school.id }, body: { timeZone: 'Asia/Urumqi' } });
  assert.equal(plannedStart(), '2026-09-02T02:00:00.000Z');
  await hand.call(routes.editSchool, { cookie, params: { id: school.id }, body: { timeZone: null } });
  await hand.call(routes.editSite, { cookie, body: { timeZone: 'Europe/London' } });
  assert.equal(plannedStart(), '2026-09-02T07:00:00.000Z');
});
