// An ONVIF camera from its address alone to pictures: the stand-in's SOAP names the streams of an RTSP camera.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import { systemClock } from '../../clock.ts';
import { createDialledSource } from '../dialled.ts';
import { startBadCamera } from '../rtsp/bad-camera.ts';
import { readPacketClip, wire } from '../rtsp/clip-packets.ts';
import { startFakeCamera } from './fake-camera.ts';
import { cameraDial } from './source.ts';

const clip = await readPacketClip();

async function begin(stream: 'main' | 'sub', password = 'secret') {
  const rtsp = await startBadCamera({
    sdp: clip.sdp,
    play: (send) => {
      for (const packet of clip.packets) send(packet.channel, wire(packet));
    },
  });
  const main = { token: 'main', encoding: 'H264', width: 1920, height: 1080, uri: rtsp.url.replace('127.0.0.1', '10.0.0.9') };
  const onvif = await startFakeCamera({ user: 'teacher', password: 'secret', profiles: [main] });
  const camera = { mode: 'camera', address: '127.0.0.1', port: onvif.port, user: 'teacher', password, osd: '', isMirrored: true, isDualStream: true } as const;
  const dial = cameraDial({ camera, stream, clock: systemClock, timing: { silenceMillis: 10_000 } });
  const source = createDialledSource({ dial, clock: systemClock, log: pino({ level: 'silent' }), reconnects: () => true, timing: { firstRetryMillis: 5 } });
  const first = await new Promise<string>((resolve) => {
    source.start({ begin: () => {}, change: () => {}, packets: () => resolve('packets'), fault: ({ code }) => resolve(code) });
  });
  const notices = (source.health?.().notices ?? []).map(({ code }) => code);
  await new Promise((resolve) => setTimeout(resolve, 50));
  await source.stop();
  await Promise.all([rtsp.close(), onvif.close()]);
  return { first, notices, rtsp, onvif };
}

test('its main stream plays from the address that was given; what it can not set is told', async () => {
  const { first, notices, rtsp } = await begin('main');
  assert.deepEqual([first, notices, rtsp.asked.at(-1)], ['packets', ['camera-settings-not-applied'], 'TEARDOWN']);
});

test('without a second stream there is a fault of its own, and it is not asked again', async () => {
  const { first, onvif, rtsp } = await begin('sub');
  assert.equal(first, 'stream-not-found');
  assert.deepEqual([onvif.asked.filter((name) => name === 'GetProfiles').length, rtsp.connections], [1, 0]);
});

test('a wrong password reaches the camera once', async () => {
  const { first, onvif, rtsp } = await begin('main', 'wrong');
  assert.deepEqual([first, onvif.refused, rtsp.connections], ['wrong-password', 1, 0]);
});
