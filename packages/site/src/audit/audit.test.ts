import assert from 'node:assert/strict';
import { test } from 'node:test';
import { routes } from '@lubo/contract';
import { sql } from 'kysely';
import { openDatabase } from '../db/database.ts';
import { clockInHand } from '../testing/clock-in-hand.ts';
import { siteInHand, temporaryFolder } from '../testing/site-in-hand.ts';
import { createAudit } from './audit.ts';

test('each change by an administrator is noted: who, when, from where, what, to whom, without secrets', async (t) => {
  const hand = await siteInHand(t);
  const cookie = await hand.adminCookie();
  const made = await hand.call(routes.createPerson, { cookie, body: { name: '王老师', password: 'a good password' }, remoteAddress: '192.0.2.3' });
  await hand.call(routes.editPerson, { cookie, params: { id: made.body.id }, body: { role: 'admin' } });
  await hand.call(routes.deletePerson, { cookie, params: { id: made.body.id } });
  const { rows, total } = (await hand.call(routes.listAuditEntries, { cookie, query: { sort: 'at' } })).body;
  assert.equal(total, 3);
  assert.deepEqual(rows.map((row) => row.operation).toSorted(), ['createPerson', 'deletePerson', 'editPerson']);
  for (const row of rows) {
    assert.deepEqual([row.who, row.targets, row.at], ['管理员', [made.body.id], new Date(hand.clock.now()).toISOString()]);
  }
  const creation = rows.find((row) => row.operation === 'createPerson');
  assert.equal(creation?.ip, '192.0.2.3');
  assert.equal(creation?.summary, '{"name":"王老师","password":"•••","role":"viewer"}');
});

test('reading, failing and what viewers do is not noted', async (t) => {
  const hand = await siteInHand(t);
  const cookie = await hand.adminCookie();
  await hand.call(routes.listPeople, { cookie });
  await hand.call(routes.createPerson, { cookie, body: {} });
  await hand.call(routes.deletePerson, { cookie, params: { id: '000000000000' } });
  await hand.call(routes.editAccount, { cookie: await hand.viewerCookie(), body: { name: 'x' } });
  assert.equal((await hand.call(routes.listAuditEntries, { cookie })).body.total, 0);
});

test('an operation that only asks is not noted, though its method is POST', async (t) => {
  const hand = await siteInHand(t);
  const cookie = await hand.adminCookie();
  const body = { label: 'a', issuer: 'http://127.0.0.1:9', clientId: 'c' };
  const made = await hand.call(routes.createOidcProvider, { cookie, body });
  assert.equal((await hand.call(routes.testOidcProvider, { cookie, params: { id: made.body.id } })).body.isReachable, false);
  const { rows } = (await hand.call(routes.listAuditEntries, { cookie })).body;
  assert.deepEqual(rows.map((row) => row.operation), ['createOidcProvider']);
});

test('what a program does is noted under its token\'s name', async (t) => {
  const hand = await siteInHand(t);
  const cookie = await hand.adminCookie();
  const { body } = await hand.call(routes.createApiToken, { cookie, body: { name: '巡课', scopes: ['write'] } });
  await hand.call(routes.createEnrolmentCode, { headers: { authorization: `Bearer ${body.token}` }, body: { kind: 'live' } });
  const { rows } = (await hand.call(routes.listAuditEntries, { cookie, query: { operation: 'createEnrolmentCode' } })).body;
  assert.deepEqual(rows.map((row) => [row.who, row.personId]), [['巡课', null]]);
});

