// HTTPS and RTMPS: the same streams behind a certificate, and what a TLS port must bear.
import assert from 'node:assert/strict';
import { get } from 'node:https';
import { type Socket, connect } from 'node:net';
import { type TestContext, after, before, describe, test } from 'node:test';
import { connect as connectSecurely } from 'node:tls';
import { StartError } from '@lubo/config';
import { type FakeCertificate, fakeCertificate, noOpenssl } from '@lubo/config/fake-certificate';
import { LiveReport } from '@lubo/contract';
import { WebSocket } from 'ws';
import { FakeClient, type FakeLive, startFakeLive, until } from './fake-live.ts';
import { framesOf, opening, picture, readFlv } from './fakes.ts';

const skip = noOpenssl;

const settingsOf = ({ certFile, keyFile }: FakeCertificate) => ({ LUBO_LIVE_TLS_CERT_FILE: certFile, LUBO_LIVE_TLS_KEY_FILE: keyFile });

/** GET over HTTPS with the certificate unchecked; `bytes` grow as they come. */
function ask(t: TestContext, url: string) {
  const received: Buffer[] = [];
  const answer = { status: 0, bytes: () => Buffer.concat(received), isOver: false };
  const request = get(url, { rejectUnauthorized: false, agent: false }, (response) => {
    answer.status = response.statusCode ?? 0;
    response.on('data', (bytes: Buffer) => received.push(bytes));
    response.on('close', () => (answer.isOver = true));
  });
  request.on('error', () => (answer.isOver = true));
  t.after(() => request.destroy());
  return answer;
}

describe('a live server with a certificate', { skip }, () => {
  let files: FakeCertificate;
  let server: FakeLive;
  let publisher: FakeClient;
  before(async () => {
    files = fakeCertificate('first');
    server = await startFakeLive({ httpHeadMillis: 300, rtmpSetUpMillis: 300 }, { settings: settingsOf(files) });
    publisher = await new FakeClient(rtmps('room', 'publish'), 'publish').ready();
    publisher.send([...opening(), picture(0, { isKeyframe: true, mark: 1 }), picture(40, { mark: 2 })]);
    await until('a picture', () => (server.live.hub.streams.get('room')?.bytesIn ?? 0) > 100);
  });
  after(async () => {
    await server.live.close();
    files.remove();
  });
  const https = (path: string): string => `https://127.0.0.1:${server.live.httpPort}${path}`;
  const rtmps = (name: string, action: 'publish' | 'play'): string =>
    `rtmps://127.0.0.1:${server.live.rtmpsPort}/live/${name}?token=${server.token(name, action)}`;
  const flv = (): string => https(`/live/room.flv?token=${server.token('room', 'play')}`);

  test('takes a publisher over RTMPS and gives its pictures out over HTTPS, RTMPS and plain RTMP', async (t) => {
    const viewer = ask(t, flv());
    await until('a whole tag', () => viewer.bytes().length > 100);
    publisher.send([picture(80, { mark: 3 })]);
    const marks = () => framesOf(readFlv(viewer.bytes()).tags, 'video').map(({ body }) => body[5]);
    await until('the next picture', () => marks().includes(3));
    assert.deepEqual(marks(), [1, 2, 3]);
    for (const url of [rtmps('room', 'play'), server.rtmp('room', 'play')]) {
      const player = await new FakeClient(url, 'play').ready();
      await until('a picture', () => player.has('video'));
      player.socket.destroy();
    }
  });

  test('speaks WebSocket over TLS', async () => {
    const socket = new WebSocket(flv().replace('https', 'wss'), { rejectUnauthorized: false });
    let first: Buffer | undefined;
    socket.on('message', (data) => (first ??= data as Buffer));
    await until('bytes', () => first !== undefined);
    assert.equal(first?.toString('latin1', 0, 3), 'FLV');
    socket.terminate();
  });

  test('answers everything else over HTTPS too', async (t) => {
    const health = ask(t, https('/healthz'));
    await until('an answer', () => health.isOver);
    assert.equal(health.status, 200);
    assert.match(health.bytes().toString(), /"status":"ok"/);
    const refused = ask(t, https('/live/room.flv'));
    await until('an answer', () => refused.isOver);
    assert.equal(refused.status, 403);
  });

  test('tells the site that its port speaks HTTPS', () => {
    const message = server.site.link?.report();
    assert.ok(message?.type === 'live-report');
    assert.equal(LiveReport.parse(message.report).addresses.httpScheme, 'https');
  });

  test('closes what does not speak TLS, or begins and does not go on', async () => {
    const open = (port: number | undefined, words: string): { socket: Socket; isClosed: boolean } => {
      const state = { socket: connect(port ?? 0, '127.0.0.1'), isClosed: false };
      state.socket.on('error', () => {}).on('close', () => (state.isClosed = true));
      state.socket.resume().write(words);
      return state;
    };
    const ports = [server.live.httpPort, server.live.rtmpsPort];
    const all = ports.flatMap((port) => ['GET / HTTP/1.1\r\n\r\n', '\x03'.repeat(1537), '', '\x16\x03\x01\x02'].map((words) => open(port, words)));
    await until('all are closed', () => all.every(({ isClosed }) => isClosed));
    const slow = connectSecurely({ port: server.live.httpPort, host: '127.0.0.1', rejectUnauthorized: false });
    let isClosed = false;
    slow.on('error', () => {}).on('close', () => (isClosed = true));
    slow.write('GET /healthz HTTP/1.1\r\nX: ');
    slow.resume();
    await until('a slow head is closed', () => isClosed);
  });

  test('serves a renewed certificate to newcomers while viewers stay', async (t) => {
    const viewer = ask(t, flv());
    await until('a picture', () => viewer.bytes().length > 100);
    files.renew('second');
    for (const port of [server.live.httpPort, server.live.rtmpsPort]) {
      const served = await nameServed(port ?? 0, 'second');
      assert.equal(served, 'second');
    }
    const soFar = viewer.bytes().length;
    publisher.send([picture(120)]);
    await until('the viewer sees on', () => viewer.bytes().length > soFar);
  });
});

