import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type StreamViewer, routes } from '@lubo/contract';
import { siteInHand } from '../testing/site-in-hand.ts';
import { until } from '../testing/until.ts';

const viewer = (address: string): StreamViewer => ({ protocol: 'flv', address, since: '2026-09-01T00:00:00.000Z', bytes: 5, userAgent: 'VLC' });

async function hand(t: Parameters<typeof siteInHand>[0]) {
  const site = await siteInHand(t);
  const cookie = await site.adminCookie();
  const live = await site.agent('live');
  const gather = await site.agent('gather');
  const { id } = await site.addChannel('一班', { gatherId: gather.id });
  const tell = (viewers: StreamViewer[]): void => {
    const streams = [{ name: id, isPublishing: true, viewers: viewers.length, bytesIn: 0, bytesOut: 0 }];
    live.send({ type: 'live-report', report: { addresses: { httpScheme: 'http', httpPort: 8080, rtmpPort: 1935 }, streams, inspections: [{ name: id, viewers }] } });
  };
  live.reportStreams([{ name: id, viewers: 2 }]);
  await until('the site knows', async () => (await site.call(routes.listLiveServers, { cookie })).body.rows[0]?.viewers === 2);
  return { ...site, cookie, live, gather, id, tell, look: () => site.call(routes.listChannelViewers, { params: { id }, cookie }) };
}

test('the live server that carries a channel is asked who watches, and the answer is listed with its name', async (t) => {
  const { live, id, tell, look } = await hand(t);
  const looking = look();
  await live.until('it is asked', (resources) => `inspect/${id}` in resources);
  tell([viewer('192.0.2.1'), viewer('192.0.2.2')]);
  const { status, body } = await looking;
  assert.equal(status, 200);
  assert.deepEqual(body.rows.map(({ address, userAgent, liveServerId }) => [address, userAgent, liveServerId]), [['192.0.2.1', 'VLC', live.id], ['192.0.2.2', 'VLC', live.id]]);
  assert.deepEqual([body.total, body.isComplete], [2, true]);
  assert.notEqual(body.rows[0]?.liveServerTitle, '');
  tell([viewer('192.0.2.3')]);
  await until('who came is listed', async () => (await look()).body.rows[0]?.address === '192.0.2.3');
});

test('nobody is asked any more half a minute after the last look', async (t) => {
  const { live, gather, id, tell, look, pass } = await hand(t);
  const looking = look();
  await live.until('it is asked', (resources) => `inspect/${id}` in resources);
  tell([]);
  await looking;
  await pass(20_000, [live, gather]);
  await look();
  await pass(20_000, [live, gather]);
  assert.ok(`inspect/${id}` in (live.held()?.resources ?? {}));
  await pass(12_000, [live, gather]);
  await live.until('it is not asked', (resources) => !(`inspect/${id}` in resources));
});

test('a live server that does not tell is waited for shortly, and one that is gone is not listed', async (t) => {
  const { live, clock, tell, look } = await hand(t);
  const looking = look();
  let answer: Awaited<typeof looking> | undefined;
  void looking.then((given) => (answer = given));
  await until('it is given up', async () => {
    await clock.advance(500);
    return answer !== undefined;
  });
  assert.deepEqual([answer?.body.rows, answer?.body.total, answer?.body.isComplete], [[], 2, false]);
  tell([viewer('192.0.2.1')]);
  await until('it has told', async () => (await look()).body.rows.length === 1);
  live.kill();
  await until('it is gone', async () => (await look()).body.rows.length === 0);
});

test('administrators only, and a channel that there is', async (t) => {
  const { id, call, viewerCookie, cookie } = await hand(t);
  assert.equal((await call(routes.listChannelViewers, { params: { id } })).status, 401);
  assert.equal((await call(routes.listChannelViewers, { params: { id }, cookie: await viewerCookie() })).status, 403);
  const { status, problem } = await call(routes.listChannelViewers, { params: { id: 'aaaaaaaaaaaa' }, cookie });
  assert.deepEqual([status, problem?.code], [404, 'channel-not-found']);
});