test('the log is filtered by operation, person, target, time and words, and paged', async (t) => {
  const clock = clockInHand();
  const db = await openDatabase(temporaryFolder(t));
  t.after(() => db.destroy());
  const audit = createAudit(db, clock);
  const base = { who: 'Anna', personId: 'person000001', ip: '::1', summary: '' };
  for (let i = 0; i < 5; i++) {
    await audit.add({ ...base, operation: i % 2 === 0 ? 'editPerson' : 'deletePerson', targets: [`target00000${i}`], summary: `{"n":"50%_${i}"}` });
    clock.step(60_000);
  }
  const list = async (query: object) => (await audit.list({ page: 1, pageSize: 50, sort: '-at', ...query })).rows.map((row) => row.targets[0]?.at(-1)).join('');
  const at = (minutes: number): string => new Date(Date.UTC(2026, 8, 1, 8, minutes)).toISOString();
  assert.equal(await list({}), '43210');
  assert.equal(await list({ sort: 'at', pageSize: 2, page: 2 }), '23');
  assert.equal(await list({ operation: 'editPerson' }), '420');
  assert.equal(await list({ personId: 'person000002' }), '');
  assert.equal(await list({ target: 'target000003' }), '3');
  assert.equal(await list({ from: at(1), until: at(3) }), '321');
  assert.equal(await list({ search: '%_2' }), '2');
  assert.equal(await list({ search: 'anna' }), '43210');
});

test('words are found wherever they stand, and only where they stand together', async (t) => {
  const clock = clockInHand();
  const db = await openDatabase(temporaryFolder(t));
  t.after(() => db.destroy());
  const audit = createAudit(db, clock);
  const names = ['三年级2班', '年级三班', '三年三级', 'ＡＢ教室', '李、王', '50%_x'];
  for (const [n, name] of names.entries()) {
    await audit.add({ who: `用户${n}`, personId: null, ip: '', operation: n % 2 === 0 ? 'editChannel' : 'editGather', targets: [], summary: `{"name":"${name}"}` });
    clock.step(60_000);
  }
  const found = async (search: string, more: object = {}) =>
    (await audit.list({ page: 1, pageSize: 50, sort: 'at', search, ...more })).rows.map(({ who }) => who.at(-1)).join('');
  const cases: [words: string, entries: string][] = [
    ['三', '012'], ['年级', '01'], ['三年级', '0'], ['三年级2', '0'], ['三年级三', ''], ['级三班"', '1'], ['王', '4'], ['王"}', '4'],
    ['ab', '3'], ['ＡＢ教室', '3'], ['Ab教室"', '3'], ['%', '5'], ['0%_X"}', '5'], ['3%', ''], ['用户1 editgather', '1'], ['没有的', ''], ['"name":"', '012345'],
  ];
  for (const [words, entries] of cases) assert.equal(await found(words), entries, words);
  const at = (minutes: number): string => `2026-09-01T${String(10 + Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}:00+02:00`;
  assert.equal(await found('年', { operation: 'editChannel' }), '02');
  assert.equal(await found('name', { from: at(1), until: at(3) }), '123');
  assert.equal(await found('"name"', { from: at(1), until: at(3), operation: 'editGather' }), '13');
  assert.equal(await found('name', { from: at(6) }), '');
  assert.equal(await found('name', { until: '2026-08-01T00:00:00Z' }), '');
  const page = await audit.list({ page: 2, pageSize: 2, sort: '-at', search: '"name"' });
  assert.deepEqual([page.total, page.isMore, page.rows.map(({ who }) => who)], [6, false, ['用户3', '用户2']]);
  await audit.sweep(3);
  assert.equal(await found('name'), '345');
});

test('words of a time are found though the clock was set back about then', async (t) => {
  const clock = clockInHand();
  const db = await openDatabase(temporaryFolder(t));
  t.after(() => db.destroy());
  const audit = createAudit(db, clock);
  const start = clock.now();
  // Set back by 30 minutes after the third; by the time of the clock the order is 0 3 1 4 2 5.
  for (const [n, minutes] of [0, 20, 40, 10, 30, 50].entries()) {
    clock.step(start + minutes * 60_000 - clock.now());
    await audit.add({ who: `用户${n}`, personId: null, ip: '', operation: 'editChannel', targets: [], summary: '{"name":"一班"}' });
  }
  const at = (minutes: number): string => new Date(start + minutes * 60_000).toISOString();
  const found = async (more: object) => (await audit.list({ page: 1, pageSize: 50, sort: 'at', search: '一班', ...more })).rows.map(({ who }) => who.at(-1) ?? '').toSorted((a, b) => a.localeCompare(b)).join('');
  for (const [from, until, entries] of [[0, 50, '012345'], [15, 45, '124'], [10, 20, '13'], [25, 35, '4'], [41, 60, '5'], [-20, 5, '0'], [60, 90, ''], [-90, -60, '']] as const) {
    assert.equal(await found({ from: at(from), until: at(until) }), entries, `${from} to ${until}`);
  }
  assert.equal(await found({ from: at(25) }), '245');
  assert.equal(await found({ until: at(25) }), '013');
});

