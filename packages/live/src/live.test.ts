import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { StartError, readConfig } from '@lubo/config';
import { LiveReport } from '@lubo/contract';
import { pino } from 'pino';
import { FakeClient, startFakeLive, until } from './fake-live.ts';
import { opening, picture } from './fakes.ts';
import { startLive } from './live.ts';

test('the site is told ports, streams, viewers and bytes', async () => {
  const server = await startFakeLive();
  const publisher = await new FakeClient(server.rtmp('room', 'publish'), 'publish').ready();
  publisher.send([...opening(), picture(0, { isKeyframe: true })]);
  const viewer = new AbortController();
  const response = await fetch(server.http(`/live/room.flv?token=${server.token('room', 'play')}`), { signal: viewer.signal });
  assert.equal(response.status, 200);
  const message = server.site.link?.report();
  assert.ok(message?.type === 'live-report');
  const { addresses, streams } = LiveReport.parse(message.report);
  assert.deepEqual(addresses, { httpScheme: 'http', httpPort: server.live.httpPort, rtmpPort: server.live.rtmpPort });
  assert.equal(streams.length, 1);
  assert.deepEqual({ ...streams[0], bytesIn: 0, bytesOut: 0 }, { name: 'room', isPublishing: true, viewers: 1, bytesIn: 0, bytesOut: 0 });
  assert.ok((streams[0]?.bytesIn ?? 0) > 50 && (streams[0]?.bytesOut ?? 0) > 100);
  viewer.abort();
  await server.live.close();
});

test('stopping tells everybody, closes every connection and frees the ports', async () => {
  const server = await startFakeLive({ lingerMillis: 300 });
  const publisher = await new FakeClient(server.rtmp('room', 'publish'), 'publish').ready();
  publisher.send([...opening(), picture(0, { isKeyframe: true })]);
  const playing = fetch(server.http(`/live/room.flv?token=${server.token('room', 'play')}`)).then((response) => response.arrayBuffer());
  const waiting = fetch(server.http(`/live/other.flv?token=${server.token('other', 'play')}`));
  const deaf = new FakeClient(server.rtmp('room', 'play'), 'play');
  await until('three viewers', () => server.live.hub.viewers === 3);
  deaf.socket.pause();
  await server.live.close();
  assert.equal((await waiting).status, 503);
  assert.equal(Buffer.from(await playing).toString('latin1', 0, 3), 'FLV');
  await until('the publisher heard', () => publisher.isClosed);
  assert.match(JSON.stringify(publisher.events), /NetStream\.Unpublish\.Success/);
  for (const port of [server.live.httpPort, server.live.rtmpPort]) {
    const again = createServer();
    await new Promise<void>((resolve, reject) => { again.once('error', reject).listen(port, '127.0.0.1', resolve); });
    again.close();
  }
  deaf.socket.destroy();
});

test('keys that the site changes count from then on', async () => {
  const server = await startFakeLive();
  server.site.link?.onState({ settings: { tokenKeys: ['11'.repeat(32)] } }, 2, 'site');
  const response = await fetch(server.http(`/live/room.flv?token=${server.token('room', 'play')}`));
  assert.equal(response.status, 403);
  await response.body?.cancel();
  await server.live.close();
});

test('a port that is taken is told in a line that names the setting, and nothing is left listening', async () => {
  const blocker = createServer();
  await new Promise<void>((resolve) => { blocker.listen(0, '127.0.0.1', resolve); });
  const address = blocker.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const config = readConfig({ fileName: '', text: undefined, env: { LUBO_LIVE_HOST: '127.0.0.1', LUBO_LIVE_RTMP_PORT: String(port) } });
  config.live.httpPort = 0;
  const options = { config, log: pino({ level: 'silent' }), dataDir: '', facts: { hostname: '', os: '', ip: '', mac: '', version: '' } };
  const never = (): never => assert.fail('linked without ports');
  await assert.rejects(startLive({ ...options, connectLink: never }), (error) => error instanceof StartError && /LUBO_LIVE_RTMP_PORT/.test(error.message));
  blocker.close();
});
