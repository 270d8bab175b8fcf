import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { type LiveReport, routes } from '@lubo/contract';
import { siteInHand } from '../testing/site-in-hand.ts';
import { until } from '../testing/until.ts';

async function hand(t: Parameters<typeof siteInHand>[0]) {
  const site = await siteInHand(t);
  const cookie = await site.adminCookie();
  return { ...site, cookie, liveServers: async () => (await site.call(routes.listLiveServers, { cookie })).body.rows };
}

test('a live server shows its addresses, channels, viewers and bytes, and is offline by itself when it stops', async (t) => {
  const site = await hand(t);
  const live = await site.agent('live');
  const gather = await site.agent('gather');
  const channel = await site.addChannel('一班', { gatherId: gather.id });
  const streams = [
    { name: 'aaaaaaaaaaaa', isPublishing: false, viewers: 0, bytesIn: 0, bytesOut: 0 },
    { name: channel.id, isPublishing: true, viewers: 3, bytesIn: 10, bytesOut: 30 },
  ];
  const report: LiveReport = { addresses: { httpScheme: 'http', httpPort: 8080, rtmpPort: 1935 }, streams };
  live.send({ type: 'live-report', report });
  await until('it has told', async () => (await site.liveServers())[0]?.viewers === 3);
  const [row] = await site.liveServers();
  assert.deepEqual([row?.isOnline, row?.channels, row?.bytesIn, row?.bytesOut], [true, 1, 10, 30]);
  assert.match(row?.httpUrl ?? '', /^http:\/\/.+:8080$/);
  assert.match(row?.rtmpUrl ?? '', /^rtmp:\/\/.+:1935$/);
  const { body } = await site.call(routes.listLiveServerStreams, { params: { id: live.id }, cookie: site.cookie });
  assert.deepEqual(body.rows.map(({ channelName, viewers }) => [channelName, viewers]), [['一班', 3], ['', 0]]);
  live.kill();
  await until('it is offline', async () => (await site.liveServers())[0]?.isOnline === false);
  const [gone] = await site.liveServers();
  assert.deepEqual([gone?.channels, gone?.viewers], [0, 0]);
});

test('terminals are listed by type, address and since when, and go when they end', async (t) => {
  const site = await hand(t);
  const gather = await site.agent('gather');
  const page = new AbortController();
  await fetch(`${site.url}/api/events`, { signal: page.signal });
  const list = async () => (await site.call(routes.listTerminals, { cookie: site.cookie })).body;
  await until('both are there', async () => (await list()).total === 2);
  const { rows } = await list();
  assert.deepEqual(rows.map(({ kind, address }) => [kind, address]), [['gather', '127.0.0.1'], ['page', '127.0.0.1']]);
  assert.ok(rows.every(({ since }) => !Number.isNaN(Date.parse(since))));
  const { body: relay } = await site.call(routes.getRelay, { cookie: site.cookie });
  assert.deepEqual([relay.gathers, relay.liveServers, relay.pages], [{ online: 1, total: 1 }, { online: 0, total: 0 }, 1]);
  assert.match(relay.url, /^ws:\/\/.+\/api\/relay$/);
  page.abort();
  gather.kill();
  await until('both are gone', async () => (await list()).total === 0);
});

test('an address is told apart: this site, another program, a proxy without WebSockets, nobody', async (t) => {
  const site = await hand(t);
  const check = async (url: string) => (await site.call(routes.checkRelay, { cookie: site.cookie, body: { url } })).body.state;
  assert.equal(await check(`${site.url}/`), 'ready');
  const facts = await (await fetch(`${site.url}/api/site`)).text();
  const answers = new Map([['/api/site', facts]]);
  const other = createServer((request, response) => response.end(answers.get(request.url ?? '') ?? 'hello'));
  other.on('upgrade', (_request, socket) => socket.end('HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n'));
  await new Promise<void>((resolve) => void other.listen(0, '127.0.0.1', resolve));
  t.after(() => other.close());
  const url = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
  assert.equal(await check(url), 'no-websocket');
  answers.clear();
  assert.equal(await check(url), 'other');
  other.close();
  other.closeAllConnections();
  assert.equal(await check(url), 'unreachable');
  const { status, problem } = await site.call(routes.checkRelay, { cookie: site.cookie, body: { url: 'ftp://x' } });
  assert.deepEqual([status, problem?.errors?.[0]?.path], [400, 'body.url']);
});

test('an unknown live server is 404', async (t) => {
  const site = await hand(t);
  const { status, problem } = await site.call(routes.listLiveServerStreams, { params: { id: 'aaaaaaaaaaaa' }, cookie: site.cookie });
  assert.deepEqual([status, problem?.code], [404, 'live-server-not-found']);
});
