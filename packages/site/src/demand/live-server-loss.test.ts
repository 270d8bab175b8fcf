// What becomes of watched channels when a live server or the site goes away and comes back.
import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { type TestContext, test } from 'node:test';
import { type Enrolment, routes } from '@lubo/contract';
import { type FakeAgent, connectFakeAgent } from '../testing/fake-agent.ts';
import { enrolLocally, localCode, siteInHand, temporaryFolder } from '../testing/site-in-hand.ts';
import { until } from '../testing/until.ts';
import { moveMillis } from './rules.ts';

const facts = { hostname: 'far', os: 'Linux', ip: '10.0.0.8', mac: '', version: '1' };

test('a live server that dies is replaced for its channels, at once for those who ask again', async (t) => {
  const hand = await siteInHand(t);
  const cookie = await hand.adminCookie();
  const { body: code } = await hand.call(routes.createEnrolmentCode, { cookie, body: { kind: 'live' } });
  const { body: secondKey } = await hand.call(routes.enrol, { body: { kind: 'live', code: code.code, facts } });
  const [gather, first, second] = await Promise.all([hand.agent('gather'), hand.agent('live'), hand.agent('live', secondKey)]);
  const [a, b] = [await hand.addChannel('a', { gatherId: gather.id }), await hand.addChannel('b', { gatherId: gather.id })];
  first.reportStreams([], { rtmpPort: 1111 });
  second.reportStreams([], { rtmpPort: 2222 });
  const watch = (id: string) => hand.call(routes.watchChannel, { params: { id } });
  const portOf = (id: string) => new URL(gather.push(id)?.url ?? 'rtmp://none:1').port;
  await Promise.all([first.settle(), second.settle()]);
  await until('both can be chosen', async () => (await watch(a.id)).status === 200 && (await watch(b.id)).status === 200);
  await gather.until('both are pushed', () => portOf(a.id) !== '1' && portOf(b.id) !== '1');
  assert.deepEqual([portOf(a.id), portOf(b.id)].toSorted(), ['1111', '2222'], 'each live server has one');

  const [onFirst, onSecond] = portOf(a.id) === '1111' ? [a, b] : [b, a];
  first.kill();
  await until('the site knows', async () => {
    const { body } = await hand.call(routes.listAgents, { cookie, query: { kind: 'live' } });
    return body.rows.find((row) => row.id === first.id)?.isOnline === false;
  });
  second.reportStreams([{ name: onSecond.id, viewers: 1 }], { rtmpPort: 2222 });
  await hand.pass(moveMillis - 1_000, [second, gather]);
  assert.equal(portOf(onFirst.id), '1111', 'a blip moves nothing');
  await hand.pass(2_000, [second, gather]);
  await gather.until('the channel moves', () => portOf(onFirst.id) === '2222');
  assert.equal(portOf(onSecond.id), '2222');
});

test('a live server that falls silent is replaced within 15 s, though nobody asks', async (t) => {
  const hand = await siteInHand(t);
  const gather = await hand.agent('gather');
  const channel = await hand.addChannel('a', { gatherId: gather.id });
  const deaf = await connectFakeAgent(hand.url, 'live', await enrolLocally(hand.call, 'live'), { autoPong: false });
  deaf.reportStreams([], { rtmpPort: 1111 });
  await until('it is pushed', async () => (await hand.call(routes.watchChannel, { params: { id: channel.id } })).status === 200);
  deaf.reportStreams([{ name: channel.id, viewers: 1 }], { rtmpPort: 1111 });
  await until('its viewer shows', async () => (await hand.call(routes.getChannel, { params: { id: channel.id } })).body.viewers === 1);
  const { body: code } = await hand.call(routes.createEnrolmentCode, { cookie: await hand.adminCookie(), body: { kind: 'live' } });
  const { body: key } = await hand.call(routes.enrol, { body: { kind: 'live', code: code.code, facts } });
  const second = await hand.agent('live', key);
  second.reportStreams([], { rtmpPort: 2222 });
  await second.settle();
  await hand.pass(15_000, [second, gather]);
  await gather.until('the push moves', () => gather.push(channel.id)?.url.includes(':2222/') === true);
});

