import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { FakeClient, type FakeLive, startFakeLive, until } from '../fake-live.ts';
import { opening, picture, sound } from '../fakes.ts';

describe('the RTMP port', () => {
  let server: FakeLive;
  before(async () => {
    server = await startFakeLive({ rtmpSetUpMillis: 300, publisherSilenceMillis: 600, waitMillis: 200, publisherBitsPerSecond: 8e6, publisherBurstMillis: 1000 });
  });
  after(() => server.live.close());

  async function refusal(url: string, mode: 'publish' | 'play'): Promise<{ code: string; description: string }> {
    const client = new FakeClient(url, mode);
    await until('closed', () => client.isClosed);
    const refused = client.events.find((event) => event.type === 'refused');
    assert.ok(refused, JSON.stringify(client.events));
    return refused;
  }
  const logged = (what: Record<string, unknown>): boolean =>
    server.logs.some((line) => Object.entries(what).every(([name, value]) => line[name] === value));

  test('a bad token is refused before any media is read, with its reason in the log', async () => {
    const cases: [string, string][] = [
      ['', 'token missing'],
      ['abc', 'token malformed'],
      [server.token('other', 'publish'), 'token wrong'],
      [server.token('room', 'play'), 'token wrong'],
      [server.token('room', 'publish', -5), 'token expired'],
    ];
    for (const [token, reason] of cases) {
      const { code } = await refusal(server.rtmp('room', 'publish', token), 'publish');
      assert.equal(code, 'NetStream.Publish.Denied');
      assert.ok(logged({ msg: 'publisher refused', stream: 'room', reason }), reason);
    }
    assert.equal(server.live.hub.streams.has('room'), false);
    assert.equal((await refusal(server.rtmp('room', 'play', 'abc'), 'play')).code, 'NetStream.Play.Failed');
  });

  test('several tracks of a kind in one stream are refused with the reason told and logged, and nobody else is touched', async () => {
    const other = await new FakeClient(server.rtmp('single', 'publish'), 'publish').ready();
    other.send([...opening(), picture(0, { isKeyframe: true })]);
    const multitrack = { video: [0x96, 0x00, ...Buffer.from('hvc1'), 0], audio: [0x95, 0x00, ...Buffer.from('mp4a'), 0] };
    for (const type of ['video', 'audio'] as const) {
      const client = await new FakeClient(server.rtmp(`many-${type}`, 'publish'), 'publish').ready();
      client.send([{ type, timestamp: 0, body: Uint8Array.from(multitrack[type]) }]);
      await until('closed', () => client.isClosed);
      const told = client.events.find((event) => event.type === 'refused');
      assert.match(JSON.stringify(told), /NetStream\.Publish\.Rejected.*multitrack is not supported/);
      assert.ok(server.logs.some(({ msg, stream, reason }) => msg === 'publisher left' && stream === `many-${type}` && /multitrack/.test(String(reason))));
    }
    assert.equal(other.isClosed, false);
    other.socket.destroy();
  });

  test('another application or an impossible name is refused', async () => {
    const token = server.token('room', 'publish');
    for (const path of [`vod/room?token=${token}`, `live/ro%20om?token=${token}`]) {
      const { code } = await refusal(`rtmp://127.0.0.1:${server.live.rtmpPort}/${path}`, 'publish');
      assert.equal(code, 'NetStream.Publish.BadName');
    }
  });

  test('what one publishes another plays, with times from 0', async () => {
    const player = new FakeClient(server.rtmp('play', 'play'), 'play');
    await until('waiting', () => server.live.hub.viewers === 1);
    const publisher = await new FakeClient(server.rtmp('play', 'publish'), 'publish').ready();
    publisher.send([...opening(), picture(9_000, { isKeyframe: true }), sound(9_010), picture(9_040)]);
    await until('three frames', () => player.events.filter((event) => 'timestamp' in event && event.timestamp > 0).length >= 2);
    const media = player.events.flatMap((event) => ('body' in event ? [{ type: event.type, timestamp: event.timestamp }] : []));
    assert.deepEqual(media.slice(-6), [
      { type: 'script', timestamp: 0 },
      { type: 'video', timestamp: 0 },
      { type: 'audio', timestamp: 0 },
      { type: 'video', timestamp: 0 },
      { type: 'audio', timestamp: 10 },
      { type: 'video', timestamp: 40 },
    ]);
    player.socket.destroy();
    await until('the player is gone', () => server.live.hub.viewers === 0);
    publisher.socket.destroy();
    await until('the publisher is gone', () => !server.live.hub.isPublishing('play'));
    assert.ok(logged({ msg: 'publisher came', stream: 'play' }));
    assert.ok(logged({ msg: 'publisher left', stream: 'play', reason: 'the peer closed the connection' }));
  });

  test('a player whom nobody serves hears so when its time is over', async () => {
    assert.equal((await refusal(server.rtmp('nobody', 'play'), 'play')).code, 'NetStream.Play.StreamNotFound');
  });

  test('a second publisher takes over, the first hears why', async () => {
    const first = await new FakeClient(server.rtmp('two', 'publish'), 'publish').ready();
    const second = await new FakeClient(server.rtmp('two', 'publish'), 'publish').ready();
    await until('the first is closed', () => first.isClosed);
    assert.match(JSON.stringify(first.events), /taken over/);
    assert.equal(second.isClosed, false);
    assert.equal(server.live.hub.isPublishing('two'), true);
    second.socket.destroy();
  });

  test('a publisher that ends its stream is gone at once and may not stay for long', async () => {
    const client = await new FakeClient(server.rtmp('end', 'publish'), 'publish').ready();
    client.socket.write(client.session.stop());
    await until('unpublished', () => !server.live.hub.isPublishing('end'));
    await until('closed', () => client.isClosed);
  });

  test('a codec that nobody could play is refused by name', async () => {
    const client = await new FakeClient(server.rtmp('codec', 'publish'), 'publish').ready();
    client.send([{ type: 'audio', timestamp: 0, body: Uint8Array.of(0x2f, 0, 0) }]);
    await until('closed', () => client.isClosed);
    assert.match(JSON.stringify(client.events), /NetStream\.Publish\.Rejected.*MP3/);
    assert.ok(server.logs.some(({ msg, reason }) => msg === 'publisher left' && /MP3/.test(String(reason))));
  });

  test('silence, slowness, garbage and floods end a connection with the reason in the log', async () => {
    const silent = await new FakeClient(server.rtmp('silent', 'publish'), 'publish').ready();
    const idle = connect(server.live.rtmpPort, '127.0.0.1');
    const garbage = connect(server.live.rtmpPort, '127.0.0.1');
    for (const socket of [idle, garbage]) socket.on('error', () => {}).resume();
    garbage.write(Buffer.concat([Buffer.from([3]), Buffer.alloc(1536), Buffer.alloc(1536), Buffer.alloc(500, 0xff)]));
    const flood = await new FakeClient(server.rtmp('flood', 'publish'), 'publish').ready();
    flood.send(opening());
    for (let i = 0; i < 40; i++) flood.send([picture(i, { isKeyframe: true, size: 100_000 })]);
    await until('all closed', () => silent.isClosed && flood.isClosed && idle.destroyed && garbage.destroyed);
    assert.ok(logged({ msg: 'publisher left', stream: 'silent', reason: 'publisher was silent for too long' }));
    assert.ok(logged({ msg: 'publisher left', stream: 'flood', reason: 'more bytes than a publisher may send' }));
    assert.ok(logged({ msg: 'RTMP connection closed', reason: 'neither published nor played in time' }));
    assert.ok(server.logs.some(({ msg, reason }) => msg === 'RTMP connection closed' && String(reason).startsWith('byte ')));
  });

  test('a publisher is left unread between windows, and neither a tag nor its end is missed', async () => {
    const windows = await startFakeLive({ unwindowedViewers: 0, windowMillisPerViewer: 100, windowMillis: 100 });
    try {
      const publisher = await new FakeClient(windows.rtmp('room', 'publish'), 'publish').ready();
      publisher.send([...opening(), picture(0, { isKeyframe: true, mark: 0 })]);
      const viewer = await new FakeClient(windows.rtmp('room', 'play'), 'play').ready();
      const marks = (): (number | undefined)[] =>
        viewer.events.flatMap((event) => (event.type === 'video' && event.body[1] === 1 ? [event.body[5]] : []));
      await until('the first picture is there', () => marks().length === 1);
      for (let i = 1; i <= 25; i++) {
        publisher.send([picture(i * 40, { mark: i })]);
        await sleep(40);
      }
      await until('all pictures are there', () => marks().length === 26);
      assert.deepEqual(marks(), Array.from({ length: 26 }, (_, i) => i));
      publisher.socket.destroy();
      await until('the end of the publisher is seen', () => !windows.live.hub.isPublishing('room'));
      viewer.socket.destroy();
    } finally {
      await windows.live.close();
    }
  });

  test('no token is ever in the log', () => {
    assert.doesNotMatch(JSON.stringify(server.logs), /token=|[0-9a-z]{6}\.[\w-]{20}/);
  });
});
