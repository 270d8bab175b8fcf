// AUTH-4, AUTH-5: one's own account.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { routes } from '@lubo/contract';
import { maxSessions } from '../auth/sessions.ts';
import { admin, siteInHand } from '../testing/site-in-hand.ts';

async function signedIn(t: TestContext) {
  const hand = await siteInHand(t);
  const cookie = await hand.adminCookie();
  return { hand, cookie };
}

test('one sees name, ways in and the browsers where one is signed in', async (t) => {
  const { hand, cookie } = await signedIn(t);
  hand.clock.step(1000);
  await hand.call(routes.signIn, { body: admin, headers: { 'user-agent': 'Phone/1' }, remoteAddress: '192.0.2.7' });
  const { status, body } = await hand.call(routes.getAccount, { cookie });
  assert.equal(status, 200);
  assert.deepEqual([body.person.name, body.person.role, body.signInName, body.ways], [admin.name, 'admin', admin.name, []]);
  assert.deepEqual(body.sessions.map(({ ip, userAgent, isCurrent }) => [ip, userAgent, isCurrent]), [
    ['192.0.2.7', 'Phone/1', false],
    ['127.0.0.1', 'lightMyRequest', true],
  ]);
});

test('one changes the own name, not the role', async (t) => {
  const { hand } = await signedIn(t);
  const cookie = await hand.viewerCookie();
  const { body } = await hand.call(routes.editAccount, { cookie, body: { name: ' 王 ' } });
  assert.deepEqual([body.person.name, body.person.role], ['王', 'viewer']);
  const greedy = await hand.call(routes.editAccount, { cookie, body: { name: '李', role: 'admin' } });
  assert.deepEqual([greedy.status, greedy.problem?.errors?.[0]?.path], [400, 'body.role']);
  const wrong = await hand.call(routes.editAccount, { cookie, body: { name: ' ' } });
  assert.deepEqual([wrong.status, wrong.problem?.errors?.[0]?.path], [400, 'body.name']);
});

test('whoever knows the password changes it; other browsers are signed out, this one is not', async (t) => {
  const { hand, cookie } = await signedIn(t);
  const other = await hand.call(routes.signIn, { body: admin });
  const change = (body: object) => hand.call(routes.changePassword, { cookie, body });
  const wrong = await change({ current: 'wrong one', password: 'a new password' });
  assert.deepEqual([wrong.status, wrong.problem?.code, wrong.problem?.errors?.[0]?.path], [403, 'wrong-password', 'body.current']);
  assert.equal((await change({ password: 'a new password' })).problem?.code, 'wrong-password');
  assert.equal((await change({ current: admin.password, password: 'short' })).problem?.errors?.[0]?.path, 'body.password');
  assert.equal((await change({ current: admin.password, password: 'a new password' })).status, 200);
  assert.equal((await hand.call(routes.getAccount, { cookie })).status, 200);
  assert.equal((await hand.call(routes.getAccount, { cookie: other.cookie })).status, 401);
  assert.equal((await hand.call(routes.signIn, { body: admin })).status, 401);
  assert.equal((await hand.call(routes.signIn, { body: { ...admin, password: 'a new password' } })).status, 201);
});

test('a session left open does not serve to guess the password', async (t) => {
  const { hand, cookie } = await signedIn(t);
  const guess = () => hand.call(routes.changePassword, { cookie, body: { current: 'wrong one', password: 'a new password' } });
  for (let i = 0; i < 5; i++) assert.equal((await guess()).status, 403);
  assert.equal((await guess()).status, 429);
});

test('signing out everywhere ends every session at once', async (t) => {
  const { hand, cookie } = await signedIn(t);
  const other = await hand.call(routes.signIn, { body: admin });
  const answer = await hand.call(routes.signOutEverywhere, { cookie });
  assert.equal(answer.status, 204);
  assert.match(answer.setCookie, /Expires=Thu, 01 Jan 1970/);
  for (const each of [cookie, other.cookie]) assert.equal((await hand.call(routes.getAccount, { cookie: each })).status, 401);
});

test('the oldest of too many sessions end', async (t) => {
  const { hand, cookie } = await signedIn(t);
  for (let i = 0; i < maxSessions; i++) {
    hand.clock.step(1000);
    await hand.call(routes.signIn, { body: admin });
  }
  assert.equal((await hand.call(routes.getAccount, { cookie })).status, 401);
});

test('a way in that is not linked can not be unlinked', async (t) => {
  const { hand, cookie } = await signedIn(t);
  const { status, problem } = await hand.call(routes.unlinkWay, { cookie, params: { id: '000000000000' } });
  assert.deepEqual([status, problem?.code], [404, 'way-not-found']);
  assert.equal((await hand.call(routes.unlinkWay, { cookie, params: { id: 'x' } })).status, 400);
});
