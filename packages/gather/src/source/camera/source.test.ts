// An ONVIF camera from its address alone to pictures: the stand-in's SOAP names the streams of an RTSP camera.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import { systemClock } from '../../clock.ts';
import { createDialledSource } from '../dialled.ts';
import { startBadCamera } from '../rtsp/bad-camera.ts';
import { readPacketClip, wire } from '../rtsp/clip-packets.ts';
import type { Bitrates } from '../source.ts';
import { startFakeCamera } from './fake-camera.ts';
import type { FakeSettings } from './fake-settings.ts';
import { cameraDial } from './source.ts';

const clip = await readPacketClip();

type Given = { osd?: string; formerOsd?: string; isMirrored?: boolean; isTurned?: boolean; mainKbps?: number; framesPerSecond?: number; settings?: FakeSettings; bitrates?: () => Bitrates };

const plainEncoders = () => new Map([['e_main', { kbps: 1024, framesPerSecond: 25 }]]);

/** Plays until there is picture or a fault, and the camera is asked for nothing more. */
async function begin(stream: 'main' | 'sub', password = 'secret', given: Given = {}) {
  const rtsp = await startBadCamera({
    sdp: clip.sdp,
    play: (send) => {
      for (const packet of clip.packets) send(packet.channel, wire(packet));
    },
  });
  const { settings = { encoders: plainEncoders() }, bitrates = () => ({ mainKbps: 1024, subKbps: 512 }), osd = '', formerOsd = '', isMirrored = false, ...wish } = given;
  const profiles = [{ token: 'main', encoding: 'H264', width: 1920, height: 1080, uri: rtsp.url.replace('127.0.0.1', '10.0.0.9') }];
  if (settings.encoders?.has('e_sub')) profiles.push({ token: 'sub', encoding: 'H264', width: 640, height: 360, uri: rtsp.url });
  const onvif = await startFakeCamera({ user: 'teacher', password: 'secret', profiles, ...settings });
  const camera = { mode: 'camera', address: '127.0.0.1', port: onvif.port, user: 'teacher', password, osd, formerOsd, isMirrored, isDualStream: true, ...wish } as const;
  const clock = createSettingsClock();
  const dial = cameraDial({ camera, stream, bitrates, clock, timing: { silenceMillis: 10_000 } });
  const source = createDialledSource({ dial, clock: systemClock, log: pino({ level: 'silent' }), reconnects: () => true, timing: { firstRetryMillis: 5 } });
  const first = await new Promise<string>((resolve) => {
    source.start({ begin: () => {}, change: () => {}, packets: () => resolve('packets'), fault: ({ code }) => resolve(code) });
  });
  const settled = async (): Promise<string[]> => {
    for (let [count, quiet] = [-1, 0]; quiet < 3; await new Promise((resolve) => setTimeout(resolve, 100))) {
      quiet = count === onvif.asked.length ? quiet + 1 : 0;
      count = onvif.asked.length;
    }
    return (source.health?.().notices ?? []).map(({ code }) => code);
  };
  const notices = await settled();
  const end = async (): Promise<void> => {
    await source.stop();
    await Promise.all([rtsp.close(), onvif.close()]);
  };
  return { first, notices, rtsp, onvif, clock, settled, detail: () => source.health?.().notices[0]?.detail ?? '', end };
}

/** The machine's clock, but that what waits for five seconds (the look at the settings) waits for `look`. */
function createSettingsClock() {
  const looks = new Set<() => void>();
  return {
    now: systemClock.now,
    after(millis: number, run: () => void) {
      if (millis !== 5_000) return systemClock.after(millis, run);
      looks.add(run);
      return () => looks.delete(run);
    },
    look: () => [...looks].forEach((run) => run()),
  };
}

const ended = async (running: Awaited<ReturnType<typeof begin>>) => {
  await running.end();
  return running;
};

test('its main stream plays from the address that was given; what it can not set is told', async () => {
  const { first, notices, rtsp, detail, end } = await begin('main', 'secret', { isMirrored: true, isTurned: true, settings: {} });
  const told = detail();
  await end();
  assert.deepEqual([first, notices, rtsp.asked.at(-1)], ['packets', ['camera-settings-not-applied'], 'TEARDOWN']);
  for (const clause of [/bitrate of its main stream: .*not implemented/, /how its picture is turned: it does not offer that/, /mirroring is to be set on the camera itself/]) assert.match(told, clause);
});