/** Asks until this common name is served. */
async function nameServed(port: number, wanted: string): Promise<string> {
  const end = performance.now() + 10_000;
  for (;;) {
    const name = await new Promise<string>((resolve, reject) => {
      const socket = connectSecurely({ port, host: '127.0.0.1', rejectUnauthorized: false }, () => {
        resolve(String(socket.getPeerCertificate().subject.CN));
        socket.destroy();
      });
      socket.on('error', reject);
    });
    if (name === wanted || performance.now() > end) return name;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

test('a stop cuts handshakes that never end', { skip }, async (t) => {
  const files = fakeCertificate();
  t.after(() => files.remove());
  const server = await startFakeLive({ lingerMillis: 100 }, { settings: settingsOf(files) });
  const idle = [server.live.httpPort, server.live.rtmpsPort].map((port) => connect(port ?? 0, '127.0.0.1').on('error', () => {}));
  await Promise.all(idle.map((socket) => new Promise((resolve) => void socket.once('connect', resolve))));
  await server.live.close();
  for (const socket of idle) socket.destroy();
});

test('a certificate that can not be served is told in a line that names the setting, before anything listens', { skip }, async (t) => {
  const files = fakeCertificate();
  t.after(() => files.remove());
  const settings = { ...settingsOf(files), LUBO_LIVE_TLS_KEY_FILE: '/nowhere/key.pem' };
  await assert.rejects(startFakeLive({}, { settings }), (error) => error instanceof StartError && error.message.startsWith('live.tls.keyFile: /nowhere/key.pem can\'t be read'));
});

test('RTMPS has no port without a certificate', async () => {
  const server = await startFakeLive();
  assert.equal(server.live.rtmpsPort, undefined);
  await server.live.close();
});

test('a full server tells further viewers so', async () => {
  const server = await startFakeLive({}, { settings: { LUBO_LIVE_LIMITS_VIEWERS: '1' } });
  const first = new FakeClient(server.rtmp('room', 'play'), 'play');
  await until('one watches', () => server.live.hub.viewers === 1);
  const response = await fetch(server.http(`/live/room.flv?token=${server.token('room', 'play')}`));
  assert.deepEqual([response.status, ((await response.json()) as { code: string }).code], [503, 'full']);
  first.socket.destroy();
  await server.live.close();
});
