import assert from 'node:assert/strict';
import { type Socket, connect } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { signStreamToken } from '@lubo/contract/stream-token';
import { FakeClient, type FakeLive, startFakeLive, until } from './fake-live.ts';
import { framesOf, opening, picture, readFlv, readFlvSoFar } from './fakes.ts';

/** Raw bytes of one connection. */
function ask(server: FakeLive, request: string): { socket: Socket; received: Buffer[]; bytes(): Buffer; isClosed(): boolean } {
  const socket = connect(server.live.httpPort, '127.0.0.1');
  const received: Buffer[] = [];
  let isClosed = false;
  socket.on('data', (bytes) => received.push(bytes));
  socket.on('error', () => {});
  socket.on('close', () => (isClosed = true));
  socket.write(request);
  return { socket, received, bytes: () => Buffer.concat(received), isClosed: () => isClosed };
}

const get = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: live\r\n\r\n`;

describe('the HTTP port', () => {
  let server: FakeLive;
  let publisher: FakeClient;
  before(async () => {
    server = await startFakeLive({ waitMillis: 150, httpHeadMillis: 300 });
    publisher = await new FakeClient(server.rtmp('room', 'publish'), 'publish').ready();
    publisher.send([...opening(), picture(0, { isKeyframe: true, mark: 1 }), picture(40, { mark: 2 })]);
    await until('a picture', () => (server.live.hub.streams.get('room')?.bytesIn ?? 0) > 100);
  });
  after(() => server.live.close());
  const flv = (name: string, token?: string): string => `/live/${name}.flv${token === undefined ? '' : `?token=${token}`}`;

  test('a missing, malformed, wrong or expired token is 403 with a problem that pages may read', async () => {
    const cases: [string | undefined, string][] = [
      [undefined, 'token-missing'],
      ['', 'token-missing'],
      ['abc', 'token-malformed'],
      [server.token('other', 'play'), 'token-wrong'],
      [server.token('room', 'publish'), 'token-wrong'],
      [signStreamToken('00'.repeat(32), 'room', 'play', Date.now() / 1000 + 60), 'token-wrong'],
      [server.token('room', 'play', -5), 'token-expired'],
    ];
    for (const [token, code] of cases) {
      const response = await fetch(server.http(flv('room', token)));
      assert.equal(response.status, 403);
      assert.equal(response.headers.get('content-type'), 'application/problem+json');
      assert.equal(response.headers.get('access-control-allow-origin'), '*');
      assert.equal(((await response.json()) as { code: string }).code, code);
    }
  });

  test('a valid token for a stream that nobody publishes waits, then 404', async () => {
    const response = await fetch(server.http(flv('nobody', server.token('nobody', 'play'))));
    assert.equal(response.status, 404);
    assert.equal(((await response.json()) as { code: string }).code, 'no-video');
  });

  test('a stream goes out raw after a head that ends with the connection', async () => {
    const viewer = ask(server, get(flv('room', server.token('room', 'play'))));
    await until('video', () => viewer.bytes().includes('FLV'));
    const at = viewer.bytes().indexOf('\r\n\r\n') + 4;
    const head = viewer.bytes().subarray(0, at).toString();
    assert.match(head, /^HTTP\/1\.1 200 OK\r\n/);
    assert.match(head, /\r\nContent-Type: video\/x-flv\r\n/);
    assert.match(head, /\r\nConnection: close\r\n/);
    assert.match(head, /\r\nAccess-Control-Allow-Origin: \*\r\n/);
    assert.doesNotMatch(head, /chunked/i);
    const pictures = () => framesOf(readFlv(viewer.bytes().subarray(at)).tags, 'video').map(({ body }) => body[5]);
    assert.deepEqual(pictures(), [1, 2]);
    publisher.send([picture(80, { mark: 3 })]);
    await until('the next picture', () => pictures().includes(3));
    viewer.socket.destroy();
    await until('the viewer is gone', () => server.live.hub.viewers === 0);
    assert.ok(server.logs.some(({ msg, reason, stream }) => msg === 'viewer left' && reason === 'left' && stream === 'room'));
  });

  test('a request behind a stream ends the connection', async () => {
    const viewer = ask(server, get(flv('room', server.token('room', 'play'))));
    await until('video', () => viewer.bytes().includes('FLV'));
    viewer.socket.write(get('/healthz'));
    await until('closed', () => viewer.isClosed());
    assert.equal(viewer.bytes().includes('isSiteConnected'), false);
  });

  test('HEAD tells whether there is a stream without joining it', async () => {
    const there = await fetch(server.http(flv('room', server.token('room', 'play'))), { method: 'HEAD' });
    assert.equal(there.status, 200);
    assert.equal(there.headers.get('content-type'), 'video/x-flv');
    assert.equal((await fetch(server.http(flv('nobody', server.token('nobody', 'play'))), { method: 'HEAD' })).status, 404);
    assert.equal((await fetch(server.http(flv('room')), { method: 'HEAD' })).status, 403);
  });

  test('a preflight is answered, other methods and addresses are refused', async () => {
    const preflight = await fetch(server.http(flv('room')), { method: 'OPTIONS' });
    assert.equal(preflight.status, 204);
    assert.match(preflight.headers.get('access-control-allow-methods') ?? '', /GET/);
    assert.equal((await fetch(server.http(flv('room')), { method: 'POST', body: 'x' })).status, 405);
    for (const path of ['/', '/live/', '/live/a%2Fb.flv', '/live/room.mp4']) assert.equal((await fetch(server.http(path))).status, 404);
  });

  test('health and metrics tell how it is', async () => {
    assert.deepEqual(await (await fetch(server.http('/healthz'))).json(), { status: 'ok', hasKeys: true, isSiteConnected: true });
    const text = await (await fetch(server.http('/metrics'))).text();
    assert.match(text, /^lubo_live_publishers 1$/m);
    assert.match(text, /^lubo_live_viewers\{protocol="flv"\} 0$/m);
    assert.match(text, /^lubo_live_refusals_total\{role="viewer",reason="token-expired"\} 1$/m);
    assert.match(text, /^lubo_live_viewer_ends_total\{reason="no-publisher"\} \d/m);
  });

  test('a head that does not end, or not in time, ends the connection', async () => {
    const slow = ask(server, 'GET /healthz HTTP/1.1\r\nX: ');
    const silent = ask(server, '');
    const long = ask(server, `GET /${'x'.repeat(20_000)} HTTP/1.1\r\n\r\n`);
    const wrong = ask(server, '\x16\x03\x01\x02\x00\x01\x00');
    await until('all closed', () => [slow, silent, long, wrong].every(({ isClosed }) => isClosed()));
    assert.match(slow.bytes().toString(), /^HTTP\/1\.1 408 /);
    assert.match(long.bytes().toString(), /^HTTP\/1\.1 431 /);
    assert.match(wrong.bytes().toString(), /^HTTP\/1\.1 400 /);
  });

  test('no token is ever in the log', () => {
    assert.doesNotMatch(JSON.stringify(server.logs), /token=|[0-9a-z]{6}\.[\w-]{20}/);
  });
});

test('before the keys are there every stream is 503', async () => {
  const server = await startFakeLive({}, { hasKeys: false });
  const response = await fetch(server.http(`/live/room.flv?token=${server.token('room', 'play')}`));
  assert.equal(response.status, 503);
  assert.equal(response.headers.get('retry-after'), '1');
  await response.body?.cancel();
  await server.live.close();
});

describe('a viewer that does not read', () => {
  let server: FakeLive;
  let publisher: FakeClient;
  before(async () => {
    const small = { queueBytes: 512 * 1024, stuckMillis: 1_500, publisherBitsPerSecond: 8e9 };
    server = await startFakeLive(small);
    publisher = await new FakeClient(server.rtmp('room', 'publish'), 'publish').ready();
    publisher.send([...opening(), picture(0, { isKeyframe: true })]);
    await until('a picture', () => (server.live.hub.streams.get('room')?.bytesIn ?? 0) > 100);
  });
  after(() => server.live.close());

  let time = 0;
  /** Sends GOPs of 2 × 100 kB until it is so; the system's own buffers take some megabytes first. */
  async function sendUntil(isTrue: () => boolean): Promise<void> {
    await until('flooded', () => {
      for (let i = 0; i < 2; i++) publisher.send([picture((time += 40), { isKeyframe: i === 0, size: 100_000 })]);
      return isTrue();
    });
  }

  test('skips to a keyframe with rising times when it reads again, while others miss nothing', async () => {
    const path = `/live/room.flv?token=${server.token('room', 'play')}`;
    const slow = ask(server, get(path));
    const well = ask(server, get(path));
    await until('both begin', () => [slow, well].every((each) => each.bytes().includes('FLV')));
    slow.socket.pause();
    const stream = server.live.hub.streams.get('room');
    await sendUntil(() => (stream?.skips ?? 0) > 0);
    slow.socket.resume();
    const timesOf = (each: typeof slow) => {
      const bytes = each.bytes();
      return framesOf(readFlvSoFar(bytes.subarray(bytes.indexOf('FLV'))).tags, 'video');
    };
    const earlier = timesOf(well).length;
    await sendUntil(() => timesOf(slow).length > 10 && timesOf(well).length > earlier + 10 && (stream?.skips ?? 0) > 0);
    assert.equal(stream?.skips, 1);
    const frames = timesOf(slow);
    for (const [i, { timestamp }] of frames.entries()) {
      const step = i === 0 ? 0 : timestamp - (frames[i - 1]?.timestamp ?? 0);
      assert.ok(step >= 0 && step <= 80, `step of ${step} ms`);
    }
    const wellFrames = timesOf(well);
    assert.deepEqual(wellFrames.map(({ timestamp }) => timestamp), wellFrames.map((_, i) => i * 40));
    slow.socket.destroy();
    well.socket.destroy();
    await until('both are gone', () => server.live.hub.viewers === 0);
  });

  test('is closed and counted when it never reads again', async () => {
    const stuck = ask(server, get(`/live/room.flv?token=${server.token('room', 'play')}`));
    await until('it begins', () => stuck.bytes().includes('FLV'));
    stuck.socket.pause();
    await sendUntil(() => (server.live.hub.ends.get('stuck') ?? 0) > 0);
    assert.equal(server.live.hub.viewers, 0);
    await until('logged', () => server.logs.some(({ msg, reason }) => msg === 'viewer left' && reason === 'stuck'));
    stuck.socket.destroy();
  });
});
