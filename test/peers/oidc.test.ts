// AUTH-1, OpenID Connect: against npm oidc-provider.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { routes, signInReturnPath } from '@lubo/contract';
import { type CookieBrowser, cookieBrowser } from '../../packages/site/src/testing/cookie-browser.ts';
import { admin, siteInHand } from '../../packages/site/src/testing/site-in-hand.ts';
import { oidcClient, startSchoolProvider } from './school-provider.ts';

const publicUrl = 'http://lubo.school.example';

async function siteWithProvider(t: TestContext, { codeSeconds }: { codeSeconds?: number } = {}) {
  const school = await startSchoolProvider(`${publicUrl}${signInReturnPath}`, codeSeconds === undefined ? {} : { codeSeconds });
  t.after(() => school.close());
  const hand = await siteInHand(t, { config: { site: { publicUrl } } });
  const cookie = await hand.adminCookie();
  const body = { label: '学校统一认证', issuer: school.issuer, ...oidcClient, scopes: 'openid profile address' };
  const made = await hand.call(routes.createOidcProvider, { cookie, body });
  assert.equal(made.status, 201, JSON.stringify(made.problem));
  const { id } = made.body;
  const edit = (change: object) => hand.call(routes.editOidcProvider, { cookie, params: { id }, body: change });
  return { hand, cookie, school, id, body, edit, browser: () => cookieBrowser(hand) };
}

type Site = Awaited<ReturnType<typeof siteWithProvider>>;

async function visit({ school, id }: Site, browser: CookieBrowser, more: object = {}): Promise<URL> {
  const begun = await browser.call(routes.beginSignIn, { body: { way: id, ...more } });
  assert.equal(begun.status, 200, JSON.stringify(begun.problem));
  return school.visit(begun.body.url);
}

const finish = (browser: CookieBrowser, url: URL) => browser.call(routes.finishSignIn, { body: { query: url.search } });

test('whoever comes for the first time becomes a viewer; later it is the same person', async (t) => {
  const site = await siteWithProvider(t);
  site.school.accounts = { t1: { name: '王老师', picture: 'https://id.school.example/t1.png', address: { country: '中国', region: '福建', locality: '厦门' } }, t2: { nickname: '李' } };
  const one = site.browser();
  const { status, body, problem } = await finish(one, await visit(site, one, { next: '/live' }));
  assert.equal(status, 200, JSON.stringify(problem));
  assert.deepEqual([body.session.person.name, body.session.person.role, body.next], ['王老师', 'viewer', '/live']);
  assert.equal((await one.call(routes.getSession)).body.session?.person.id, body.session.person.id);
  const again = site.browser();
  assert.equal((await finish(again, await visit(site, again))).body.session.person.id, body.session.person.id);
  site.school.account = 't2';
  const other = site.browser();
  assert.equal((await finish(other, await visit(site, other))).body.session.person.name, '李');
  const { rows } = (await site.hand.call(routes.listPeople, { cookie: site.cookie, query: { way: 'oidc', sort: 'name' } })).body;
  assert.deepEqual(rows.map((row) => [row.name, row.region, row.pictureUrl]), [['李', '', undefined], ['王老师', '中国 福建 厦门', 'https://id.school.example/t1.png']]);
  assert.deepEqual(rows[0]?.ways, [{ kind: 'oidc', label: '学校统一认证' }]);
});

test('the address carries PKCE, state, nonce and the scopes', async (t) => {
  const site = await siteWithProvider(t);
  const { body } = await site.browser().call(routes.beginSignIn, { body: { way: site.id } });
  const query = Object.fromEntries(new URL(body.url).searchParams);
  assert.deepEqual([query['code_challenge_method'], query['scope'], query['redirect_uri'], query['client_id']], ['S256', 'openid profile address', `${publicUrl}${signInReturnPath}`, 'lubo']);
  for (const name of ['state', 'nonce', 'code_challenge']) assert.match(query[name] ?? '', /^[\w-]{43}$/, name);
});

test('the way back works in the browser that began only, with its state, once', async (t) => {
  const site = await siteWithProvider(t);
  const one = site.browser();
  const back = await visit(site, one);
  assert.equal((await finish(site.browser(), back)).problem?.code, 'sign-in-expired');
  const forged = new URL(back);
  forged.searchParams.set('state', 'forged');
  assert.equal((await finish(one, forged)).problem?.code, 'sign-in-expired');
  const pass = [...one.cookies];
  assert.equal((await finish(one, back)).status, 200);
  const replay = site.browser();
  for (const [name, value] of pass) (replay.cookies as Map<string, string>).set(name, value);
  assert.equal((await finish(replay, back)).problem?.code, 'sign-in-expired');
});

test('another person\'s code does not fit: the verifier and the nonce are this browser\'s', async (t) => {
  const site = await siteWithProvider(t);
  const [mine, theirs] = [site.browser(), site.browser()];
  const [ownBack, otherBack] = [await visit(site, mine), await visit(site, theirs)];
  ownBack.searchParams.set('code', otherBack.searchParams.get('code') ?? '');
  const { status, problem } = await finish(mine, ownBack);
  assert.deepEqual([status, problem?.code], [410, 'sign-in-expired']);
});

