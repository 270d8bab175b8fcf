import assert from 'node:assert/strict';
import { test } from 'node:test';
import { routes } from '@lubo/contract';
import { admin, siteInHand, temporaryFolder } from '../testing/site-in-hand.ts';

test('the set-up code makes the first administrator, once, and signs in', async (t) => {
  const hand = await siteInHand(t);
  assert.equal((await hand.call(routes.getSetUp)).body.isNeeded, true);
  const code = hand.site.setUpCode ?? '';
  const wrong = await hand.call(routes.setUp, { body: { ...admin, code: 'wrong' } });
  assert.deepEqual([wrong.status, wrong.problem?.code], [403, 'wrong-code']);
  const answers = await Promise.all([1, 2].map((n) => hand.call(routes.setUp, { body: { name: `第一 ${n}`, password: 'password', code } })));
  assert.deepEqual(answers.map(({ status }) => status).toSorted((a, b) => a - b), [201, 409]);
  const made = answers.find(({ status }) => status === 201);
  assert.equal(made?.body.person.role, 'admin');
  assert.equal((await hand.call(routes.listAgents, { cookie: made?.cookie })).status, 200);
  assert.equal((await hand.call(routes.getSetUp)).body.isNeeded, false);
  assert.equal((await hand.call(routes.setUp, { body: { name: 'x', password: 'password', code } })).problem?.code, 'already-set-up');
});

test('a restart without an administrator makes a new code and voids the old; with one there is none', async (t) => {
  const dataDir = temporaryFolder(t);
  const first = await siteInHand(t, { dataDir });
  const { setUpCode: old = '' } = first.site;
  await first.site.close();
  const second = await siteInHand(t, { dataDir });
  assert.equal((await second.call(routes.setUp, { body: { ...admin, code: old } })).problem?.code, 'wrong-code');
  await second.adminCookie();
  await second.site.close();
  assert.equal((await siteInHand(t, { dataDir })).site.setUpCode, undefined);
});

test('the settings can name the first administrator; an account of that name is left alone', async (t) => {
  const dataDir = temporaryFolder(t);
  const first = await siteInHand(t, { dataDir, config: { admin: { user: 'Boss', password: 'first password' } } });
  assert.equal(first.site.setUpCode, undefined);
  assert.equal((await first.call(routes.getSetUp)).body.isNeeded, false);
  await first.site.close();
  const second = await siteInHand(t, { dataDir, config: { admin: { user: 'boss', password: 'second password' } } });
  const signIn = (password: string) => second.call(routes.signIn, { body: { name: ' BOSS ', password } });
  assert.equal((await signIn('first password')).body.person.name, 'Boss');
  assert.equal((await signIn('second password')).status, 401);
});

test('signing in gives a cookie for 24 hours that scripts and other sites do not get', async (t) => {
  const hand = await siteInHand(t);
  await hand.adminCookie();
  const answer = await hand.call(routes.signIn, { body: admin });
  const { tag } = (await hand.call(routes.getSite)).body;
  assert.match(answer.setCookie, new RegExp(`^lubo_${tag}=[\\w-]{43}; Path=/; Expires=.*; HttpOnly; SameSite=Lax$`));
  assert.equal(Date.parse(answer.body.expiresAt) - hand.clock.now(), 24 * 60 * 60 * 1000);
  assert.deepEqual((await hand.call(routes.getSession, { cookie: answer.cookie })).body.session, answer.body);
  assert.deepEqual((await hand.call(routes.getSession)).body, { session: null });
});