test('its text is drawn into the picture, in place of the one before, not written again when it is there, and goes when it is emptied', async () => {
  const osds = new Map<string, string>();
  const of = async (given: Given) => {
    const { first, notices, onvif } = await ended(await begin('main', 'secret', { ...given, settings: { osds, encoders: plainEncoders() } }));
    return [first, notices, onvif.asked.filter((name) => /OSD/.test(name)), [...osds.values()]];
  };
  assert.deepEqual(await of({ osd: '一年级 1 班 <A>' }), ['packets', [], ['GetOSDs', 'CreateOSD'], ['一年级 1 班 <A>']]);
  osds.set('osd0', 'Room 2');
  assert.deepEqual(await of({ osd: 'Room 3' }), ['packets', [], ['GetOSDs', 'SetOSD'], ['Room 3']]);
  assert.deepEqual(await of({ osd: 'Room 3' }), ['packets', [], ['GetOSDs'], ['Room 3']]);
  assert.deepEqual(await of({}), ['packets', [], [], ['Room 3']]);
  assert.deepEqual(await of({ formerOsd: 'Room 2' }), ['packets', [], ['GetOSDs'], ['Room 3']], 'a text that is not ours stays');
  assert.deepEqual(await of({ formerOsd: 'Room 3' }), ['packets', [], ['GetOSDs', 'DeleteOSD'], []]);
});

test('a camera that draws no text plays all the same, and that is told', async () => {
  const { first, notices } = await ended(await begin('main', 'secret', { osd: 'Room 1' }));
  assert.deepEqual([first, notices], ['packets', ['camera-settings-not-applied']]);
});

test('both streams get the bitrates of the gather, and at once others when these are changed', async () => {
  const encoders = new Map([['e_main', { kbps: 4096, framesPerSecond: 25 }], ['e_sub', { kbps: 512, framesPerSecond: 25 }]]);
  const wanted = { mainKbps: 2048, subKbps: 512 };
  const { onvif, clock, notices, settled, end } = await begin('main', 'secret', { settings: { encoders }, bitrates: () => wanted });
  const sets = (): number => onvif.asked.filter((name) => name === 'SetVideoEncoderConfiguration').length;
  assert.deepEqual([notices, [...encoders.values()].map(({ kbps }) => kbps), sets()], [[], [2048, 512], 1]);
  wanted.subKbps = 256;
  clock.look();
  await settled();
  assert.deepEqual([[...encoders.values()], sets()], [[{ kbps: 2048, framesPerSecond: 25 }, { kbps: 256, framesPerSecond: 25 }], 2]);
  clock.look();
  assert.deepEqual([await settled(), sets()], [[], 2]);
  await end();
});

test('a channel has bitrate and frame rate of its own', async () => {
  const encoders = plainEncoders();
  const { notices } = await ended(await begin('main', 'secret', { settings: { encoders }, mainKbps: 3000, framesPerSecond: 12 }));
  assert.deepEqual([notices, encoders.get('e_main')], [[], { kbps: 3000, framesPerSecond: 12 }]);
});

test('a camera that makes another bitrate of it is not set again and again', async () => {
  const encoders = plainEncoders();
  const { onvif, rtsp, settled, end } = await begin('main', 'secret', { settings: { encoders, kbpsStep: 512 }, mainKbps: 3000 });
  rtsp.hangUp();
  while (rtsp.connections < 2) await new Promise((resolve) => setTimeout(resolve, 10));
  await settled();
  await end();
  assert.deepEqual([encoders.get('e_main')?.kbps, onvif.asked.filter((name) => name === 'SetVideoEncoderConfiguration').length], [3072, 1]);
});

test('a picture is turned, and turned back, where the camera offers it', async () => {
  const rotation = { mode: 'OFF' };
  for (const [isTurned, mode, sets] of [[true, 'ON', 1], [true, 'ON', 0], [undefined, 'ON', 0], [false, 'OFF', 1]] as const) {
    const { onvif, notices } = await ended(await begin('main', 'secret', { settings: { rotation, encoders: plainEncoders() }, ...(isTurned !== undefined && { isTurned }) }));
    assert.deepEqual([notices, rotation.mode, onvif.asked.filter((name) => name === 'SetVideoSourceConfiguration').length], [[], mode, sets]);
  }
});

test('without a second stream there is a fault of its own, and it is not asked again', async () => {
  const { first, onvif, rtsp } = await ended(await begin('sub'));
  assert.equal(first, 'stream-not-found');
  assert.deepEqual([onvif.asked.filter((name) => name === 'GetProfiles').length, rtsp.connections], [1, 0]);
});

test('a wrong password reaches the camera once', async () => {
  const { first, onvif, rtsp } = await ended(await begin('main', 'wrong'));
  assert.deepEqual([first, onvif.refused, rtsp.connections], ['wrong-password', 1, 0]);
});
