// AUTH-1, WeChat: against a stand-in that answers as WeChat does.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { routes, signInReturnPath } from '@lubo/contract';
import { pino } from 'pino';
import type { SiteDeps } from '../site.ts';
import { type CookieBrowser, cookieBrowser } from '../testing/cookie-browser.ts';
import { startFakeWechat, wechatApp, wechatPageApp } from '../testing/fake-wechat.ts';
import { admin, siteInHand } from '../testing/site-in-hand.ts';

const settings = { isEnabled: true, appId: wechatApp.appId, secret: wechatApp.secret, pageAppId: wechatPageApp.appId, pageSecret: wechatPageApp.secret };

async function siteWithWechat(t: TestContext, deps: Partial<SiteDeps> = {}) {
  const wechat = await startFakeWechat();
  t.after(() => wechat.close());
  const hand = await siteInHand(t, { deps, config: { site: { wechat: { openUrl: wechat.url, apiUrl: `${wechat.url}/` } } } });
  const cookie = await hand.adminCookie();
  const set = (over: object = {}) => hand.call(routes.setWechat, { cookie, body: { ...settings, ...over } });
  assert.equal((await set()).status, 200);
  const browser = (): CookieBrowser => cookieBrowser(hand);
  return { hand, wechat, cookie, set, browser };
}

/** Goes to WeChat and comes back: the query that the browser brings. */
async function scan(browser: CookieBrowser, body: object = { way: 'wechat' }): Promise<string> {
  const begun = await browser.call(routes.beginSignIn, { body });
  assert.equal(begun.status, 200, JSON.stringify(begun.problem));
  const response = await fetch(begun.body.url, { redirect: 'manual' });
  assert.equal(response.status, 302, await response.text());
  const back = new URL(response.headers.get('location') ?? '');
  assert.equal(back.pathname, signInReturnPath);
  return back.search;
}

const finish = async (browser: CookieBrowser, query: string) => browser.call(routes.finishSignIn, { body: { query } });

test('whoever scans for the first time becomes a viewer with name, picture and region; later it is the same person', async (t) => {
  const { hand, wechat, cookie, browser } = await siteWithWechat(t);
  wechat.user = { openid: 'o1', unionid: 'u1', nickname: '小\u0000明 🎓', headimgurl: 'https://thirdwx.qlogo.cn/a/132', country: '中国', province: '福建', city: '厦门' };
  const first = browser();
  const { status, body } = await finish(first, await scan(first, { way: 'wechat', next: '/live/abc' }));
  assert.equal(status, 200);
  assert.deepEqual([body.next, body.isLink, body.session.person.role, body.session.person.name], ['/live/abc', false, 'viewer', '小 明 🎓']);
  assert.equal((await first.call(routes.getSession)).body.session?.person.id, body.session.person.id);
  const second = browser();
  wechat.user.city = '福州';
  const again = await finish(second, await scan(second));
  assert.equal(again.body.session.person.id, body.session.person.id);
  const { rows } = (await hand.call(routes.listPeople, { cookie, query: { way: 'wechat' } })).body;
  assert.deepEqual(rows.map((row) => [row.region, row.pictureUrl, row.ways]), [['中国 福建 福州', 'https://thirdwx.qlogo.cn/a/132', [{ kind: 'wechat', label: '' }]]]);
});

test('the page within WeChat is the same person by the union id, another app\'s open id alone is not', async (t) => {
  const { wechat, browser } = await siteWithWechat(t);
  const signIn = async (user: typeof wechat.user, way: string) => {
    wechat.user = user;
    const one = browser();
    return (await finish(one, await scan(one, { way }))).body.session.person.id;
  };
  const qr = await signIn({ openid: 'o-qr', nickname: 'a', unionid: 'u1' }, 'wechat');
  assert.equal(await signIn({ openid: 'o-page', nickname: 'a', unionid: 'u1' }, 'wechat-page'), qr);
  assert.notEqual(await signIn({ openid: 'o-qr', nickname: 'b' }, 'wechat-page'), qr);
  // Bound to an open platform later: the union id joins what was there.
  const early = await signIn({ openid: 'o-early', nickname: 'c' }, 'wechat');
  assert.equal(await signIn({ openid: 'o-early', nickname: 'c', unionid: 'u2' }, 'wechat'), early);
  assert.equal(await signIn({ openid: 'o-other', nickname: 'c', unionid: 'u2' }, 'wechat-page'), early);
});

