// Publishers as schools have them: ffmpeg over RTMPS, and one that sends H.265 with AAC and colour metadata as OBS does.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { test } from 'node:test';
import { fakeCertificate, noOpenssl } from '@lubo/config/fake-certificate';
import { type FlvTag, configTags, openMp4, packetFromSample, packetTag } from '@lubo/media';
import { FakeClient, startFakeLive, until } from '../../packages/live/src/fake-live.ts';
import { makeClip, probe, programs, pushArgs, timesOf, workDir } from './live-harness.ts';

const run = promisify(execFile);

test('ffmpeg publishes over RTMPS, and plays it over RTMPS', { skip: noOpenssl }, async (context) => {
  const files = fakeCertificate();
  const { start, end } = programs();
  const server = await startFakeLive({}, { settings: { LUBO_LIVE_TLS_CERT_FILE: files.certFile, LUBO_LIVE_TLS_KEY_FILE: files.keyFile } });
  context.after(async () => {
    end();
    await server.live.close();
    files.remove();
  });
  const rtmps = (action: 'publish' | 'play'): string => `rtmps://127.0.0.1:${server.live.rtmpsPort}/live/room?token=${server.token('room', action)}`;
  start('ffmpeg', pushArgs(await makeClip('both'), rtmps('publish')));
  await until('publishing', () => server.live.hub.isPublishing('room'));
  const { streams, packets } = await probe(rtmps('play'), 2);
  assert.deepEqual(streams.map(({ codec_name }) => codec_name).toSorted(), ['aac', 'h264']);
  assert.ok(timesOf(packets, 'video').length > 40, `${timesOf(packets, 'video').length} pictures`);
});

test('H.265 with AAC as OBS sends it by enhanced RTMP comes out whole and in step', async (context) => {
  const clip = await makeClip('hevc').catch(() => undefined);
  if (clip === undefined) return context.skip('ffmpeg has no libx265');
  const server = await startFakeLive({ publisherBitsPerSecond: 1e9 });
  context.after(() => server.live.close());
  const asking = fetch(server.http(`/live/room.m3u8?format=ts&token=${server.token('room', 'play')}`));
  await until('a viewer waits', () => server.live.hub.report()[0]?.viewers === 1);
  const publisher = await new FakeClient(server.rtmp('room', 'publish'), 'publish').ready();
  publisher.send(await readAsObs(clip, 7));
  const response = await asking;
  const master = await response.text();
  assert.match(master, /CODECS="hvc1\.[^"]*,mp4a\.40\.2"/);
  const media = new URL(master.trim().split('\n').at(-1) ?? '', response.url);
  await until('some segments', () => (server.live.hub.streams.get('room')?.bytesIn ?? 0) > 0);
  const listed = (await (await fetch(media)).text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  const segments = await Promise.all(listed.map(async (uri) => Buffer.from(await (await fetch(new URL(uri, media))).arrayBuffer())));
  const path = join(workDir, 'obs-hevc.ts');
  await writeFile(path, Buffer.concat(segments));
  const { streams, packets, complaints } = await probe(path, 30);
  assert.equal(complaints, '');
  assert.deepEqual(streams.map(({ codec_name }) => codec_name).toSorted(), ['aac', 'hevc']);
  const [pictures, sounds] = [timesOf(packets, 'video'), timesOf(packets, 'audio')];
  for (const times of [pictures, sounds]) for (const [i, time] of times.entries()) assert.ok(i === 0 || time > (times[i - 1] ?? 0));
  const firstShown = Math.min(...packets.filter(({ codec_type }) => codec_type === 'video').map(({ pts_time }) => Number(pts_time)));
  assert.ok(Math.abs(firstShown - (sounds[0] ?? 0)) <= 0.04, `picture from ${firstShown}, sound from ${sounds[0]}`);
  assert.ok(pictures.length >= 100, `${pictures.length} pictures`);
  const { stderr } = await run('ffmpeg', ['-v', 'warning', '-i', path, '-f', 'null', '-']);
  assert.equal(stderr, '');
  publisher.socket.destroy();
});

/** Some seconds of a clip in the order of time, with what OBS puts before them: announcement, headers, colour information. */
async function readAsObs(clip: string, seconds: number): Promise<FlvTag[]> {
  const file = await open(clip);
  try {
    const readAt = async (offset: number, length: number): Promise<Uint8Array> => {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, offset);
      return buffer.subarray(0, bytesRead);
    };
    const { tracks } = await openMp4(readAt, (await file.stat()).size);
    const media: FlvTag[] = [];
    // With B-frames decoding begins before time zero, which RTMP can not say: all tracks begin so much later.
    const delayMs = Math.max(...tracks.map(({ info, presentationStart }) => Math.round((presentationStart * 1000) / info.timescale)));
    for (const track of tracks) {
      const millis = (ticks: number): number => Math.round((ticks * 1000) / track.info.timescale);
      for (let i = track.firstSample; ; i++) {
        const sample = track.sample(i);
        const packet = packetFromSample(track, sample, await readAt(sample.offset, sample.size));
        if (millis(packet.dts) >= seconds * 1000) break;
        media.push(packetTag(track.info, packet, millis(packet.dts) + delayMs, millis(packet.compositionOffset)));
      }
    }
    const infos = tracks.map(({ info }) => info);
    // Enhanced RTMP § "Metadata Frame": packet type 4 with an AMF value by the name colorInfo.
    const colour: FlvTag = { type: 'video', timestamp: 0, body: Buffer.concat([Buffer.from([0x94]), Buffer.from('hvc1'), Buffer.from([2, 0, 9]), Buffer.from('colorInfo'), Buffer.from([3, 0, 0, 9])]) };
    return [...configTags(infos, 0), colour, ...media.toSorted((a, b) => a.timestamp - b.timestamp)];
  } finally {
    await file.close();
  }
}
