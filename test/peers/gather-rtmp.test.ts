// The gather's RTMP source against nginx with its RTMP module, which ffmpeg publishes to.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, it, test } from 'node:test';
import { createGather, openSource, systemClock } from '@lubo/gather';
import { pino } from 'pino';
import { startFakeLive } from '../../packages/live/src/fake-live.ts';
import { makeClip } from './live-harness.ts';
import { type Nginx, noNginx, startNginx } from './nginx.ts';
import { ofKind, pull } from './pull.ts';
import { ffmpeg, finished } from './rtmp-shell.ts';

describe('the gather pulls from nginx', { skip: noNginx, timeout: 60_000 }, () => {
  let nginx: Nginx;
  before(async () => {
    nginx = await startNginx();
  });
  after(() => nginx.stop());

  it('H.264 with B-frames and AAC, even steps, and says when the publisher leaves', async () => {
    const clip = join(nginx.folder, 'clip.mp4');
    const sources = ['-f', 'lavfi', '-i', 'testsrc2=size=160x90:rate=25:duration=4', '-f', 'lavfi', '-i', 'sine=frequency=440:sample_rate=44100:duration=4'];
    const made = await finished(ffmpeg([...sources, '-c:v', 'libx264', '-bf', '2', '-g', '25', '-c:a', 'aac', '-ac', '1', clip]));
    assert.equal(made.code, 0, made.errors);
    const url = `rtmp://127.0.0.1:${nginx.port}/live/room1`;
    const playing = nginx.players(1);
    const pulled = pull({ url }, ({ faults, packets }) => packets.length > 0 && faults.length > 0);
    await playing;
    const published = await finished(ffmpeg(['-re', '-i', clip, '-c', 'copy', '-f', 'flv', url]));
    assert.equal(published.code, 0, published.errors);
    const told = await pulled;
    assert.deepEqual(told.tracks.map(({ codec }) => codec), ['h264', 'aac']);
    assert.deepEqual(told.faults.map(({ code }) => code), ['source-lost']);
    const [pictures, sounds] = [ofKind(told, 'video'), ofKind(told, 'audio')];
    assert.ok(pictures.length >= 98 && sounds.length >= 168, `${pictures.length} pictures, ${sounds.length} frames of sound`);
    pictures.slice(1).forEach((millis, i) => assert.ok(Math.abs(millis - (pictures[i] ?? 0) - 40) <= 1));
    assert.ok(told.packets.some(({ compositionOffset }) => compositionOffset > 40), 'B-frames are shown after they are decoded');
    told.packets.slice(1).forEach(({ millis }, i) => assert.ok(millis >= (told.packets[i]?.millis ?? 0), `packet ${i + 1} is before the one it follows`));
  });

  it('names an address where nobody listens', async () => {
    const told = await pull({ url: 'rtmp://127.0.0.1:9/live/room1' }, ({ faults }) => faults.length > 0);
    assert.deepEqual(told.faults.map(({ code }) => code), ['source-unreachable']);
  });
});

test('the gather pulls H.265 from our live server, which another gather pushes to', { timeout: 120_000 }, async (t) => {
  const clip = await makeClip('hevc').catch(() => undefined);
  if (clip === undefined) return t.skip('ffmpeg has no libx265');
  const server = await startFakeLive();
  t.after(() => server.live.close());
  const id = 'channel00001';
  const pusher = createGather({ openSource, clock: systemClock, log: pino({ level: 'silent' }), onChange: () => {} });
  t.after(() => pusher.close());
  const channel = { id, name: 'Room 1', source: { mode: 'file', path: clip }, isStarted: true };
  pusher.apply({ [`channel/${id}`]: channel, [`push/${id}`]: { channelId: id, url: server.rtmp(id, 'publish') } }, 'site');
  const told = await pull({ url: server.rtmp(id, 'play') }, ({ packets, faults }) => packets.length > 60 || faults.length > 0);
  assert.deepEqual(told.faults, []);
  assert.equal(told.tracks[0]?.codec, 'h265');
});