test('who asks again does not wait for the dead', async (t) => {
  const hand = await siteInHand(t);
  const [gather, first] = await Promise.all([hand.agent('gather'), hand.agent('live')]);
  const channel = await hand.addChannel('a', { gatherId: gather.id });
  first.reportStreams([], { rtmpPort: 1111 });
  const watch = () => hand.call(routes.watchChannel, { params: { id: channel.id } });
  await until('it is pushed', async () => (await watch()).status === 200);
  first.kill();
  await until('nobody is there', async () => (await watch()).problem?.code === 'no-live-server');
  const { body: code } = await hand.call(routes.createEnrolmentCode, { cookie: await hand.adminCookie(), body: { kind: 'live' } });
  const { body: key } = await hand.call(routes.enrol, { body: { kind: 'live', code: code.code, facts } });
  const second = await hand.agent('live', key);
  second.reportStreams([], { rtmpPort: 2222 });
  await until('the other takes over', async () => (await watch()).status === 200);
  await gather.until('the push moves', () => gather.push(channel.id)?.url.includes(':2222/') === true);
});

test('a site that is closed and started again keeps pushing what is watched, and ends it when nobody comes back', async (t) => {
  const dataDir = temporaryFolder(t);
  const before = await siteInHand(t, { dataDir });
  const keys = { gather: await enrolLocally(before.call, 'gather'), live: await enrolLocally(before.call, 'live') };
  const channel = await before.addChannel('一班', { gatherId: keys.gather.id });
  const live = await before.agent('live', keys.live);
  live.reportStreams([]);
  const gather = await before.agent('gather', keys.gather);
  await until('it is watched', async () => (await before.call(routes.watchChannel, { params: { id: channel.id } })).status === 200);
  await gather.until('it is pushed', () => gather.push(channel.id) !== undefined);
  const { url } = gather.push(channel.id) ?? {};
  await before.site.close();

  const after = await siteInHand(t, { dataDir, clock: before.clock });
  const again = await after.agent('gather', keys.gather);
  await again.until('the first state has the push', () => again.push(channel.id)?.url === url);
  assert.equal(again.messages.length, 1);
  await after.pass(29_000, [again]);
  assert.ok(again.push(channel.id), 'the live server has 30 s to come back');
  await after.pass(1_500, [again]);
  await again.until('then the push ends', () => again.push(channel.id) === undefined);
});

type SiteProcess = { url: string; kill(): Promise<void> };

async function startProcess(t: TestContext, dataDir: string): Promise<SiteProcess> {
  const child = fork(fileURLToPath(new URL('../testing/site-process.ts', import.meta.url)), [dataDir, localCode], { stdio: 'inherit' });
  t.after(() => child.kill('SIGKILL'));
  const [message] = (await once(child, 'message')) as [{ port: number }];
  return {
    url: `http://127.0.0.1:${message.port}`,
    async kill() {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
}

async function post(url: string, path: string, body?: unknown): Promise<{ status: number; body: unknown }> {
  const json = body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
  const response = await fetch(`${url}${path}`, { method: 'POST', ...json });
  return { status: response.status, body: await response.json() };
}

test('kill -9 of the site loses nothing and stops no push that has viewers', async (t) => {
  const dataDir = temporaryFolder(t);
  let site = await startProcess(t, dataDir);
  const keys: Record<'gather' | 'live', Enrolment> = {
    gather: (await post(site.url, '/api/agents', { kind: 'gather', code: localCode, facts })).body as Enrolment,
    live: (await post(site.url, '/api/agents', { kind: 'live', code: localCode, facts })).body as Enrolment,
  };
  const dial = async (kind: 'gather' | 'live'): Promise<FakeAgent> => connectFakeAgent(site.url, kind, keys[kind]);
  const channelOf = (gather: FakeAgent) =>
    Object.keys(gather.held()?.resources ?? {})
      .find((key) => key.startsWith('channel/'))
      ?.slice('channel/'.length) ?? '';
  let gather = await dial('gather');
  await gather.until('the demo channel comes', () => channelOf(gather) !== '');
  const id = channelOf(gather);
  const report = (live: FakeAgent) => live.reportStreams([{ name: id, viewers: 1 }]);
  report(await dial('live'));
  await until('it can be watched', async () => (await post(site.url, `/api/channels/${id}/watch`)).status === 200);
  await gather.until('it is pushed', () => gather.push(id) !== undefined);
  const url = new URL(gather.push(id)?.url ?? '');
  const { revision = 0 } = gather.held() ?? {};

  for (let round = 0; round < 3; round++) {
    await site.kill();
    site = await startProcess(t, dataDir);
    gather = await dial('gather');
    // The first state that it hears, before the live server is back, must have the push: else it would stop.
    await gather.until('its state comes', () => true);
    assert.equal(gather.messages[0]?.type, 'state');
    assert.equal(new URL(gather.push(id)?.url ?? '').pathname, url.pathname);
    assert.ok((gather.held()?.revision ?? 0) >= revision, 'revisions never fall');
    report(await dial('live'));
    await until('it can be watched', async () => (await post(site.url, `/api/channels/${id}/watch`)).status === 200);
  }
});
