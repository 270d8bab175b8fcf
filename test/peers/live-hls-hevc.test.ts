// H.265 over enhanced RTMP in, HLS out in both forms: judged by ffprobe, since this machine's ffmpeg may not publish it.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { test } from 'node:test';
import { type FlvTag, configTags, openMp4, packetFromSample, packetTag } from '@lubo/media';
import { FakeClient, startFakeLive, until } from '../../packages/live/src/fake-live.ts';
import { makeClip, workDir } from './live-harness.ts';

const run = promisify(execFile);
/** Segments of 1, 1, 1, 2, 2 and 2 s, and the keyframe that ends the last. */
const frames = 9 * 25;

test('H.265 comes out of HLS as hvc1 and as MPEG-TS, every picture once', async (context) => {
  const clip = await makeClip('hevc').catch(() => undefined);
  if (clip === undefined) return context.skip('ffmpeg has no libx265');
  const server = await startFakeLive({ publisherBitsPerSecond: 1e9 });
  context.after(() => server.live.close());
  const tags = await readTags(clip, frames + 1);

  const asking = ['fmp4', 'ts'].map((format) => fetch(server.http(`/live/room.m3u8?format=${format}&token=${server.token('room', 'play')}`)));
  await until('both wait', () => server.live.hub.report()[0]?.viewers === 2);
  const publisher = await new FakeClient(server.rtmp('room', 'publish'), 'publish').ready();
  publisher.send(tags);
  for (const [i, extension] of ['mp4', 'ts'].entries()) {
    const response = await (asking[i] ?? assert.fail());
    const master = await response.text();
    assert.match(master, /CODECS="hvc1\.1\.6\.L\d+\.[0-9A-F]+",RESOLUTION=320x180/);
    const url = new URL(master.trim().split('\n').at(-1) ?? '', response.url);
    const bytes = await readSegments(url, 6);
    const path = join(workDir, `hls-hevc.${extension}`);
    await writeFile(path, bytes);
    const args = ['-v', 'warning', '-count_frames', '-show_entries', 'stream=codec_name,codec_tag_string,width,height,nb_read_frames', '-of', 'json', path];
    const { stdout, stderr } = await run('ffprobe', args);
    assert.equal(stderr, '');
    const [stream] = (JSON.parse(stdout) as { streams: Record<string, unknown>[] }).streams;
    assert.deepEqual([stream?.['codec_name'], stream?.['width'], stream?.['height'], stream?.['nb_read_frames']], ['hevc', 320, 180, String(frames)]);
    if (extension === 'mp4') assert.equal(stream?.['codec_tag_string'], 'hvc1');
  }
  publisher.socket.destroy();
});

/** All segments of a media playlist, after its initialisation segment if there is one. */
async function readSegments(url: URL, count: number): Promise<Buffer> {
  let lines: string[] = [];
  let listed: string[] = [];
  while (listed.length < count) {
    lines = (await (await fetch(url)).text()).split('\n');
    listed = lines.filter((line) => line !== '' && !line.startsWith('#'));
  }
  assert.equal(listed.length, count);
  const init = lines.map((line) => /MAP:URI="(.+)"/.exec(line)?.[1]).filter((uri) => uri !== undefined);
  const parts = await Promise.all([...init, ...listed].map(async (uri) => Buffer.from(await (await fetch(new URL(uri, url))).arrayBuffer())));
  return Buffer.concat(parts);
}

/** The first pictures of a clip as a publisher sends them. */
async function readTags(clip: string, count: number): Promise<FlvTag[]> {
  const file = await open(clip);
  try {
    const readAt = async (offset: number, length: number): Promise<Uint8Array> => {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, offset);
      return buffer.subarray(0, bytesRead);
    };
    const movie = await openMp4(readAt, (await file.stat()).size);
    const track = movie.tracks.find(({ info }) => info.kind === 'video') ?? assert.fail();
    const tags = configTags([track.info], 0);
    const millis = (ticks: number): number => Math.round((ticks * 1000) / track.info.timescale);
    for (let i = 0; i < count; i++) {
      const sample = track.sample(i);
      const packet = packetFromSample(track, sample, await readAt(sample.offset, sample.size), track.presentationStart);
      tags.push(packetTag(track.info, packet, millis(packet.dts), millis(packet.compositionOffset)));
    }
    return tags;
  } finally {
    await file.close();
  }
}
