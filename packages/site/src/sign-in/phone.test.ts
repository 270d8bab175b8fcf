// AUTH-1, a PC signed in by a phone.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { phoneSignInPath, routes } from '@lubo/contract';
import { type CookieBrowser, cookieBrowser } from '../testing/cookie-browser.ts';
import { admin, siteInHand } from '../testing/site-in-hand.ts';

async function pcAndPhone(t: TestContext) {
  const hand = await siteInHand(t);
  await hand.adminCookie();
  const [pc, phone] = [cookieBrowser(hand), cookieBrowser(hand)];
  await phone.call(routes.signIn, { body: admin });
  const begin = async () => {
    const { status, body } = await pc.call(routes.beginPhoneSignIn, { headers: { 'user-agent': 'PC/1' }, remoteAddress: '192.0.2.5' });
    assert.equal(status, 201);
    const url = new URL(body.url);
    assert.equal(url.pathname, phoneSignInPath);
    return url.hash.slice(1);
  };
  const take = async (browser: CookieBrowser = pc) => (await browser.call(routes.takePhoneSignIn)).body;
  const answer = (code: string, isConfirmed = true, browser = phone) => browser.call(routes.answerPhoneSignIn, { body: { code, isConfirmed } });
  const see = (code: string, browser = phone) => browser.call(routes.seePhoneSignIn, { body: { code } });
  return { hand, pc, phone, begin, take, see, answer };
}

test('the phone sees who asks and confirms; the PC is signed in, once', async (t) => {
  const { hand, pc, begin, take, see, answer } = await pcAndPhone(t);
  const code = await begin();
  assert.deepEqual(await take(), { state: 'waiting', session: null });
  const asking = (await see(code)).body;
  assert.deepEqual([asking.ip, asking.userAgent, asking.createdAt], ['192.0.2.5', 'PC/1', new Date(hand.clock.now()).toISOString()]);
  assert.equal(Date.parse(asking.expiresAt) - hand.clock.now(), 2 * 60 * 1000);
  assert.deepEqual(await take(), { state: 'seen', session: null });
  assert.equal((await answer(code)).status, 204);
  const { state, session } = await take();
  assert.deepEqual([state, session?.person.name], ['done', admin.name]);
  assert.equal((await pc.call(routes.getSession)).body.session?.person.name, admin.name);
  assert.deepEqual(await take(), { state: 'expired', session: null });
  assert.equal((await see(code)).status, 410);
});

test('another browser that saw the code can not take the session', async (t) => {
  const { hand, begin, take, see, answer } = await pcAndPhone(t);
  const code = await begin();
  const thief = cookieBrowser(hand);
  await thief.call(routes.beginPhoneSignIn);
  await see(code);
  await answer(code);
  assert.equal((await take(thief)).state, 'waiting');
  assert.equal((await take(cookieBrowser(hand))).state, 'expired');
  assert.equal((await take()).state, 'done');
});

test('a refusal ends it', async (t) => {
  const { pc, begin, take, see, answer } = await pcAndPhone(t);
  const code = await begin();
  await see(code);
  await answer(code, false);
  assert.equal((await answer(code)).problem?.code, 'already-answered');
  assert.deepEqual(await take(), { state: 'refused', session: null });
  assert.deepEqual((await pc.call(routes.getSession)).body, { session: null });
});

test('a code lives two minutes, also when it is confirmed too late', async (t) => {
  const { hand, begin, take, see, answer } = await pcAndPhone(t);
  const code = await begin();
  await see(code);
  hand.clock.step(2 * 60 * 1000);
  assert.deepEqual([(await see(code)).problem?.code, (await answer(code)).problem?.code], ['code-expired', 'code-expired']);
  assert.equal((await take()).state, 'expired');
});

test('whoever scans first alone can answer, and nobody answers unseen', async (t) => {
  const { hand, begin, take, see, answer } = await pcAndPhone(t);
  const code = await begin();
  assert.equal((await answer(code)).problem?.code, 'already-answered');
  await see(code);
  await hand.viewerCookie();
  const other = cookieBrowser(hand);
  await other.call(routes.signIn, { body: { name: 'viewer', password: 'viewer password' } });
  assert.equal((await see(code, other)).problem?.code, 'code-expired');
  assert.equal((await answer(code, true, other)).problem?.code, 'code-expired');
  assert.equal((await take()).state, 'seen');
  assert.equal((await see('nonsense')).problem?.code, 'code-expired');
  assert.equal((await see('')).problem?.errors?.[0]?.path, 'body.code');
});

test('a phone whose owner is blocked meanwhile signs in nobody', async (t) => {
  const { hand, pc, begin, see, answer } = await pcAndPhone(t);
  const cookie = await hand.adminCookie();
  await hand.viewerCookie();
  const phone = cookieBrowser(hand);
  const { body } = await phone.call(routes.signIn, { body: { name: 'viewer', password: 'viewer password' } });
  const code = await begin();
  await see(code, phone);
  await answer(code, true, phone);
  await hand.call(routes.editPerson, { cookie, params: { id: body.person.id }, body: { isBlocked: true } });
  assert.equal((await pc.call(routes.takePhoneSignIn)).problem?.code, 'blocked');
});
