// API-1: idempotency keys on creates.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AppError, routes } from '@lubo/contract';
import { openDatabase } from '../db/database.ts';
import { createSecrets } from '../secrets.ts';
import { clockInHand } from '../testing/clock-in-hand.ts';
import { siteInHand, temporaryFolder } from '../testing/site-in-hand.ts';
import { createRepeats, maxPerCaller } from './repeats.ts';

const body = { name: '王老师', password: 'a good password' };
const key = (value: string) => ({ 'idempotency-key': value });

test('the same key and request get the same answer, and nothing is made twice', async (t) => {
  const hand = await siteInHand(t);
  const cookie = await hand.adminCookie();
  const first = await hand.call(routes.createPerson, { cookie, body, headers: key('k1') });
  const again = await hand.call(routes.createPerson, { cookie, body, headers: key('k1') });
  assert.deepEqual([again.status, again.body, again.headers['idempotency-replayed']], [201, first.body, 'true']);
  assert.equal(first.headers['idempotency-replayed'], undefined);
  assert.equal((await hand.call(routes.listPeople, { cookie })).body.total, 2);
  assert.equal((await hand.call(routes.listAuditEntries, { cookie })).body.total, 1);
});

test('the same key with another request is a conflict, with another caller another key', async (t) => {
  const hand = await siteInHand(t);
  const cookie = await hand.adminCookie();
  await hand.call(routes.createPerson, { cookie, body, headers: key('k1') });
  const other = await hand.call(routes.createPerson, { cookie, body: { ...body, name: '李老师' }, headers: key('k1') });
  assert.deepEqual([other.status, other.problem?.code], [409, 'idempotency-key-reused']);
  const elsewhere = await hand.call(routes.createApiToken, { cookie, body: { name: 'a', scopes: ['people'] }, headers: key('k1') });
  assert.equal(elsewhere.problem?.code, 'idempotency-key-reused');
  const token = await hand.call(routes.createApiToken, { cookie, body: { name: 'a', scopes: ['people'] }, headers: key('k2') });
  const byToken = { authorization: `Bearer ${token.body.token}` };
  assert.equal((await hand.call(routes.createPerson, { body: { ...body, name: '李老师' }, headers: { ...key('k1'), ...byToken } })).status, 201);
});

test('a request that failed may be tried again with its key', async (t) => {
  const hand = await siteInHand(t);
  const cookie = await hand.adminCookie();
  const taken = { ...body, signInName: '管理员' };
  for (let i = 0; i < 2; i++) assert.equal((await hand.call(routes.createPerson, { cookie, body: taken, headers: key('k1') })).problem?.code, 'name-taken');
  assert.equal((await hand.call(routes.createPerson, { cookie, body, headers: key('k1') })).status, 201);
});

test('of two that come at once one is made, the other is told to wait', async (t) => {
  const hand = await siteInHand(t);
  const cookie = await hand.adminCookie();
  const answers = await Promise.all([1, 2, 3].map(() => hand.call(routes.createPerson, { cookie, body, headers: key('k1') })));
  assert.equal(answers.filter(({ status, headers }) => status === 201 && headers['idempotency-replayed'] === undefined).length, 1);
  for (const { status, problem } of answers) assert.ok(status === 201 || problem?.code === 'still-being-made', problem?.code);
  assert.equal((await hand.call(routes.listPeople, { cookie })).body.total, 2);
});

test('a key that is none is told with its place', async (t) => {
  const hand = await siteInHand(t);
  const cookie = await hand.adminCookie();
  for (const wrong of ['', 'x'.repeat(129), 'a b']) {
    const { status, problem } = await hand.call(routes.createPerson, { cookie, body, headers: key(wrong) });
    assert.deepEqual([status, problem?.errors?.[0]?.path], [400, 'headers.idempotency-key'], wrong);
  }
});

test('a key ends after a day; what an earlier life of the site left half done is never done again', async (t) => {
  const clock = clockInHand();
  const db = await openDatabase(temporaryFolder(t));
  t.after(() => db.destroy());
  const repeats = createRepeats({ db, clock, secrets: createSecrets(new Uint8Array(32)) });
  let made = 0;
  const once = (make = async () => ++made as unknown) => repeats.once({ key: 'k', caller: 'person:1', request: {} }, make);
  assert.deepEqual(await once(), { answer: 1, isRepeat: false });
  assert.deepEqual(await once(), { answer: 1, isRepeat: true });
  await db.updateTable('idempotent_answers').set({ sealed: null }).execute();
  await assert.rejects(once(), (error) => error instanceof AppError && error.code === 'still-being-made');
  clock.step(24 * 60 * 60 * 1000);
  assert.deepEqual(await once(), { answer: 2, isRepeat: false });
  clock.step(24 * 60 * 60 * 1000);
  await repeats.sweep();
  assert.deepEqual(await db.selectFrom('idempotent_answers').selectAll().execute(), []);
});

test('an answer that a new key file can not open is not made again', async (t) => {
  const clock = clockInHand();
  const db = await openDatabase(temporaryFolder(t));
  t.after(() => db.destroy());
  const create = { key: 'k', caller: 'person:1', request: {} };
  await createRepeats({ db, clock, secrets: createSecrets(new Uint8Array(32)) }).once(create, async () => 1);
  const after = createRepeats({ db, clock, secrets: createSecrets(new Uint8Array(32).fill(1)) });
  await assert.rejects(after.once(create, async () => 2), (error) => error instanceof AppError && error.code === 'still-being-made');
});

test('keys of one caller have a bound', async (t) => {
  const clock = clockInHand();
  const db = await openDatabase(temporaryFolder(t));
  t.after(() => db.destroy());
  const rows = Array.from({ length: maxPerCaller }, (_, n) => ({ caller: 'person:1', key_hash: String(n), created_at: new Date(clock.now()).toISOString(), sealed: null }));
  for (let i = 0; i < rows.length; i += 1_000) await db.insertInto('idempotent_answers').values(rows.slice(i, i + 1_000)).execute();
  const repeats = createRepeats({ db, clock, secrets: createSecrets(new Uint8Array(32)) });
  const once = (caller: string) => repeats.once({ key: 'k', caller, request: {} }, async () => 1);
  await assert.rejects(once('person:1'), (error) => error instanceof AppError && error.code === 'too-many-keys');
  assert.equal((await once('person:2')).answer, 1);
});
