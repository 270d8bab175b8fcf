import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type Socket, connect } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { WebSocket } from 'ws';
import { FakeClient, type FakeLive, startFakeLive, until } from '../fake-live.ts';
import { framesOf, opening, picture, readFlvSoFar } from '../fakes.ts';

type Viewer = { webSocket: WebSocket; messages: Buffer[]; flv(): ReturnType<typeof readFlvSoFar>; refusedWith: number | undefined; closedWith: [number, string] | undefined };

/** A page's WebSocket, from a page of another origin. */
function watch(server: FakeLive, path: string): Viewer {
  const webSocket = new WebSocket(`ws://127.0.0.1:${server.live.httpPort}${path}`, { origin: 'https://school.example' });
  const messages: Buffer[] = [];
  const viewer: Viewer = { webSocket, messages, flv: () => readFlvSoFar(Buffer.concat(messages)), refusedWith: undefined, closedWith: undefined };
  webSocket.binaryType = 'nodebuffer';
  webSocket.on('message', (data, isBinary) => {
    assert.equal(isBinary, true);
    messages.push(data as Buffer);
  });
  webSocket.on('unexpected-response', (request, { statusCode }) => {
    viewer.refusedWith = statusCode;
    request.destroy();
  });
  webSocket.on('close', (code, reason) => (viewer.closedWith = [code, String(reason)]));
  webSocket.on('error', () => {});
  return viewer;
}

describe('FLV over WebSocket', () => {
  let server: FakeLive;
  let publisher: FakeClient;
  before(async () => {
    server = await startFakeLive({ waitMillis: 300 });
    publisher = await new FakeClient(server.rtmp('room', 'publish'), 'publish').ready();
    const tags = [...opening(), picture(0, { isKeyframe: true, mark: 1 }), picture(40, { mark: 2 })];
    publisher.send(tags);
    const bytes = tags.reduce((sum, { body }) => sum + body.length, 0);
    await until('all is there', () => server.live.hub.streams.get('room')?.bytesIn === bytes);
  });
  after(() => server.live.close());
  const path = (name = 'room', token = server.token(name, 'play')): string => `/live/${name}.flv?token=${token}`;
  const pictures = (viewer: Viewer): (number | undefined)[] => framesOf(viewer.flv().tags, 'video').map(({ body }) => body[5]);

  test('carries the same bytes as HTTP, the first message whole from header to newest picture', async () => {
    const viewer = watch(server, path());
    await until('a message', () => viewer.messages.length > 0);
    assert.deepEqual([viewer.flv().hasVideo, viewer.flv().hasAudio, viewer.flv().length], [true, true, viewer.messages[0]?.length]);
    assert.deepEqual(pictures(viewer), [1, 2]);
    const response = await fetch(server.http(path()));
    publisher.send([picture(80, { mark: 3 })]);
    await until('the next one', () => pictures(viewer).includes(3));
    const bytes = Buffer.concat(viewer.messages);
    const reader = response.body?.getReader();
    let plain = Buffer.alloc(0);
    while (plain.length < bytes.length) plain = Buffer.concat([plain, Buffer.from((await reader?.read())?.value ?? [])]);
    assert.deepEqual(plain, bytes);
    await reader?.cancel();
    assert.equal(viewer.webSocket.extensions, '');
    viewer.webSocket.close();
    await until('both are gone', () => server.live.hub.viewers === 0);
    assert.ok(server.logs.some(({ msg, protocol, reason }) => msg === 'viewer left' && protocol === 'ws-flv' && reason === 'left'));
  });

  test('who may not watch, or watches what is not there, is told so instead of an upgrade', async () => {
    const cases: [string, number][] = [
      [path('room', ''), 403],
      [path('room', server.token('other', 'play')), 403],
      [path('room', server.token('room', 'publish')), 403],
      [path('nobody'), 404],
      ['/live/room.mp4', 404],
      ['/', 404],
    ];
    for (const [address, status] of cases) {
      const viewer = watch(server, address);
      await until('refused', () => viewer.refusedWith !== undefined);
      assert.equal(viewer.refusedWith, status, address);
    }
    assert.equal(server.live.hub.viewers, 0);
  });

  test('a viewer who waits begins with the first keyframe; one who leaves while waiting is gone at once', async () => {
    const [stays, leaves] = [watch(server, path('later')), watch(server, path('later'))];
    await until('both wait', () => server.live.hub.viewers === 2);
    leaves.webSocket.terminate();
    await until('one waits', () => server.live.hub.viewers === 1);
    const other = await new FakeClient(server.rtmp('later', 'publish'), 'publish').ready();
    other.send([...opening(), picture(0, { isKeyframe: true, mark: 7 })]);
    await until('a picture', () => stays.messages.length > 0 && pictures(stays).includes(7));
    stays.webSocket.close();
    other.socket.destroy();
    await until('gone', () => server.live.hub.viewers === 0);
  });

  test('pings are answered, what else a viewer says is not heard, and too much of it ends it', async () => {
    const viewer = watch(server, path());
    await until('open', () => viewer.webSocket.readyState === WebSocket.OPEN);
    viewer.webSocket.ping('are you there');
    const [data] = (await once(viewer.webSocket, 'pong')) as [Buffer];
    assert.equal(String(data), 'are you there');
    viewer.webSocket.send('hello');
    viewer.webSocket.send(new Uint8Array(2_000));
    await until('closed', () => viewer.closedWith !== undefined);
    assert.equal(viewer.closedWith?.[0], 1009);
    await until('gone', () => server.live.hub.viewers === 0);
  });

  test('a handshake that is none ends the connection and leaves no viewer', async () => {
    const socket = ask(server, `GET ${path()} HTTP/1.1\r\nHost: live\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`);
    const [bytes] = (await once(socket, 'data')) as [Buffer];
    assert.match(String(bytes), /^HTTP\/1\.1 400 /);
    await until('no viewer', () => server.live.hub.viewers === 0);
    const other = ask(server, 'GET /healthz HTTP/1.1\r\nHost: live\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n');
    const [answer] = (await once(other, 'data')) as [Buffer];
    assert.match(String(answer), /^HTTP\/1\.1 200 /);
    socket.destroy();
    other.destroy();
  });

  test('metrics tell these viewers apart', async () => {
    const viewer = watch(server, path());
    await until('open', () => viewer.webSocket.readyState === WebSocket.OPEN);
    const text = await (await fetch(server.http('/metrics'))).text();
    assert.match(text, /^lubo_live_viewers\{protocol="ws-flv"\} 1$/m);
    assert.match(text, /^lubo_live_viewers\{protocol="flv"\} 0$/m);
    viewer.webSocket.terminate();
    await until('gone', () => server.live.hub.viewers === 0);
  });
});

