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

async function begin(stream: 'main' | 'sub', password = 'secret', { osd = '', isMirrored = true, osds }: { osd?: string; isMirrored?: boolean; osds?: Map<string, string> } = {}) {
  const rtsp = await startBadCamera({
    sdp: clip.sdp,
    play: (send) => {
      for (const packet of clip.packets) send(packet.channel, wire(packet));
    },
  });
  const main = { token: 'main', encoding: 'H264', width: 1920, height: 1080, uri: rtsp.url.replace('127.0.0.1', '10.0.0.9') };
  const onvif = await startFakeCamera({ user: 'teacher', password: 'secret', profiles: [main], ...(osds && { osds }) });
  const camera = { mode: 'camera', address: '127.0.0.1', port: onvif.port, user: 'teacher', password, osd, isMirrored, isDualStream: true } as const;
  const dial = cameraDial({ camera, stream, clock: systemClock, timing: { silenceMillis: 10_000 } });
  const source = createDialledSource({ dial, clock: systemClock, log: pino({ level: 'silent' }), reconnects: () => true, timing: { firstRetryMillis: 5 } });
  const first = await new Promise<string>((resolve) => {
    source.start({ begin: () => {}, change: () => {}, packets: () => resolve('packets'), fault: ({ code }) => resolve(code) });
  });
  const codes = (): string[] => (source.health?.().notices ?? []).map(({ code }) => code);
  const isTextSettled = (): boolean => osd === '' || (osds === undefined ? codes().length > 0 : onvif.asked.includes('GetOSDs') && [...osds.values()].includes(osd));
  while (!isTextSettled()) await new Promise((resolve) => setTimeout(resolve, 10));
  await new Promise((resolve) => setTimeout(resolve, 50));
  const notices = codes();
  await source.stop();
  await Promise.all([rtsp.close(), onvif.close()]);
  return { first, notices, rtsp, onvif };
}

test('its main stream plays from the address that was given; what it can not set is told', async () => {
  const { first, notices, rtsp } = await begin('main');
  assert.deepEqual([first, notices, rtsp.asked.at(-1)], ['packets', ['camera-settings-not-applied'], 'TEARDOWN']);
});

test('its text is drawn into the picture, in place of the one before, and not written again when it is there', async () => {
  const osds = new Map<string, string>();
  const of = async (osd: string) => {
    const { first, notices, onvif } = await begin('main', 'secret', { osd, isMirrored: false, osds });
    return [first, notices, onvif.asked.filter((name) => /OSD/.test(name)), [...osds.values()]];
  };
  assert.deepEqual(await of('一年级 1 班 <A>'), ['packets', [], ['GetOSDs', 'CreateOSD'], ['一年级 1 班 <A>']]);
  osds.set('osd0', 'Room 2');
  assert.deepEqual(await of('Room 3'), ['packets', [], ['GetOSDs', 'SetOSD'], ['Room 3']]);
  assert.deepEqual(await of('Room 3'), ['packets', [], ['GetOSDs'], ['Room 3']]);
});

test('a camera that draws no text plays all the same, and that is told', async () => {
  const { first, notices } = await begin('main', 'secret', { osd: 'Room 1', isMirrored: false });
  assert.deepEqual([first, notices], ['packets', ['camera-settings-not-applied']]);
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