test('the way back works in the browser that began only, with its state, once, within ten minutes', async (t) => {
  const { hand, browser } = await siteWithWechat(t);
  const begun = browser();
  const query = await scan(begun);
  const codeOf = async (one: CookieBrowser, given: string) => (await finish(one, given)).problem?.code;
  assert.equal(await codeOf(browser(), query), 'sign-in-expired');
  assert.equal(await codeOf(begun, query.replace(/state=[^&]+/, 'state=forged')), 'sign-in-expired');
  assert.equal(await codeOf(begun, query.replace(/&?state=[^&]+/, '')), 'sign-in-expired');
  const pass = [...begun.cookies];
  assert.equal(await codeOf(begun, query), undefined);
  assert.equal(await codeOf(begun, query), 'sign-in-expired');
  const replay = browser();
  for (const [name, value] of pass) (replay.cookies as Map<string, string>).set(name, value);
  assert.equal(await codeOf(replay, query), 'sign-in-expired', 'the code was used');
  const late = browser();
  const lateQuery = await scan(late);
  hand.clock.step(10 * 60 * 1000);
  assert.equal(await codeOf(late, lateQuery), 'sign-in-expired');
});

test('each way it can fail has a clear answer', async (t) => {
  const { wechat, set, browser } = await siteWithWechat(t);
  const attempt = async (mood: typeof wechat.mood, code?: string) => {
    const one = browser();
    wechat.mood = mood === 'decline' ? mood : 'confirm';
    const query = await scan(one);
    wechat.mood = mood;
    const { status, problem } = await finish(one, code === undefined ? query : query.replace(/code=[^&]+/, `code=${code}`));
    wechat.mood = 'confirm';
    return [status, problem?.code];
  };
  assert.deepEqual(await attempt('decline'), [403, 'sign-in-declined']);
  assert.deepEqual(await attempt('confirm', 'nonsense'), [410, 'sign-in-expired']);
  for (const mood of ['down', 'garbled', 'busy'] as const) assert.deepEqual(await attempt(mood), [503, 'sign-in-service-unreachable'], mood);
  await set({ secret: 'a wrong secret' });
  assert.deepEqual(await attempt('confirm'), [503, 'sign-in-service-refused']);
});

test('what ails the service is told in the log, with its own words and without the secret', async (t) => {
  const lines: string[] = [];
  const log = pino({ level: 'warn' }, { write: (line: string) => void lines.push(line) });
  const { set, browser } = await siteWithWechat(t, { log });
  await set({ secret: 'a wrong secret' });
  const one = browser();
  assert.equal((await finish(one, await scan(one))).problem?.code, 'sign-in-service-refused');
  assert.match(lines.join(''), /40125 invalid appsecret/);
  assert.ok(!lines.join('').includes('a wrong secret'));
});

test('a service that does not answer is given up', { timeout: 30_000 }, async (t) => {
  const { wechat, browser } = await siteWithWechat(t);
  const one = browser();
  const query = await scan(one);
  wechat.mood = 'slow';
  assert.equal((await finish(one, query)).problem?.code, 'sign-in-service-unreachable');
});

test('one links WeChat to an account, signs in with it, and unlinks it while another way is left', async (t) => {
  const { hand, wechat, browser } = await siteWithWechat(t);
  wechat.user = { openid: 'o1', nickname: '小明', unionid: 'u1' };
  const mine = browser();
  await mine.call(routes.signIn, { body: admin });
  const linked = await finish(mine, await scan(mine, { way: 'wechat', isLink: true, next: '/account' }));
  assert.deepEqual([linked.body.isLink, linked.body.session.person.name], [true, admin.name]);
  const elsewhere = browser();
  assert.equal((await finish(elsewhere, await scan(elsewhere))).body.session.person.name, admin.name);
  const { ways } = (await mine.call(routes.getAccount)).body;
  assert.deepEqual(ways.map(({ kind, name }) => [kind, name]), [['wechat', '小明']]);
  const other = cookieBrowser(hand);
  await hand.viewerCookie();
  await other.call(routes.signIn, { body: { name: 'viewer', password: 'viewer password' } });
  assert.equal((await finish(other, await scan(other, { way: 'wechat', isLink: true }))).problem?.code, 'way-taken');
  assert.equal((await mine.call(routes.unlinkWay, { params: { id: ways[0]?.id ?? '' } })).status, 204);
  const fresh = browser();
  assert.notEqual((await finish(fresh, await scan(fresh))).body.session.person.name, admin.name);
});