function ask(server: FakeLive, request: string): Socket {
  const socket = connect(server.live.httpPort, '127.0.0.1');
  socket.on('error', () => {});
  socket.write(request);
  return socket;
}

test('a viewer that does not read skips, is closed as stuck, and a flood of pings costs no memory', async () => {
  const server = await startFakeLive({ queueBytes: 512 * 1024, stuckMillis: 1_000, publisherBitsPerSecond: 8e9 });
  const publisher = await new FakeClient(server.rtmp('room', 'publish'), 'publish').ready();
  publisher.send([...opening(), picture(0, { isKeyframe: true })]);
  const viewer = watch(server, `/live/room.flv?token=${server.token('room', 'play')}`);
  await until('open', () => viewer.messages.length > 0);
  viewer.webSocket.pause();
  let time = 0;
  await until('stuck', () => {
    for (let i = 0; i < 2; i++) publisher.send([picture((time += 40), { isKeyframe: i === 0, size: 100_000 })]);
    for (let i = 0; i < 50; i++) viewer.webSocket.ping(Buffer.alloc(100));
    return (server.live.hub.ends.get('stuck') ?? 0) > 0;
  });
  assert.ok((server.live.hub.totals().skips) > 0);
  assert.equal(server.live.hub.viewers, 0);
  viewer.webSocket.terminate();
  publisher.socket.destroy();
  await server.live.close();
});

test('stopping tells viewers that the server goes away', async () => {
  const server = await startFakeLive();
  const publisher = await new FakeClient(server.rtmp('room', 'publish'), 'publish').ready();
  publisher.send([...opening(), picture(0, { isKeyframe: true })]);
  const viewer = watch(server, `/live/room.flv?token=${server.token('room', 'play')}`);
  const waiting = watch(server, `/live/other.flv?token=${server.token('other', 'play')}`);
  await until('both are there', () => viewer.messages.length > 0 && server.live.hub.viewers === 2);
  await server.live.close();
  await until('told', () => viewer.closedWith !== undefined && waiting.refusedWith !== undefined);
  assert.deepEqual(viewer.closedWith, [1001, 'stopping']);
  assert.equal(waiting.refusedWith, 503);
});
