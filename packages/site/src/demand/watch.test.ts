// Watching: from the viewer's request to the gather's push and back, with fake agents on real sockets.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type ChannelSettings, LiveSettings, routes } from '@lubo/contract';
import { checkStreamToken } from '@lubo/contract/stream-token';
import type { FakeAgent } from '../testing/fake-agent.ts';
import { type SiteInHand, siteInHand } from '../testing/site-in-hand.ts';
import { until } from '../testing/until.ts';
import { leaseMillis } from './rules.ts';

type Stage = SiteInHand & { gather: FakeAgent; live: FakeAgent; channel: ChannelSettings; watch(id?: string): ReturnType<typeof watch> };

const watch = (hand: SiteInHand, id: string) => hand.call(routes.watchChannel, { params: { id }, headers: { host: 'school.example:8000' } });

/** A site with a gather whose channel runs, and a live server. */
async function stage(t: TestContext): Promise<Stage> {
  const hand = await siteInHand(t);
  const [gather, live] = await Promise.all([hand.agent('gather'), hand.agent('live')]);
  const channel = await hand.addChannel('一班', { gatherId: gather.id });
  gather.reportChannels([{ id: channel.id }]);
  live.reportStreams([]);
  await Promise.all([gather.settle(), live.settle()]);
  const stageOf = { ...hand, gather, live, channel, watch: (id = channel.id) => watch(hand, id) };
  await until('the live server can be chosen', async () => (await stageOf.watch()).status === 200);
  await gather.until('the push begins', () => gather.push(channel.id) !== undefined);
  return stageOf;
}

test('watching an unknown channel is 404', async (t) => {
  const hand = await siteInHand(t);
  const { status, problem } = await watch(hand, '000000000000');
  assert.deepEqual([status, problem?.code], [404, 'channel-not-found']);
});

test('watching tells why a channel gives no video: gather offline, stopped, source in error', async (t) => {
  const hand = await siteInHand(t);
  const gather = await hand.agent('gather');
  const channel = await hand.addChannel('一班', { gatherId: gather.id });
  await gather.until('the channel comes', (held) => `channel/${channel.id}` in held);

  gather.reportChannels([{ id: channel.id, state: 'error', fault: { code: 'file-missing', detail: 'clip.mp4 is not there' } }]);
  await until('the error is known', async () => (await watch(hand, channel.id)).problem?.code === 'channel-offline');
  const broken = await watch(hand, channel.id);
  assert.deepEqual([broken.status, broken.problem?.detail], [503, 'clip.mp4 is not there']);
  assert.equal(broken.headers['retry-after'], '5');

  await hand.call(routes.editChannel, { params: { id: channel.id }, body: { isStarted: false }, cookie: await hand.adminCookie() });
  const stopped = await watch(hand, channel.id);
  assert.deepEqual([stopped.status, stopped.problem?.code], [409, 'channel-offline']);

  gather.kill();
  await until('the gather is offline', async () => (await watch(hand, channel.id)).status === 503);
  assert.match((await watch(hand, channel.id)).problem?.detail ?? '', /gather of this channel is offline/);
});

test('without a live server watching is 503 with a time to come back', async (t) => {
  const hand = await siteInHand(t);
  const gather = await hand.agent('gather');
  const channel = await hand.addChannel('一班', { gatherId: gather.id });
  gather.reportChannels([{ id: channel.id }]);
  await until('the channel runs', async () => (await hand.call(routes.getChannel, { params: { id: channel.id } })).body.isOnline);
  const { status, problem, headers } = await watch(hand, channel.id);
  assert.deepEqual([status, problem?.code, headers['retry-after']], [503, 'no-live-server', '2']);
});

test('the first viewer makes the gather push to the live server; both addresses carry good tokens', async (t) => {
  const { clock, gather, live, channel, ...hand } = await stage(t);
  const { body } = await hand.watch();
  const flv = new URL(body.flv);
  assert.equal(`${flv.origin}${flv.pathname}`, `http://school.example:8080/live/${channel.id}.flv`);
  assert.match(body.rtmp, new RegExp(`^rtmp://school\\.example:1935/live/${channel.id}\\?token=`));
  const push = new URL(gather.push(channel.id)?.url ?? '');
  assert.equal(`${push.protocol}//${push.host}${push.pathname}`, `rtmp://127.0.0.1:1935/live/${channel.id}`);

  const { tokenKeys } = LiveSettings.parse(live.held()?.resources['settings']);
  const check = (url: URL, action: 'play' | 'publish', later: number) =>
    checkStreamToken(tokenKeys, channel.id, action, url.searchParams.get('token'), clock.now() / 1000 + later);
  assert.equal(check(flv, 'play', 300), undefined);
  assert.equal(check(flv, 'play', 601), 'expired');
  assert.equal(check(flv, 'publish', 0), 'wrong');
  assert.equal(check(push, 'publish', 600), undefined);
  assert.equal(check(push, 'publish', 1201), 'expired');
  assert.ok(Date.parse(body.expiresAt) >= clock.now() + 300_000);
});