test('a person who says no, a wrong secret and an unknown client are told apart', async (t) => {
  const site = await siteWithProvider(t);
  site.school.mood = 'refuse';
  const one = site.browser();
  const declined = await finish(one, await visit(site, one));
  assert.deepEqual([declined.status, declined.problem?.code], [403, 'sign-in-declined']);
  site.school.mood = 'consent';
  const two = site.browser();
  const back = await visit(site, two);
  await site.edit({ secret: 'a wrong secret' });
  const refused = await finish(two, back);
  assert.deepEqual([refused.status, refused.problem?.code], [503, 'sign-in-service-refused']);
});

test('a provider that is not there, or is none, is told as unreachable, and the test says why', { timeout: 60_000 }, async (t) => {
  const site = await siteWithProvider(t);
  const begin = async () => (await site.browser().call(routes.beginSignIn, { body: { way: site.id } })).problem?.code;
  const probe = async () => (await site.hand.call(routes.testOidcProvider, { cookie: site.cookie, params: { id: site.id } })).body;
  assert.deepEqual(await probe(), { isReachable: true, detail: '' });
  const other = createServer((_request, response) => void response.end('<html>'));
  await new Promise<void>((resolve) => void other.listen(0, '127.0.0.1', resolve));
  t.after(() => other.close());
  await site.edit({ issuer: `http://127.0.0.1:${(other.address() as AddressInfo).port}` });
  assert.equal(await begin(), 'sign-in-service-unreachable');
  assert.equal((await probe()).isReachable, false);
  await site.edit({ issuer: 'http://127.0.0.1:9' });
  assert.equal(await begin(), 'sign-in-service-unreachable');
  const { isReachable, detail } = await probe();
  assert.ok(!isReachable && detail.length > 10, detail);
});

test('several ways lead to one person: password, provider', async (t) => {
  const site = await siteWithProvider(t);
  const mine = site.browser();
  await mine.call(routes.signIn, { body: admin });
  assert.equal((await finish(mine, await visit(site, mine, { isLink: true, next: '/account' }))).body.isLink, true);
  const again = site.browser();
  assert.equal((await finish(again, await visit(site, again))).body.session.person.role, 'admin');
  assert.deepEqual((await again.call(routes.getAccount)).body.ways.map(({ kind, label }) => [kind, label]), [['oidc', '学校统一认证']]);
});

test('providers are changed and removed; a disabled or removed one signs in nobody', async (t) => {
  const site = await siteWithProvider(t);
  const { hand, cookie, id } = site;
  assert.deepEqual((await hand.call(routes.listSignInWays)).body.oidc, [{ id, label: '学校统一认证' }]);
  const edited = await site.edit({ label: '统一认证', isEnabled: false });
  assert.deepEqual(edited.body, { id, label: '统一认证', issuer: site.school.issuer, clientId: 'lubo', hasSecret: true, scopes: 'openid profile address', isEnabled: false });
  assert.deepEqual((await hand.call(routes.listSignInWays)).body.oidc, []);
  assert.equal((await site.browser().call(routes.beginSignIn, { body: { way: id } })).problem?.code, 'way-not-found');
  assert.equal((await site.edit({ secret: null })).body.hasSecret, false);
  assert.equal((await hand.call(routes.deleteOidcProvider, { cookie, params: { id } })).status, 204);
  const absent = { cookie, params: { id } };
  for (const answer of [
    await hand.call(routes.editOidcProvider, { ...absent, body: {} }),
    await hand.call(routes.testOidcProvider, absent),
    await hand.call(routes.deleteOidcProvider, absent),
  ]) assert.deepEqual([answer.status, answer.problem?.code], [404, 'provider-not-found']);
  assert.equal((await hand.call(routes.beginSignIn, { body: { way: id } })).problem?.code, 'way-not-found');
});

test('the provider that the last administrator comes by can not be removed', async (t) => {
  const site = await siteWithProvider(t);
  const { hand, cookie, id } = site;
  const one = site.browser();
  const { body } = await finish(one, await visit(site, one));
  await hand.call(routes.editPerson, { cookie, params: { id: body.session.person.id }, body: { role: 'admin' } });
  const [me] = (await hand.call(routes.listPeople, { cookie, query: { way: 'password' } })).body.rows;
  await one.call(routes.deletePerson, { params: { id: me?.id ?? '' } });
  const { status, problem } = await one.call(routes.deleteOidcProvider, { params: { id } });
  assert.deepEqual([status, problem?.code], [409, 'last-administrator']);
});

test('wrong settings are told with their field, and the secret is told to nobody', async (t) => {
  const { hand, cookie, body } = await siteWithProvider(t);
  const make = async (over: object) => (await hand.call(routes.createOidcProvider, { cookie, body: { ...body, ...over } })).problem?.errors?.map((error) => error.path).join();
  assert.equal(await make({ issuer: 'http://id.school.example' }), 'body.issuer');
  assert.equal(await make({ issuer: 'javascript:alert(1)' }), 'body.issuer');
  assert.equal(await make({ scopes: 'profile' }), 'body.scopes');
  assert.equal(await make({ label: '', clientId: '' }), 'body.label,body.clientId');
  assert.ok(!JSON.stringify((await hand.call(routes.getSignInSettings, { cookie })).body).includes(oidcClient.secret));
  for (const file of ['lubo.sqlite', 'lubo.sqlite-wal']) assert.ok(!readFileSync(join(hand.dataDir, 'site', file), 'latin1').includes(oidcClient.secret), file);
});