test('the last way in stays; with a password beside it, it may go', async (t) => {
  const { browser } = await siteWithWechat(t);
  const one = browser();
  await finish(one, await scan(one));
  const id = (await one.call(routes.getAccount)).body.ways[0]?.id ?? '';
  const refused = await one.call(routes.unlinkWay, { params: { id } });
  assert.deepEqual([refused.status, refused.problem?.code], [409, 'last-way']);
  const nameless = await one.call(routes.changePassword, { body: { password: 'a good password' } });
  assert.equal(nameless.problem?.errors?.[0]?.path, 'body.signInName');
  assert.equal((await one.call(routes.changePassword, { body: { password: 'a good password', signInName: 'ming' } })).body.signInName, 'ming');
  assert.equal((await one.call(routes.unlinkWay, { params: { id } })).status, 204);
  assert.equal((await browser().call(routes.signIn, { body: { name: 'Ming', password: 'a good password' } })).status, 201);
});

test('linking needs a sign-in, of the same person at both ends', async (t) => {
  const { hand, browser } = await siteWithWechat(t);
  assert.equal((await browser().call(routes.beginSignIn, { body: { way: 'wechat', isLink: true } })).problem?.code, 'no-session');
  const one = browser();
  await one.call(routes.signIn, { body: admin });
  const query = await scan(one, { way: 'wechat', isLink: true });
  await hand.viewerCookie();
  await one.call(routes.signIn, { body: { name: 'viewer', password: 'viewer password' } });
  assert.equal((await finish(one, query)).problem?.code, 'sign-in-declined');
});

test('whoever is blocked is not let in by WeChat either', async (t) => {
  const { hand, cookie, browser } = await siteWithWechat(t);
  const one = browser();
  const { body } = await finish(one, await scan(one));
  await hand.call(routes.editPerson, { cookie, params: { id: body.session.person.id }, body: { isBlocked: true } });
  const again = browser();
  assert.equal((await finish(again, await scan(again))).problem?.code, 'blocked');
});

test('it is offered only when it is set up; afterwards one goes only to addresses of this site', async (t) => {
  const { hand, set, browser } = await siteWithWechat(t);
  assert.deepEqual((await hand.call(routes.listSignInWays)).body, { wechat: true, wechatPage: true, oidc: [] });
  for (const next of ['//evil.example', 'https://evil.example', '/\\evil']) {
    assert.equal((await browser().call(routes.beginSignIn, { body: { way: 'wechat', next } })).problem?.errors?.[0]?.path, 'body.next');
  }
  await set({ pageAppId: '' });
  assert.deepEqual((await hand.call(routes.listSignInWays)).body, { wechat: true, wechatPage: false, oidc: [] });
  assert.equal((await browser().call(routes.beginSignIn, { body: { way: 'wechat-page' } })).problem?.code, 'way-not-found');
  await set({ isEnabled: false });
  assert.deepEqual((await hand.call(routes.listSignInWays)).body, { wechat: false, wechatPage: false, oidc: [] });
  assert.equal((await browser().call(routes.beginSignIn, { body: { way: 'wechat' } })).problem?.code, 'way-not-found');
});

test('secrets are kept when left out, told to nobody, and lie sealed in the database', async (t) => {
  const { hand, cookie, set } = await siteWithWechat(t);
  const { secret: _, pageSecret: __, ...rest } = settings;
  const { body } = await hand.call(routes.setWechat, { cookie, body: rest });
  assert.deepEqual(body, { isEnabled: true, appId: wechatApp.appId, hasSecret: true, pageAppId: wechatPageApp.appId, hasPageSecret: true });
  const all = await hand.call(routes.getSignInSettings, { cookie, headers: { host: 'lubo.school.example:8000' } });
  assert.equal(all.body.returnUrl, `http://lubo.school.example:8000${signInReturnPath}`);
  assert.ok(!JSON.stringify(all.body).includes('secret of'));
  const log = await hand.call(routes.listAuditEntries, { cookie });
  assert.ok(log.body.total > 0 && !JSON.stringify(log.body).includes('secret of'));
  for (const file of ['lubo.sqlite', 'lubo.sqlite-wal']) assert.ok(!readFileSync(join(hand.dataDir, 'site', file), 'latin1').includes('secret of'), file);
  assert.equal((await set({ appId: 'with space' })).problem?.errors?.[0]?.path, 'body.appId');
});

test('an app without its secret, and WeChat without an app, are refused with the field', async (t) => {
  const hand = await siteInHand(t);
  const cookie = await hand.adminCookie();
  const set = async (body: object) => (await hand.call(routes.setWechat, { cookie, body })).problem?.errors?.map((error) => error.path);
  assert.deepEqual(await set({ isEnabled: true, appId: 'wx1', pageAppId: 'wx2' }), ['body.secret', 'body.pageSecret']);
  assert.deepEqual(await set({ isEnabled: true, appId: '', pageAppId: '' }), ['body.appId']);
});
