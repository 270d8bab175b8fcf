import assert from 'node:assert/strict';
import { test } from 'node:test';
import { routes } from '@lubo/contract';
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
