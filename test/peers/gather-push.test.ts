// The gather's push of a file channel, taken by nginx with its RTMP module and read there by ffprobe over two turns of the loop.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { createGather, openSource, systemClock } from '@lubo/gather';
import { pino } from 'pino';
import { type Nginx, noNginx, startNginx } from './nginx.ts';
import { ffmpeg, finished } from './rtmp-shell.ts';

const id = 'channel00001';
const clipSeconds = 2;

/** Times in milliseconds; `hash` is that of the data. */
type Probed = { kind: string; pts: number; dts: number; hash: string; isKeyframe: boolean };

describe('the gather pushes to nginx', { skip: noNginx, timeout: 60_000 }, () => {
  let nginx: Nginx;
  before(async () => {
    nginx = await startNginx();
  });
  after(() => nginx.stop());

  it('without a timestamp error, without a gap at the loop, sound within 40 ms of the picture', async () => {
    const clip = join(nginx.folder, 'clip.mp4');
    await makeClip(clip);
    const source = await probe([clip]);
    const url = `rtmp://127.0.0.1:${nginx.port}/live/${id}`;

    const playing = nginx.players(1);
    const probing = probe(['-read_intervals', `%+${clipSeconds * 2 + 0.5}`, url]);
    await playing;
    const gather = createGather({ openSource, clock: systemClock, log: pino({ level: 'silent' }), onChange: () => {} });
    const channel = { id, name: 'Room 1', source: { mode: 'file', path: clip }, isStarted: true };
    gather.apply({ [`channel/${id}`]: channel, [`push/${id}`]: { channelId: id, url } }, 'site');
    const pushed = await probing;
    await gather.close();

    assert.equal(source.errors, '');
    assert.equal(pushed.errors, '');
    const video = pushed.packets.filter(({ kind }) => kind === 'video');
    const audio = pushed.packets.filter(({ kind }) => kind === 'audio');
    assert.equal(video[0]?.isKeyframe, true);
    assert.ok(video.length > 2 * clipSeconds * 25, `${video.length} pictures are more than two turns`);
    // 25 pictures a second; 1,024 samples of 44.1 kHz a frame. RTMP counts whole milliseconds.
    assertEvenSteps(video, 40, 1);
    assertEvenSteps(audio, 23.22, 1);
    assertInSync(source.packets, video, audio);
  });
});

/** Decode times rise by `step` each, ± `tolerance`, across the loop as well. */
function assertEvenSteps(packets: readonly Probed[], step: number, tolerance: number): void {
  packets.slice(1).forEach((packet, i) => {
    const taken = packet.dts - (packets[i]?.dts ?? 0);
    assert.ok(Math.abs(taken - step) <= tolerance, `${packet.kind} ${i + 1}: a step of ${taken} ms instead of ${step}`);
  });
}

/** In each turn picture and sound are shifted from their places in the file by the same time, ± 40 ms; pictures all by the very same. */
function assertInSync(source: readonly Probed[], video: readonly Probed[], audio: readonly Probed[]): void {
  const pictures = shifts(source, video);
  const sounds = shifts(source, audio);
  assert.ok(pictures.length >= 3 && sounds.length >= 3, 'two whole turns and the beginning of a third');
  pictures.forEach((turn, i) => {
    const [first = 0] = turn;
    for (const shift of turn) assert.ok(Math.abs(shift - first) <= 1, `pictures of turn ${i} keep their distances`);
    for (const shift of sounds[i] ?? []) assert.ok(Math.abs(shift - first) <= 40, `sound of turn ${i} is off by ${shift - first} ms`);
  });
}

/** For each turn how far its packets lie from their places in the file; packets are known by their data. */
function shifts(source: readonly Probed[], packets: readonly Probed[]): number[][] {
  const places = new Map<string, number | undefined>();
  for (const { hash, pts } of source) places.set(hash, places.has(hash) ? undefined : pts);
  const seen = new Map<string, number>();
  const turns: number[][] = [];
  for (const { hash, pts } of packets) {
    const place = places.get(hash);
    if (place === undefined) continue;
    const turn = seen.get(hash) ?? 0;
    seen.set(hash, turn + 1);
    (turns[turn] ??= []).push(pts - place);
  }
  return turns;
}

/** 2 s of H.264 with B-frames and stereo AAC, every packet different from all others. */
async function makeClip(path: string): Promise<void> {
  const picture = ['-f', 'lavfi', '-i', `testsrc2=size=320x180:rate=25:duration=${clipSeconds}`];
  const noise = ['-f', 'lavfi', '-i', `anoisesrc=sample_rate=44100:duration=${clipSeconds}:seed=7`];
  const codecs = ['-c:v', 'libx264', '-preset', 'veryfast', '-bf', '3', '-g', '25', '-pix_fmt', 'yuv420p', '-c:a', 'aac', '-ac', '2', '-b:a', '64k'];
  const { code, errors } = await finished(ffmpeg([...picture, ...noise, ...codecs, '-y', path]));
  assert.equal(code, 0, errors);
}

async function probe(args: readonly string[]): Promise<{ packets: Probed[]; errors: string }> {
  const wanted = ['-v', 'warning', '-show_packets', '-show_data_hash', 'md5', '-of', 'json'];
  const { output, errors } = await finished(spawn('ffprobe', [...wanted, ...args]));
  const { packets } = JSON.parse(output.toString()) as { packets: Record<string, string>[] };
  const millis = (seconds: string | undefined): number => Number(seconds) * 1000;
  return {
    errors,
    packets: packets.map(({ codec_type = '', pts_time, dts_time, data_hash = '', flags = '' }) => ({
      kind: codec_type,
      pts: millis(pts_time),
      dts: millis(dts_time),
      hash: data_hash,
      isKeyframe: flags.startsWith('K'),
    })),
  };
}