test('over HTTPS the cookie is Secure: told by a proxy on this machine, the browser or publicUrl; by plain HTTP on the local network it is not', async (t) => {
  const hand = await siteInHand(t);
  await hand.adminCookie();
  const proxied = { headers: { 'x-forwarded-proto': 'https' }, body: admin };
  assert.match((await hand.call(routes.signIn, proxied)).setCookie, /; Secure/);
  assert.doesNotMatch((await hand.call(routes.signIn, { ...proxied, remoteAddress: '10.0.0.1' })).setCookie, /; Secure/);
  const open = await siteInHand(t, { config: { site: { publicUrl: 'https://lubo.school.example' } } });
  await open.adminCookie();
  const signIn = async (headers: Record<string, string>) => (await open.call(routes.signIn, { body: admin, headers })).setCookie;
  assert.match(await signIn({ host: 'lubo.school.example' }), /; Secure/);
  assert.match(await signIn({ host: '127.0.0.1:8000', origin: 'https://lubo.school.example' }), /; Secure/);
  assert.doesNotMatch(await signIn({ host: '192.168.1.5:8000', origin: 'http://192.168.1.5:8000' }), /; Secure/);
  assert.doesNotMatch(await signIn({ host: '192.168.1.5:8000' }), /; Secure/);
});

test('signing out ends the session at once, and needs none', async (t) => {
  const hand = await siteInHand(t);
  const cookie = await hand.adminCookie();
  const answer = await hand.call(routes.signOut, { cookie });
  assert.match(answer.setCookie, /=; .*Expires=Thu, 01 Jan 1970/);
  assert.equal((await hand.call(routes.listAgents, { cookie })).status, 401);
  assert.deepEqual((await hand.call(routes.getSession, { cookie })).body, { session: null });
  assert.equal((await hand.call(routes.signOut)).status, 204);
});

test('signing in again leaves the older session behind', async (t) => {
  const hand = await siteInHand(t);
  const cookie = await hand.adminCookie();
  await hand.call(routes.signIn, { body: admin, cookie });
  assert.equal((await hand.call(routes.listAgents, { cookie })).status, 401);
});

test('an unknown name and a wrong password get the same answer', async (t) => {
  const hand = await siteInHand(t);
  await hand.adminCookie();
  const [unknown, wrong] = [
    await hand.call(routes.signIn, { body: { name: 'nobody', password: 'password' } }),
    await hand.call(routes.signIn, { body: { name: admin.name, password: 'password' } }),
  ];
  assert.equal(unknown.status, 401);
  assert.deepEqual(unknown.problem, wrong.problem);
});

test('guessing is braked with Retry-After, and the right password does not help during the pause', async (t) => {
  const hand = await siteInHand(t);
  await hand.adminCookie();
  const guess = (password: string) => hand.call(routes.signIn, { body: { name: admin.name, password } });
  for (let i = 0; i < 5; i++) assert.equal((await guess('wrong')).status, 401);
  const { status, headers } = await guess(admin.password);
  assert.equal(status, 429);
  assert.match(String(headers['retry-after']), /^(9|10)$/);
});

test('what a browser sends from another site is refused when it carries the cookie', async (t) => {
  const hand = await siteInHand(t, { config: { site: { publicUrl: 'https://lubo.school.example/' } } });
  const cookie = await hand.adminCookie();
  const make = (headers: Record<string, string>) =>
    hand.call(routes.createEnrolmentCode, { cookie, body: { kind: 'live' }, headers: { host: '10.0.0.5:8000', ...headers } });
  const allowed: Record<string, string>[] = [{}, { origin: 'http://10.0.0.5:8000' }, { origin: 'https://lubo.school.example' }, { 'sec-fetch-site': 'same-origin' }, { 'sec-fetch-site': 'none' }];
  for (const headers of allowed) assert.equal((await make(headers)).status, 201, JSON.stringify(headers));
  const refused: Record<string, string>[] = [{ origin: 'http://evil.example' }, { origin: 'null' }, { origin: 'http://10.0.0.5:8001' }, { 'sec-fetch-site': 'cross-site' }, { 'sec-fetch-site': 'same-site' }];
  for (const headers of refused) assert.equal((await make(headers)).problem?.code, 'foreign-origin', JSON.stringify(headers));
  assert.equal((await hand.call(routes.signOut, { cookie, headers: { origin: 'http://evil.example' } })).status, 403);
});