test('a log of before there was an index of its words is found by them, each entry as it was', async (t) => {
  const dir = temporaryFolder(t);
  const old = await openDatabase(dir);
  for (const table of ['audit_words', 'audit_texts', 'audit_entries']) await sql`drop table ${sql.table(table)}`.execute(old);
  await sql`create table audit_entries (id text primary key, at text not null, who text not null, person_id text, ip text not null, operation text not null, targets text not null, summary text not null)`.execute(old);
  // More than are moved at once, many in one moment.
  const idOf = (n: number): string => `entry${String(n).padStart(7, '0')}`;
  const rows = Array.from({ length: 1_200 }, (_, n) => {
    const at = new Date(Date.UTC(2026, 8, 1) - Math.floor(n / 100) * 1000).toISOString();
    return sql`(${idOf(n)}, ${at}, ${`用户${n}`}, null, '::1', 'editChannel', ${`channel${n}`}, '{"name":"一班"}')`;
  });
  await sql`insert into audit_entries values ${sql.join(rows)}`.execute(old);
  await sql`delete from kysely_migration where name = '0043-audit-grams'`.execute(old);
  await old.destroy();
  const db = await openDatabase(dir);
  t.after(() => db.destroy());
  const audit = createAudit(db, clockInHand());
  const list = (query: object) => audit.list({ page: 1, pageSize: 50, sort: '-at', ...query });
  assert.equal((await list({})).total, 1_200);
  assert.equal((await list({ search: '一班' })).total, 1_200);
  const found = await list({ search: '用户1199' });
  assert.deepEqual(found.rows.map(({ id, who, targets }) => [id, who, targets]), [[idOf(1_199), '用户1199', ['channel1199']]]);
  assert.deepEqual((await list({ target: 'channel7' })).rows.map(({ id }) => id), [idOf(7)]);
  assert.equal((await list({})).rows[0]?.id, idOf(99));
});

test('the log keeps a year, and no more than its bound', async (t) => {
  const clock = clockInHand();
  const db = await openDatabase(temporaryFolder(t));
  t.after(() => db.destroy());
  const audit = createAudit(db, clock);
  const add = (operation: string) => audit.add({ who: '', personId: null, ip: '', operation, targets: [], summary: '' });
  const left = async () => (await audit.list({ page: 1, pageSize: 50, sort: '-at' })).rows.map((row) => row.operation);
  await add('old');
  clock.step(364 * 24 * 60 * 60 * 1000);
  for (const name of ['a', 'b', 'c']) {
    await add(name);
    clock.step(1);
  }
  await audit.sweep();
  assert.deepEqual(await left(), ['c', 'b', 'a', 'old']);
  clock.step(24 * 60 * 60 * 1000);
  await audit.sweep();
  assert.deepEqual(await left(), ['c', 'b', 'a']);
  await audit.sweep(2);
  assert.deepEqual(await left(), ['c', 'b']);
});

test('wrong filters are told with their field', async (t) => {
  const hand = await siteInHand(t);
  const { problem } = await hand.call(routes.listAuditEntries, { cookie: await hand.adminCookie(), query: { from: 'yesterday', personId: 'x', sort: 'ip' } });
  assert.deepEqual(problem?.errors?.map((error) => error.path).toSorted(), ['query.from', 'query.personId', 'query.sort']);
});
