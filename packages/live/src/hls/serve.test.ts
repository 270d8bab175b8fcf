import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { FakeClient, type FakeLive, startFakeLive, until } from '../fake-live.ts';
import { opening, picture, sound } from '../fakes.ts';

/** A publisher that sends three GOPs of a second at once. */
async function publishGops(server: FakeLive, name: string): Promise<FakeClient> {
  const publisher = await new FakeClient(server.rtmp(name, 'publish'), 'publish').ready();
  publisher.send(opening());
  sendSeconds(publisher, 0, 3);
  return publisher;
}

function sendSeconds(publisher: FakeClient, from: number, to: number): void {
  for (let millis = from * 1000; millis < to * 1000; millis += 40) publisher.send([picture(millis, { isKeyframe: millis % 1000 === 0 }), sound(millis)]);
}

const lastLine = (text: string): string => text.trim().split('\n').at(-1) ?? '';

describe('HLS over HTTP', () => {
  let server: FakeLive;
  let publisher: FakeClient;
  let seconds = 3;
  before(async () => {
    server = await startFakeLive({ waitMillis: 1_000 });
    publisher = await publishGops(server, 'room');
  });
  after(() => server.live.close());

  const masterUrl = (more = '', name = 'room'): string => server.http(`/live/${name}.m3u8?token=${server.token(name, 'play')}${more}`);
  const viewers = (): number => server.live.hub.report().find(({ name }) => name === 'room')?.viewers ?? 0;

  /** Begins a session while the publisher goes on; gives the address of its media playlist. */
  async function begin(more = ''): Promise<string> {
    const asking = fetch(masterUrl(more));
    const count = viewers();
    await until('it waits', () => viewers() > count);
    sendSeconds(publisher, seconds, (seconds += 1.04));
    seconds = Math.ceil(seconds);
    const response = await asking;
    assert.equal(response.status, 200);
    return new URL(lastLine(await response.text()), response.url).href;
  }

  test('a token begins a session, whose playlist and segments need none', async () => {
    const response = await fetch(await begin());
    assert.equal(response.headers.get('content-type'), 'application/vnd.apple.mpegurl');
    assert.equal(response.headers.get('cache-control'), 'no-store');
    assert.equal(response.headers.get('access-control-allow-origin'), '*');
    const text = await response.text();
    assert.doesNotMatch(text, /token/);
    for (const [address, box] of [[/URI="(.+)"/.exec(text)?.[1], 'ftyp'], [lastLine(text), 'moof']]) {
      const part = await fetch(new URL(address ?? '', response.url));
      assert.equal(part.status, 200);
      assert.equal(part.headers.get('content-type'), 'video/mp4');
      assert.match(part.headers.get('cache-control') ?? '', /max-age=60/);
      assert.equal(part.headers.get('access-control-allow-origin'), '*');
      const bytes = Buffer.from(await part.arrayBuffer());
      assert.equal(Number(part.headers.get('content-length')), bytes.length);
      assert.equal(bytes.toString('latin1', 4, 8), box);
    }
  });

  test('a viewer who tells that it leaves counts no more at once, and ends nobody else', async () => {
    const [mine, others] = ['m'.repeat(22), 'o'.repeat(22)];
    const [myPlaylist, otherPlaylist, third] = [await begin(`&leave=${mine}`), await begin(`&leave=${others}`), await begin('&leave=short')];
    const count = viewers();
    const post = async (path: string): Promise<Response> => fetch(server.http(path), { method: 'POST', body: 'x' });
    const secretOf = (url: string): string => /\/([\w-]{22})\.m3u8$/.exec(url)?.[1] ?? assert.fail();
    // The folder of the segments is known to all viewers of the stream.
    const folder = /^([\w-]{22})\/\d+\.m4s$/m.exec(await (await fetch(third)).text())?.[1] ?? assert.fail();
    for (const path of [`/live/room/${'x'.repeat(22)}/leave`, `/live/other/${mine}/leave`, `/live/room/${folder}/leave`, `/live/room/${secretOf(third)}/leave`]) {
      assert.equal((await post(path)).status, 204, path);
    }
    for (const path of ['/live/room/short/leave', '/live/room.m3u8', `/live/room/${secretOf(third)}.m3u8`]) assert.equal((await post(path)).status, 405, path);
    assert.equal((await fetch(server.http(`/live/room/${mine}/leave`))).status, 404);
    assert.equal(viewers(), count);
    const left = await post(`/live/room/${mine}/leave`);
    assert.deepEqual([left.status, left.headers.get('access-control-allow-origin')], [204, '*']);
    assert.equal(viewers(), count - 1);
    assert.deepEqual([(await fetch(myPlaylist)).status, (await fetch(otherPlaylist)).status, (await fetch(third)).status], [410, 200, 200]);
  });

  test('old phones get MPEG-TS, in the same folder', async () => {
    const url = await begin('&format=ts');
    const text = await (await fetch(url)).text();
    assert.match(text, /#EXT-X-VERSION:3\n/);
    const part = await fetch(new URL(lastLine(text), url));
    assert.equal(part.headers.get('content-type'), 'video/mp2t');
    const bytes = Buffer.from(await part.arrayBuffer());
    assert.ok(bytes.length > 188 && bytes.length % 188 === 0);
    const head = await fetch(new URL(lastLine(text), url), { method: 'HEAD' });
    assert.equal(Number(head.headers.get('content-length')), bytes.length);
  });

  test('two sessions have playlists of their own and share segments', async () => {
    const [first, second] = [await begin(), await begin()];
    assert.notEqual(first, second);
    const [a, b] = await Promise.all([first, second].map(async (url) => new URL(lastLine(await (await fetch(url)).text()), url).pathname.split('/').at(-2)));
    assert.equal(a, b);
  });

  test('the master playlist tells codecs and size', async () => {
    const asking = fetch(masterUrl());
    sendSeconds(publisher, seconds, (seconds += 2));
    assert.match(await (await asking).text(), /BANDWIDTH=\d+,CODECS="avc1\.42c00c,mp4a\.40\.2",RESOLUTION=320x180\nroom\/[\w-]{22}\.m3u8\n$/);
  });

  test('without a valid token there is no session, and the refusal is a problem', async () => {
    const count = viewers();
    for (const query of ['', '?token=', `?token=${server.token('other', 'play')}`, `?token=${server.token('room', 'play', -5)}`]) {
      const response = await fetch(server.http(`/live/room.m3u8${query}`));
      assert.equal(response.status, 403);
      assert.equal(response.headers.get('content-type'), 'application/problem+json');
    }
    assert.equal((await fetch(masterUrl('&format=mp3'))).status, 400);
    assert.equal(viewers(), count);
  });

  test('a stream that nobody publishes is 404 after the wait', async () => {
    const response = await fetch(masterUrl('', 'nobody'));
    assert.equal(response.status, 404);
    assert.equal(((await response.json()) as { code: string }).code, 'no-video');
    assert.equal(server.live.hub.report().find(({ name }) => name === 'nobody')?.viewers ?? 0, 0);
  });

  test('what is over is 410, what is not there yet is 404', async () => {
    const url = await begin();
    const folder = new URL(lastLine(await (await fetch(url)).text()), url).href.replace(/\d+\.m4s$/, '');
    const stranger = 'A'.repeat(22);
    const cases: [string, number, string][] = [
      [server.http(`/live/room/${stranger}.m3u8`), 410, 'session-over'],
      [url.replace('/room/', '/other/'), 410, 'session-over'],
      [server.http(`/live/room/${stranger}/0.m4s`), 410, 'segment-gone'],
      [`${folder}9999.m4s`, 404, 'no-such-segment'],
      [`${folder}init-77.mp4`, 404, 'no-such-segment'],
    ];
    for (const [address, status, code] of cases) {
      const response = await fetch(address);
      assert.deepEqual([response.status, ((await response.json()) as { code: string }).code], [status, code], address);
    }
    assert.equal((await fetch(server.http('/live/room/short.m3u8'))).status, 404);
  });

  test('HEAD tells whether there is a stream and begins no session; a preflight is answered', async () => {
    const count = viewers();
    assert.equal((await fetch(masterUrl(), { method: 'HEAD' })).status, 200);
    assert.equal((await fetch(masterUrl('', 'nobody'), { method: 'HEAD' })).status, 404);
    assert.equal((await fetch(masterUrl(), { method: 'OPTIONS' })).status, 204);
    assert.equal(viewers(), count);
  });

  test('who leaves while waiting is a viewer no more', async () => {
    const count = server.live.hub.viewers;
    const { pathname, search } = new URL(masterUrl('', 'left'));
    const socket = connect(server.live.httpPort, '127.0.0.1');
    socket.write(`GET ${pathname}${search} HTTP/1.1\r\nHost: live\r\n\r\n`);
    await until('it waits', () => server.live.hub.viewers > count);
    socket.destroy();
    await until('it is gone', () => server.live.hub.report().every(({ name, viewers: left }) => name !== 'left' || left === 0));
  });

  test('metrics count sessions as viewers, and their bytes', async () => {
    const url = await begin();
    const out = (): number => server.live.hub.totals().bytesOut;
    const earlier = out();
    const part = await (await fetch(new URL(lastLine(await (await fetch(url)).text()), url))).arrayBuffer();
    await until('the bytes are counted', () => out() === earlier + part.byteLength);
    assert.match(await (await fetch(server.http('/metrics'))).text(), new RegExp(`^lubo_live_viewers\\{protocol="hls"\\} ${viewers()}$`, 'm'));
  });

  test('no token and no session is ever in the log', () => {
    assert.doesNotMatch(JSON.stringify(server.logs), /token=|[0-9a-z]{6}\.[\w-]{20}|[\w-]{22}\.m3u8/);
  });
});

test('a session that asks no more ends by itself', async () => {
  const server = await startFakeLive({ hlsSessionMillis: 300 });
  const asking = fetch(server.http(`/live/room.m3u8?token=${server.token('room', 'play')}`));
  await until('it waits', () => server.live.hub.viewers === 1);
  const publisher = await publishGops(server, 'room');
  const response = await asking;
  const url = new URL(lastLine(await response.text()), response.url);
  assert.equal((await fetch(url)).status, 200);
  await until('it is over', () => server.live.hub.viewers === 0);
  assert.equal((await fetch(url)).status, 410);
  assert.ok(server.logs.some(({ msg, reason, protocol }) => msg === 'viewer left' && protocol === 'hls' && reason === 'left'));
  publisher.socket.destroy();
  await server.live.close();
});

test('a segment that is not taken in time is cut off', async () => {
  const server = await startFakeLive({ hlsTakeMillis: 100, publisherBitsPerSecond: 8e9 });
  const asking = fetch(server.http(`/live/room.m3u8?token=${server.token('room', 'play')}`));
  await until('it waits', () => server.live.hub.viewers === 1);
  const publisher = await new FakeClient(server.rtmp('room', 'publish'), 'publish').ready();
  publisher.send(opening());
  for (let millis = 0; millis < 2_000; millis += 40) publisher.send([picture(millis, { isKeyframe: millis % 1000 === 0, size: 300_000 }), sound(millis)]);
  const response = await asking;
  const media = new URL(lastLine(await response.text()), response.url);
  const { pathname } = new URL(lastLine(await (await fetch(media)).text()), media);
  const socket = connect(server.live.httpPort, '127.0.0.1');
  let isClosed = false;
  socket.on('close', () => (isClosed = true));
  socket.on('error', () => {});
  socket.once('data', () => socket.pause());
  socket.write(`GET ${pathname} HTTP/1.1\r\nHost: live\r\n\r\n`);
  await until('logged', () => server.logs.some(({ msg, reason }) => msg === 'segment cut off' && reason === 'stuck'));
  socket.resume();
  await until('cut off', () => isClosed);
  assert.ok(socket.bytesRead < 7_000_000, `${socket.bytesRead}`);
  publisher.socket.destroy();
  await server.live.close();
});
