import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { playWindowMillis, routes } from '@lubo/contract';
import { madeRecording, tusHand } from '../testing/gather-hand.ts';
import { enrolLocally, siteInHand } from '../testing/site-in-hand.ts';
import { isRobot } from './plays.ts';

const browser = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/130.0 Safari/537.36';

async function siteWithRecording(t: TestContext) {
  const hand = await siteInHand(t);
  const key = await enrolLocally(hand.call, 'gather');
  const channel = await hand.addChannel('一班', { gatherId: key.id });
  const { upload, bytes } = madeRecording(channel.id);
  assert.equal((await tusHand(hand.url, key).send(upload, bytes)).status, 204);
  const params = { id: upload.id };
  const play = (over: { cookie?: string | undefined; agent?: string; ip?: string; headers?: Record<string, string> } = {}) =>
    hand.call(routes.countPlay, {
      params,
      ...(over.cookie === undefined ? {} : { cookie: over.cookie }),
      headers: { 'user-agent': over.agent ?? browser, ...over.headers },
      remoteAddress: over.ip ?? '192.0.2.1',
    });
  const pass = async () => (await hand.call(routes.playRecording, { params })).cookie;
  const plays = async () => (await hand.call(routes.getRecording, { params })).body.plays;
  return { hand, params, play, pass, plays };
}

test('a viewer counts once in half an hour, however often the page is loaded anew', async (t) => {
  const { hand, play, pass, plays } = await siteWithRecording(t);
  const cookie = await pass();
  assert.ok(cookie);
  await Promise.all(Array.from({ length: 20 }, () => play({ cookie })));
  assert.equal(await plays(), 1);
  await hand.clock.advance(playWindowMillis - 1000);
  await play({ cookie });
  assert.equal(await plays(), 1);
  await hand.clock.advance(1000);
  await play({ cookie });
  assert.equal(await plays(), 2);
});

test('pupils behind one address are told apart by their passes; without one, by address and program', async (t) => {
  const { play, pass, plays } = await siteWithRecording(t);
  const passes = await Promise.all(Array.from({ length: 10 }, pass));
  await Promise.all(passes.map((cookie) => play({ cookie })));
  assert.equal(await plays(), 10);
  for (let round = 0; round < 3; round += 1) await play();
  assert.equal(await plays(), 11);
  await play({ agent: `${browser} Edg/130.0` });
  await play({ ip: '192.0.2.2' });
  assert.equal(await plays(), 13);
});

test('made-up passes count as none', async (t) => {
  const { play, pass, plays } = await siteWithRecording(t);
  const [name = '', value = ''] = String(await pass()).split('=');
  for (let n = 0; n < 5; n += 1) await play({ cookie: `${name}=${n}${value}` });
  assert.equal(await plays(), 1);
});

test('robots and prefetches count nothing', async (t) => {
  const { play, plays } = await siteWithRecording(t);
  for (const agent of ['Googlebot/2.1 (+http://www.google.com/bot.html)', 'Baiduspider+', 'curl/8.0', 'python-requests/2.31', '']) await play({ agent });
  const ahead: Record<string, string>[] = [{ 'sec-purpose': 'prefetch;prerender' }, { purpose: 'prefetch' }, { 'x-moz': 'prefetch' }];
  for (const headers of ahead) await play({ headers });
  assert.equal(await plays(), 0);
});

test('browsers of people are no robots', () => {
  const people = [browser, 'Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 MicroMessenger/8.0.40', 'Mozilla/5.0 (Linux; Android 9; HUAWEI) AppleWebKit/537.36 HuaweiBrowser/13.0 Mobile Safari/537.36'];
  for (const agent of people) assert.equal(isRobot(agent), false, agent);
});

test('what is deleted or was never there has no views', async (t) => {
  const { hand, params, play } = await siteWithRecording(t);
  assert.equal((await hand.call(routes.countPlay, { params: { id: '6f1c0c6e-2b5f-4c1e-9a55-0d1f7a3b9c01' }, headers: { 'user-agent': browser } })).status, 404);
  await hand.call(routes.deleteRecording, { params, cookie: await hand.adminCookie() });
  assert.equal((await play()).status, 404);
});
