import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LiveReport, type StreamViewer } from '@lubo/contract';
import { FakeClient, type FakeLive, startFakeLive, tokenKey, until } from './fake-live.ts';
import { opening, picture } from './fakes.ts';

const settings = { tokenKeys: [tokenKey] };
const channelId = 'aaaaaaaaaaaa';
const asked = { settings, [`inspect/${channelId}`]: { channelId } };

function inspectionsOf({ site }: FakeLive) {
  const message = site.link?.report();
  assert.ok(message?.type === 'live-report');
  return LiveReport.parse(message.report).inspections ?? [];
}

test('each viewer is told while the site asks: protocol, address, since when, bytes and program', async () => {
  const server = await startFakeLive();
  const { live, site } = server;
  const open: { destroy(): void }[] = [];
  const publisher = await new FakeClient(server.rtmp(channelId, 'publish'), 'publish').ready();
  open.push(publisher.socket);
  publisher.send(opening());
  let time = 0;
  const sending = setInterval(() => {
    for (let i = 0; i < 25; i++, time += 40) publisher.send([picture(time, { isKeyframe: i === 0, size: 500 })]);
  }, 20);
  const leaving = new AbortController();
  const path = (suffix: string): string => server.http(`/live/${channelId}.${suffix}?token=${server.token(channelId, 'play')}`);
  const webSocket = new WebSocket(path('flv').replace('http', 'ws'));
  try {
    const headers = { 'user-agent': 'tester/1', 'x-forwarded-for': '198.51.100.7' };
    await fetch(path('flv'), { headers, signal: leaving.signal });
    const hls = await fetch(path('m3u8'), { headers });
    assert.equal(hls.status, 200);
    await hls.text();
    open.push(new FakeClient(server.rtmp(channelId, 'play'), 'play').socket);
    await until('all are there', () => live.hub.report()[0]?.viewers === 4);
    assert.deepEqual(inspectionsOf(server), []);
    site.link?.onState(asked, 2, 'site');
    const [inspection] = inspectionsOf(server);
    assert.equal(inspection?.name, channelId);
    const viewers = new Map(inspection?.viewers.map((viewer): [string, StreamViewer] => [viewer.protocol, viewer]));
    assert.deepEqual([...viewers.keys()].toSorted(), ['flv', 'hls', 'rtmp', 'ws-flv']);
    for (const protocol of ['flv', 'hls']) {
      assert.deepEqual([viewers.get(protocol)?.address, viewers.get(protocol)?.userAgent], ['198.51.100.7', 'tester/1']);
    }
    assert.equal(viewers.get('rtmp')?.address, '127.0.0.1');
    assert.equal(viewers.get('hls')?.bytes, null);
    assert.ok((viewers.get('flv')?.bytes ?? 0) > 0);
    for (const { since } of viewers.values()) assert.ok(Math.abs(Date.now() - Date.parse(since)) < 20_000, since);
    site.link?.onState({ settings }, 3, 'site');
    assert.deepEqual(inspectionsOf(server), []);
  } finally {
    clearInterval(sending);
    leaving.abort();
    webSocket.close();
    for (const each of open) each.destroy();
    await live.close();
  }
});

test('of many viewers the newest are told, as many as a report may hold', async () => {
  const server = await startFakeLive();
  const leaving = new AbortController();
  const name = channelId;
  for (let i = 0; i < 230; i++) fetch(server.http(`/live/${name}.flv?token=${server.token(name, 'play')}`), { signal: leaving.signal }).catch(() => {});
  await until('all wait', () => server.live.hub.viewers === 230);
  server.site.link?.onState({ ...asked, 'inspect/bad': { channelId: 7 } }, 2, 'site');
  const [inspection, ...others] = inspectionsOf(server);
  assert.deepEqual([inspection?.viewers.length, others.length], [200, 0]);
  leaving.abort();
  await server.live.close();
});
