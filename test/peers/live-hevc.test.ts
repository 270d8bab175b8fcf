// H.265 over enhanced RTMP in and HTTP-FLV out. This machine's ffmpeg may know no H.265 in FLV, so it judges the bare stream.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { test } from 'node:test';
import { type Mp4Track, type Packet, configTags, openMp4, packetTag, readHevcConfig, readVideoBody, splitNals, writeMetadata } from '@lubo/media';
import { FakeClient, startFakeLive, until } from '../../packages/live/src/fake-live.ts';
import { framesOf, readFlv, readFlvSoFar } from '../../packages/live/src/fakes.ts';
import { makeClip, workDir } from './live-harness.ts';

const run = promisify(execFile);
const startCode = Buffer.from([0, 0, 0, 1]);
const frames = 50;

test('H.265 goes in by enhanced RTMP and comes out whole', async (context) => {
  const clip = await makeClip('hevc').catch(() => undefined);
  if (clip === undefined) return context.skip('ffmpeg has no libx265');
  const server = await startFakeLive({ publisherBitsPerSecond: 1e9 });
  context.after(() => server.live.close());

  const file = await open(clip);
  const movie = await openMp4(async (offset, length) => {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, offset);
    return buffer.subarray(0, bytesRead);
  }, (await file.stat()).size);
  const track = movie.tracks.find(({ info }) => info.kind === 'video');
  assert.ok(track);

  const chunks: Buffer[] = [];
  const response = fetch(server.http(`/live/hevc.flv?token=${server.token('hevc', 'play')}`));
  await until('a viewer waits', () => server.live.hub.viewers === 1);
  const publisher = await new FakeClient(server.rtmp('hevc', 'publish'), 'publish').ready();
  assert.ok(track.info.kind === 'video');
  publisher.send([{ type: 'script', timestamp: 0, body: writeMetadata({ video: track.info }) }, ...configTags([track.info], 0), await tagOf(track, 0)]);
  const sent = () => server.live.hub.streams.get('hevc')?.bytesOut ?? 0;
  await until('the first picture', () => sent() > 0);
  for (let i = 1; i < frames; i++) publisher.send([await tagOf(track, i)]);

  const stream = (await response).body;
  assert.ok(stream);
  for await (const bytes of stream) {
    chunks.push(Buffer.from(bytes));
    if (readFlvSoFar(Buffer.concat(chunks)).tags.length === frames + 2) break;
  }
  publisher.socket.destroy();

  const { hasVideo, hasAudio, tags } = readFlv(Buffer.concat(chunks));
  assert.deepEqual([hasVideo, hasAudio], [true, false]);
  const bodies = tags.filter(({ type }) => type === 'video').map(({ body }) => readVideoBody(body));
  assert.ok(bodies.every(({ codec }) => codec === 'h265'));
  assert.equal(framesOf(tags, 'video').length, 0, 'no frame is in the form of H.264');
  const [header, ...pictures] = bodies;
  assert.ok(header?.packet === 'config');
  const { vps, sps, pps } = readHevcConfig(header.data);
  const nals = [...vps, ...sps, ...pps, ...pictures.flatMap(({ data }) => Array.from(splitNals(data, 4)))];
  const path = join(workDir, 'out.hevc');
  await writeFile(path, Buffer.concat(nals.flatMap((nal) => [startCode, nal])));
  const { stdout, stderr } = await run('ffprobe', ['-v', 'warning', '-count_frames', '-show_entries', 'stream=codec_name,width,height,nb_read_frames', '-of', 'json', path]);
  assert.equal(stderr, '');
  const { streams } = JSON.parse(stdout) as { streams: unknown[] };
  assert.deepEqual(streams, [{ codec_name: 'hevc', width: 320, height: 180, nb_read_frames: String(frames) }]);

  async function tagOf({ info, sample }: Mp4Track, index: number) {
    const { offset, size, dts, compositionOffset, isKeyframe } = sample(index);
    const { buffer } = await file.read(Buffer.alloc(size), 0, size, offset);
    const packet: Packet = { kind: 'video', dts, compositionOffset, isKeyframe, data: buffer };
    const millis = (ticks: number): number => Math.round((ticks * 1000) / info.timescale);
    return packetTag(info, packet, millis(dts), millis(compositionOffset));
  }
});