test('a second viewer changes nothing for the gather, and gets the same address', async (t) => {
  const { gather, ...hand } = await stage(t);
  const count = gather.messages.length;
  const answers = await Promise.all(Array.from({ length: 20 }, () => hand.watch()));
  assert.equal(new Set(answers.map(({ body }) => body.flv)).size, 1);
  await hand.clock.advance(2_000);
  await gather.settle();
  assert.equal(gather.messages.length, count);
});

test('nobody comes: the push ends with the lease of the last request', async (t) => {
  const { gather, live, pass, channel } = await stage(t);
  await pass(leaseMillis - 1_000, [gather, live]);
  assert.ok(gather.push(channel.id));
  await pass(1_500, [gather, live]);
  await gather.until('the push ends', () => gather.push(channel.id) === undefined);
});

test('a push lasts as long as somebody watches, and ends 10 s after the last one left', async (t) => {
  const { gather, live, channel, pass, ...hand } = await stage(t);
  live.reportStreams([{ name: channel.id, viewers: 2 }]);
  await until('the viewers show', async () => (await hand.call(routes.getChannel, { params: { id: channel.id } })).body.viewers === 2);
  await pass(100_000, [gather, live]);
  assert.ok(gather.push(channel.id));
  live.reportStreams([{ name: channel.id, viewers: 0 }]);
  await until('nobody shows', async () => (await hand.call(routes.getChannel, { params: { id: channel.id } })).body.viewers === 0);
  await pass(9_000, [gather, live]);
  assert.ok(gather.push(channel.id));
  await pass(1_500, [gather, live]);
  await gather.until('the push ends', () => gather.push(channel.id) === undefined);
  assert.equal((await hand.watch()).status, 200);
  await gather.until('it begins anew', () => gather.push(channel.id) !== undefined);
});

test('stopping or removing a channel ends its push', async (t) => {
  const { gather, channel, ...hand } = await stage(t);
  const cookie = await hand.adminCookie();
  const settled = { params: { id: channel.id }, cookie };
  await hand.call(routes.editChannel, { ...settled, body: { isStarted: false } });
  await gather.until('the push ends', () => gather.push(channel.id) === undefined);
  await hand.call(routes.editChannel, { ...settled, body: { isStarted: true } });
  assert.equal((await hand.watch()).status, 200);
  await gather.until('it begins anew', () => gather.push(channel.id) !== undefined);
  await hand.call(routes.deleteChannel, settled);
  await gather.until('it ends for good', (held) => Object.keys(held).join() === 'settings');
});

test('publish tokens are renewed with time, for the same place', async (t) => {
  const { gather, live, pass, channel } = await stage(t);
  const first = gather.push(channel.id)?.url ?? '';
  live.reportStreams([{ name: channel.id, viewers: 1 }]);
  await pass(11 * 60_000, [gather, live]);
  await gather.until('a new token comes', () => (gather.push(channel.id)?.url ?? first) !== first);
  assert.equal(new URL(gather.push(channel.id)?.url ?? '').pathname, new URL(first).pathname);
});

test('a live server that comes from elsewhere is reached where it is, and public addresses win', async (t) => {
  const { live, channel, ...hand } = await stage(t);
  const addresses = { publicHttpUrl: 'https://video.example/hls/', publicRtmpUrl: 'rtmp://video.example' };
  live.reportStreams([], addresses);
  await until('the addresses are used', async () => (await hand.watch()).body.flv.startsWith('https://video.example/hls/live/'));
  assert.match((await hand.watch()).body.rtmp, new RegExp(`^rtmp://video.example/live/${channel.id}\\?`));
  await hand.gather.until('the push follows', () => hand.gather.push(channel.id)?.url.startsWith('rtmp://video.example/live/') === true);
});

test('a time of day that is set back keeps no demand, one that is set forward ends none', async (t) => {
  const { clock, gather, live, channel, pass } = await stage(t);
  clock.step(60 * 60 * 1000);
  await pass(leaseMillis - 1_000, [gather, live]);
  assert.ok(gather.push(channel.id));
  clock.step(-2 * 60 * 60 * 1000);
  await pass(2_000, [gather, live]);
  await gather.until('the push ends', () => gather.push(channel.id) === undefined);
});
