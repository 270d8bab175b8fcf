// A camera with two streams through a whole gather: viewers get the sub stream, the lesson is recorded from the main one.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type Sdp, openMp4, readMetadata } from '@lubo/media';
import { pino } from 'pino';
import type { OpenSource } from './channel.ts';
import { systemClock } from './clock.ts';
import { createFakeClock } from './fake-clock.ts';
import { picture, tracks } from './fake-units.ts';
import { createGather } from './gather.ts';
import { startFakeLive } from './push/fake-live.ts';
import { type Recordings, openRecordings } from './recorder/recordings.ts';
import { openSource } from './source/open.ts';
import { startBadCamera } from './source/rtsp/bad-camera.ts';
import { clip, looped } from './source/rtsp/play-camera.ts';
import type { SourceOutput } from './source/source.ts';

const id = 'channel00001';
const log = pino({ level: 'silent' });
const [video, audio] = clip.sdp.media;
/** Another picture of 240 × 160, by its description. */
const smallSets = new Map([['sprop-parameter-sets', 'Z0LAHtkDxWhAAAADAEAAAAwDxYuS,aMuMsg==']]);
const subSdp: Sdp = { ...clip.sdp, media: [{ ...video!, formats: [{ ...video!.formats[0]!, parameters: smallSets }] }, audio!] };

async function begin(t: TestContext) {
  const dataDir = mkdtempSync(join(tmpdir(), 'lubo-dual-'));
  const [main, sub, live] = await Promise.all([startBadCamera({ sdp: clip.sdp, play: looped }), startBadCamera({ sdp: subSdp, play: looped }), startFakeLive()]);
  const options = { dataDir, folders: [join(dataDir, 'recordings')], reserveBytes: 0, clock: systemClock, now: Date.now, log, onChange() {} };
  const recordings = await openRecordings(options);
  const gather = createGather({ openSource, recordings, clock: systemClock, log, onChange() {} });
  t.after(async () => {
    await gather.close();
    await Promise.all([main.close(), sub.close(), live.close(), recordings.close()]);
    rmSync(dataDir, { recursive: true });
  });
  const source = { mode: 'pull', url: main.url, subUrl: sub.url, user: '', password: '', transport: 'tcp' };
  const channel = { [`channel/${id}`]: { id, name: 'Room 1', source, isStarted: true } };
  return { main, sub, live, recordings, gather, channel, pushed: { ...channel, [`push/${id}`]: { channelId: id, url: live.url('one') } } };
}

async function recordedWidth(recordings: Recordings): Promise<number | undefined> {
  const [slice] = recordings.store.finished();
  if (slice === undefined) return undefined;
  const standard = await recordings.store.openStandard(slice.id);
  const parts: Uint8Array[] = [];
  for await (const part of standard.stream(0)) parts.push(part);
  await standard.close();
  const bytes = Buffer.concat(parts);
  const movie = await openMp4((at, length) => Promise.resolve(bytes.subarray(at, at + length)), bytes.length);
  const track = movie.tracks.find(({ info }) => info.kind === 'video');
  return track?.info.kind === 'video' ? track.info.width : undefined;
}

test('viewers get the sub stream over a real push, the recording is of the main stream', { timeout: 30_000 }, async (t) => {
  const { main, sub, live, recordings, gather, channel, pushed } = await begin(t);
  gather.apply(channel, 'site');
  gather.record(id, { lessonId: `hand-${id}`, kind: 'hand', intervalId: null, subjectId: null, teacherId: null, plannedStart: Date.now(), plannedEnd: Date.now() + 600_000 });
  await new Promise((resolve) => setTimeout(resolve, 2_500));
  assert.deepEqual([main.connections, sub.connections], [1, 0], 'nobody watches: the sub stream is not dialled');
  gather.apply(pushed, 'site');
  const publisher = await live.next();
  await publisher.until((media) => media.filter(({ type }) => type === 'video').length > 20);
  const metadata = publisher.media.flatMap(({ type, body }) => (type === 'script' ? (readMetadata(body) ?? []) : []));
  assert.deepEqual(metadata.map(({ width }) => width), [240]);
  gather.apply(channel, 'site');
  assert.equal(await publisher.ended, true);
  await gather.close();
  assert.deepEqual([main.asked.at(-1), sub.asked.at(-1)], ['TEARDOWN', 'TEARDOWN']);
  assert.equal(await recordedWidth(recordings), 96);
});

test('what both streams bring counts as received', async (t) => {
  const outputs: Partial<Record<'main' | 'sub', SourceOutput>> = {};
  const open: OpenSource = (_, { stream }) => ({ start: (output) => void (outputs[stream] = output), stop: () => Promise.resolve() });
  const gather = createGather({ openSource: open, clock: createFakeClock(), log, onChange() {} });
  t.after(() => gather.close());
  const source = { mode: 'pull', url: 'rtsp://a/main', subUrl: 'rtsp://a/sub', user: '', password: '', transport: 'tcp' };
  gather.apply({ [`channel/${id}`]: { id, name: 'Room 1', source, isStarted: true }, [`push/${id}`]: { channelId: id, url: 'rtmp://127.0.0.1:9/live/one' } }, 'site');
  await new Promise((resolve) => setImmediate(resolve));
  for (const [stream, expected] of [['main', 1_000], ['sub', 1_500]] as const) {
    outputs[stream]?.begin(tracks);
    outputs[stream]?.packets([picture(0, { bytes: stream === 'main' ? 125_000 : 62_500 })]);
    assert.equal(gather.report().channels[0]?.receiveKbps, expected, stream);
  }
});
