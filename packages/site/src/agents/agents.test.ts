import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type AgentKind, routes } from '@lubo/contract';
import { connectFakeAgent } from '../testing/fake-agent.ts';
import { enrolLocally, localCode, siteInHand } from '../testing/site-in-hand.ts';

const facts = { hostname: 'far-pc', os: 'Windows 11', ip: '10.0.0.8', mac: '', version: '1' };

test("this machine's code enrols one gather and one live server, again and again, with a fresh key each time", async (t) => {
  const hand = await siteInHand(t);
  const first = await enrolLocally(hand.call, 'gather');
  const second = await enrolLocally(hand.call, 'gather');
  const live = await enrolLocally(hand.call, 'live');
  assert.equal(second.id, first.id);
  assert.notEqual(second.key, first.key);
  assert.notEqual(live.id, first.id);
  assert.equal(await (await connectFakeAgent(hand.url, 'gather', first)).ended, 401);
  const gather = await connectFakeAgent(hand.url, 'gather', second);
  await gather.until('it is let in', () => true);
});

test('a code of an administrator enrols one agent of its kind, once', async (t) => {
  const hand = await siteInHand(t);
  const cookie = await hand.adminCookie();
  const { body: made } = await hand.call(routes.createEnrolmentCode, { cookie, body: { kind: 'gather', title: '三楼' } });
  const enrol = (kind: AgentKind, code: string) => hand.call(routes.enrol, { body: { kind, code, facts } });
  assert.equal((await enrol('live', made.code)).problem?.code, 'wrong-code');
  const answers = await Promise.all([enrol('gather', made.code), enrol('gather', made.code), enrol('gather', made.code)]);
  assert.deepEqual(answers.map(({ status }) => status).toSorted((a, b) => a - b), [201, 403, 403]);
  const { body } = await hand.call(routes.listAgents, { cookie });
  assert.deepEqual(body.rows.map(({ title, kind, isOnline, facts: told }) => [title, kind, isOnline, told?.os]), [['三楼', 'gather', false, 'Windows 11']]);
});

test('wrong codes are refused, and not without end', async (t) => {
  const hand = await siteInHand(t);
  const enrol = (code: string) => hand.call(routes.enrol, { body: { kind: 'gather', code, facts } });
  for (const wrong of [`${localCode}x`, localCode.slice(1), 'x'.repeat(100)]) assert.equal((await enrol(wrong)).status, 403);
  assert.equal((await enrol('short')).status, 400);
  const answers = [];
  for (let i = 0; i < 60; i++) answers.push((await enrol('wrong wrong')).status);
  assert.equal(answers.at(-1), 429);
});

test('without a code of this machine no empty or guessed one enrols', async (t) => {
  const hand = await siteInHand(t, { config: { localCode: undefined } });
  const { status } = await hand.call(routes.enrol, { body: { kind: 'gather', code: 'undefined', facts } });
  assert.equal(status, 403);
});

test('keys and codes are nowhere in the database', async (t) => {
  const hand = await siteInHand(t);
  const cookie = await hand.adminCookie();
  const { key } = await enrolLocally(hand.call, 'gather');
  const { body } = await hand.call(routes.createEnrolmentCode, { cookie, body: { kind: 'live' } });
  const { default: Sqlite } = await import('better-sqlite3');
  const db = new Sqlite(`${hand.dataDir}/site/lubo.sqlite`);
  const text = db.serialize().toString('latin1');
  db.close();
  const token = cookie.split('=')[1] ?? '';
  for (const secret of [key, body.code, token, 'correct horse', localCode]) {
    assert.ok(secret.length > 8);
    assert.ok(!text.includes(secret));
  }
});

test('an enrolment code for an unknown school is refused with its field', async (t) => {
  const hand = await siteInHand(t);
  const answer = await hand.call(routes.createEnrolmentCode, { cookie: await hand.adminCookie(), body: { kind: 'gather', schoolId: '000000000000' } });
  assert.deepEqual([answer.status, answer.problem?.errors?.[0]?.path], [400, 'body.schoolId']);
});
