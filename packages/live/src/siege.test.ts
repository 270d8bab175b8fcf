import assert from 'node:assert/strict';
import { type Socket, connect } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { FakeClient, type FakeLive, startFakeLive, until } from './fake-live.ts';
import { opening, picture } from './fakes.ts';

describe('a live server among bad peers', () => {
  const queueBytes = 256 * 1024;
  let server: FakeLive;
  let publisher: FakeClient;
  let time = 0;
  const sockets: Socket[] = [];
  before(async () => {
    server = await startFakeLive({ httpHeadMillis: 400, rtmpSetUpMillis: 400, queueBytes, stuckMillis: 60_000, publisherBitsPerSecond: 80_000_000, publisherBurstMillis: 1_000 });
    publisher = await new FakeClient(server.rtmp('room', 'publish'), 'publish').ready();
    publisher.send([...opening(), picture(time, { isKeyframe: true })]);
  });
  after(async () => {
    for (const socket of sockets) socket.destroy();
    await server.live.close();
  });

  function open(port: number, request = ''): { socket: Socket; bytes: number; isClosed: boolean } {
    const one = { socket: connect(port, '127.0.0.1'), bytes: 0, isClosed: false };
    sockets.push(one.socket);
    one.socket.on('data', (chunk: Buffer) => (one.bytes += chunk.length));
    one.socket.on('error', () => {});
    one.socket.on('close', () => (one.isClosed = true));
    if (request !== '') one.socket.write(request);
    return one;
  }
  const watch = () => open(server.live.httpPort, `GET /live/room.flv?token=${server.token('room', 'play')} HTTP/1.1\r\nHost: live\r\n\r\n`);
  const send = (size = 1_000): void => publisher.send([picture((time += 40), { size, isKeyframe: time % 400 === 0 })]);

  test('hundreds of connections that say nothing are closed in time, and a viewer among them sees every picture', async () => {
    const idle = [server.live.httpPort, server.live.rtmpPort].flatMap((port) => Array.from({ length: 300 }, () => open(port)));
    const viewer = watch();
    await until('the viewer begins', () => viewer.bytes > 0);
    let sent = viewer.bytes;
    await until('all are closed', () => {
      send();
      sent += 1_000;
      return idle.every(({ isClosed }) => isClosed);
    });
    await until('the viewer has everything', () => viewer.bytes >= sent);
    assert.equal(viewer.isClosed, false);
    viewer.socket.destroy();
  });

  test('viewers who stop reading hold no more than their bound each, and one who reads misses nothing', async () => {
    const stalled = Array.from({ length: 20 }, watch);
    await until('all begin', () => stalled.every(({ bytes }) => bytes > 0));
    for (const { socket } of stalled) socket.pause();
    const well = watch();
    await until('the other begins', () => well.bytes > 0);
    const stream = server.live.hub.streams.get('room');
    assert.ok(stream);
    let sent = well.bytes;
    let highest = 0;
    await until('all of them have skipped', () => {
      if (well.bytes < sent) return false;
      send(100_000);
      sent += 100_000;
      for (const { queuedBytes } of stream.viewers) highest = Math.max(highest, queuedBytes);
      return stream.skips >= stalled.length;
    }, 30);
    assert.ok(highest > 0 && highest <= queueBytes, `${highest} bytes`);
    assert.equal(well.isClosed, false);
    const text = await (await fetch(server.http('/metrics'))).text();
    assert.match(text, /^lubo_live_skips_total 20$/m);
  });

  test('a publisher who sends far too much is closed, and the viewers of another stream go on', async () => {
    const viewer = watch();
    await until('the viewer begins', () => viewer.bytes > 0);
    const flood = await new FakeClient(server.rtmp('flood', 'publish'), 'publish').ready();
    flood.send(opening());
    let sent = viewer.bytes;
    await until('it is closed', () => {
      if (flood.socket.writableLength === 0) flood.send([picture(time, { isKeyframe: true, size: 1_000_000 })]);
      send();
      sent += 1_000;
      return flood.isClosed;
    });
    await until('the viewer has everything', () => viewer.bytes >= sent);
    assert.ok(server.logs.some(({ msg, stream, reason }) => msg === 'publisher left' && stream === 'flood' && reason === 'more bytes than a publisher may send'));
  });
});
