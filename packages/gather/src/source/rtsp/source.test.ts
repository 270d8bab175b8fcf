// The RTSP source against a camera that does everything wrong: each fault has its name, costs a reconnect at most, and never a lock-out.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { headerOf } from '@lubo/media';
import type { BadCamera } from './bad-camera.ts';
import { type ClipPacket, wire } from './clip-packets.ts';
import { type Play, all, begin, clip, codes, pause, sdp } from './play-camera.ts';

test('plays pictures and sound, and says TEARDOWN when it leaves', async (t) => {
  const seen = await begin(t, { silenceMillis: 10_000 });
  await seen.until(() => seen.pictures().length >= 48);
  await seen.source.stop();
  assert.deepEqual(seen.camera.asked, ['OPTIONS', 'DESCRIBE', 'SETUP', 'SETUP', 'PLAY', 'TEARDOWN']);
  assert.deepEqual(Object.keys(seen.told.tracks[0] ?? {}).sort(), ['audio', 'video']);
  assert.deepEqual(codes(seen), []);
});

test('sequence numbers and timestamps that wrap lose nothing', async (t) => {
  const play: Play = (send) => {
    for (const packet of clip.packets) send(packet.channel, wire(packet, { sequence: 0xffff - 20, timestamp: 2 ** 32 - 50_000 }));
  };
  const seen = await begin(t, { play, silenceMillis: 10_000 });
  await seen.until(() => seen.pictures().length >= 48);
  assert.equal(seen.source.health?.().lostPackets, 0);
  const times = seen.pictures().map(({ dts }) => dts);
  times.slice(1).forEach((dts, i) => assert.equal(dts - (times[i] ?? 0), 3600));
});

test('a lost packet is counted and costs the pictures up to the next keyframe, not the connection', async (t) => {
  const lost = clip.packets.findIndex(({ channel, sequence }) => channel === 0 && sequence === 6);
  const play: Play = (send) => {
    for (const packet of clip.packets.toSpliced(lost, 1)) send(packet.channel, wire(packet));
  };
  const seen = await begin(t, { play, silenceMillis: 10_000 });
  await seen.until(() => seen.pictures().filter(({ isKeyframe }) => isKeyframe).length === 2);
  assert.deepEqual([seen.source.health?.().lostPackets, codes(seen), seen.camera.connections], [1, [], 1]);
});

test('parameter sets in the stream alone are enough', async (t) => {
  const [video, audio] = sdp.media;
  const bare = { ...sdp, media: [{ ...video!, formats: [{ ...video!.formats[0]!, parameters: new Map() }] }, audio!] };
  const sets = clip.parameterSets.map((payload): ClipPacket => ({ channel: 0, sequence: 0, timestamp: 0, marker: false, payload }));
  const play: Play = (send) => {
    sets.forEach((set, i) => send(0, wire(set, { sequence: i })));
    for (const packet of clip.packets) send(packet.channel, wire(packet, { sequence: packet.channel === 0 ? sets.length : 0 }));
  };
  const seen = await begin(t, { sdp: bare, play, silenceMillis: 10_000 });
  await seen.until(() => seen.pictures().length >= 48);
  assert.deepEqual([seen.told.tracks[0]?.video?.width, codes(seen)], [96, []]);
});

test('a wrong password is tried exactly once', async (t) => {
  const challenge = { status: 401, reason: 'Unauthorized', headers: [['WWW-Authenticate', 'Digest realm="cam", nonce="abc"']] as const };
  const seen = await begin(t, { user: 'teacher', spoil: (request) => (request.method === 'DESCRIBE' ? challenge : undefined) });
  await seen.until(() => seen.told.faults.length > 0);
  await pause(100);
  assert.deepEqual(codes(seen), ['wrong-password']);
  const signed = seen.camera.requests.filter((request) => headerOf(request, 'Authorization') !== undefined && request.method === 'DESCRIBE');
  assert.deepEqual([signed.length, seen.camera.connections], [1, 1]);
});

const refusals = [
  [453, 'source-busy'],
  [503, 'source-busy'],
  [404, 'stream-not-found'],
  [403, 'source-forbidden'],
  [500, 'source-refused'],
] as const;
for (const [status, code] of refusals) {
  test(`${status} to PLAY is ${code}, and is tried again`, async (t) => {
    const seen = await begin(t, { spoil: ({ method }, connection) => (method === 'PLAY' && connection < 3 ? { status, reason: 'No' } : undefined), silenceMillis: 10_000 });
    await seen.until(() => seen.told.packets.length > 0);
    assert.deepEqual([codes(seen), seen.camera.connections], [[code, code], 3]);
  });
}

test('silence and a half-open connection are noticed, and dialled for again', async (t) => {
  const seen = await begin(t, { play: (...given) => (given[1] === 1 ? undefined : all(...given)) });
  await seen.until(() => seen.told.packets.length > 0);
  assert.deepEqual(codes(seen), ['source-silent']);
  assert.ok(seen.camera.asked.includes('TEARDOWN'), 'the silent session is torn down');
});

test('without reconnecting a loss stays a loss, and says why', async (t) => {
  const seen = await begin(t, { reconnects: false, play: (_, __, socket) => void socket.destroy() });
  await seen.until(() => seen.told.faults.length > 0);
  await pause(100);
  assert.equal(seen.camera.connections, 1);
  assert.match(seen.told.faults[0]?.detail ?? '', /reconnecting is switched off/);
});

test('redirects in a circle end after five', async (t) => {
  let camera: BadCamera | undefined;
  const seen = await begin(t, {
    spoil: ({ method }) => (method === 'DESCRIBE' ? { status: 302, reason: 'Moved', headers: [['Location', camera?.url ?? '']] } : undefined),
  });
  camera = seen.camera;
  await seen.until(() => codes(seen).includes('too-many-redirects'));
  assert.ok(seen.camera.connections >= 6);
});

test('bytes that are no RTSP cost one connection; video that is not supported is named', async (t) => {
  const play: Play = (send, connection, socket) => {
    if (connection === 1) socket.write(Buffer.alloc(100_000, 0x41));
    else all(send, connection, socket);
  };
  const noise = await begin(t, { play, silenceMillis: 10_000 });
  await noise.until(() => noise.told.packets.length > 0);
  assert.deepEqual(codes(noise), ['source-invalid']);
  const jpeg = { ...sdp, media: [{ ...sdp.media[0]!, formats: [{ payloadType: 26, encoding: 'JPEG', clockRate: 90_000, channels: 1, parameters: new Map() }] }] };
  const seen = await begin(t, { sdp: jpeg });
  await seen.until(() => seen.told.faults.length > 0);
  assert.deepEqual(seen.told.faults[0], { code: 'codec-not-supported', detail: "the video of the source can't be taken: JPEG is not supported" });
});
