// LIVE-8: addresses to hand out, and what happens when somebody opens one.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { LiveSettings, routes } from '@lubo/contract';
import { checkStreamToken } from '@lubo/contract/stream-token';
import { handedOutSeconds } from '../live-servers/stream-tokens.ts';
import { type CallOptions, siteInHand } from '../testing/site-in-hand.ts';
import { until } from '../testing/until.ts';

async function stage(t: TestContext, config: Record<string, unknown> = {}) {
  const hand = await siteInHand(t, { config });
  const [gather, live] = await Promise.all([hand.agent('gather'), hand.agent('live')]);
  const channel = await hand.addChannel('一班 "A"', { gatherId: gather.id });
  gather.reportChannels([{ id: channel.id }]);
  live.reportStreams([]);
  await Promise.all([gather.settle(), live.settle()]);
  const cookie = await hand.adminCookie();
  const ask = (how: CallOptions = {}) =>
    hand.call(routes.getChannelAddresses, { params: { id: channel.id }, cookie, headers: { host: 'school.example:8000' }, ...how });
  await until('the live server can be chosen', async () => (await ask()).status === 200);
  return { ...hand, gather, live, channel, ask };
}

test('LIVE-8: an administrator gets RTMP, FLV and HLS addresses that are good for hours; asking pushes nothing', async (t) => {
  const { ask, clock, live, gather, channel, pass } = await stage(t);
  const { body } = await ask();
  assert.match(body.flv, new RegExp(`^http://school\\.example:8080/live/${channel.id}\\.flv\\?token=`));
  assert.match(body.hls, new RegExp(`^http://school\\.example:8080/live/${channel.id}\\.m3u8\\?token=`));
  assert.equal(body.hlsTs, `${body.hls}&format=ts`);
  assert.match(body.rtmp, new RegExp(`^rtmp://school\\.example:1935/live/${channel.id}\\?token=`));
  const { tokenKeys } = LiveSettings.parse(live.held()?.resources['settings']);
  const expiry = Date.parse(body.expiresAt) / 1000;
  assert.ok(expiry - clock.now() / 1000 >= handedOutSeconds);
  for (const url of [body.flv, body.hls, body.hlsTs, body.rtmp]) {
    const token = new URL(url).searchParams.get('token');
    assert.equal(checkStreamToken(tokenKeys, channel.id, 'play', token, expiry), undefined);
    assert.equal(checkStreamToken(tokenKeys, channel.id, 'play', token, expiry + 1), 'expired');
    assert.equal(checkStreamToken(tokenKeys, channel.id, 'publish', token, expiry), 'wrong');
  }
  await pass(2_000, [gather, live]);
  assert.equal(gather.push(channel.id), undefined);
});

test('LIVE-8: the embed code names the site as it was asked, or by its public address, and holds no token', async (t) => {
  const { ask, channel } = await stage(t, { site: { embedOrigins: ['https://www.school.example'] } });
  const { embed } = (await ask()).body;
  assert.equal(embed.url, `http://school.example:8000/embed/live/${channel.id}`);
  assert.match(embed.html, /^<iframe src="http:\/\/school\.example:8000\/embed\/live\/\w{12}" title="一班 &#34;A&#34;"/);
  assert.deepEqual(embed.allowedOrigins, ['https://www.school.example']);
  assert.doesNotMatch(JSON.stringify(embed), /token/);
  const open = await stage(t, { site: { publicUrl: 'http://lubo.school.example/' } });
  assert.match((await open.ask()).body.embed.url, /^http:\/\/lubo\.school\.example\/embed\/live\/\w{12}$/);
});

test('LIVE-8: addresses are for administrators, of channels that are there', async (t) => {
  const { ask, viewerCookie } = await stage(t);
  assert.equal((await ask({ cookie: undefined })).status, 401);
  assert.equal((await ask({ cookie: await viewerCookie() })).status, 403);
  assert.equal((await ask({ params: { id: '000000000000' } })).problem?.code, 'channel-not-found');
});

test('LIVE-8: whoever opens an address much later makes the gather push to that live server, as long as they watch', async (t) => {
  const { gather, live, channel, pass } = await stage(t);
  await pass(60_000, [gather, live]);
  live.reportStreams([{ name: channel.id, viewers: 1, isPublishing: false }], { rtmpPort: 1999 });
  await gather.until('the push begins', () => gather.push(channel.id) !== undefined);
  assert.equal(new URL(gather.push(channel.id)?.url ?? '').port, '1999');
  await pass(60_000, [gather, live]);
  assert.ok(gather.push(channel.id));
  live.reportStreams([]);
  await live.settle();
  await pass(11_000, [gather, live]);
  await gather.until('the push ends', () => gather.push(channel.id) === undefined);
});

test('LIVE-8: viewers of a stopped channel, and of streams that are no channels, begin no push', async (t) => {
  const { gather, live, channel, pass, call, adminCookie } = await stage(t);
  await call(routes.editChannel, { params: { id: channel.id }, body: { isStarted: false }, cookie: await adminCookie() });
  live.reportStreams([{ name: channel.id, viewers: 1 }, { name: 'other', viewers: 1 }]);
  await live.settle();
  await pass(2_000, [gather, live]);
  assert.equal(gather.push(channel.id), undefined);
});
