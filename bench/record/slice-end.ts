// How long it takes from the end of a slice until its upload could begin: length and checksum of the standard file are known.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { createGather, openRecordings, type openSource, systemClock } from '@lubo/gather';
import { pino } from 'pino';

const avcConfig = Uint8Array.from(Buffer.from('0142c00affe100176742c00ad9047b011000000300100000030320f122648001000568cb83cb20', 'hex'));
const tracks = {
  video: { kind: 'video' as const, codec: 'h264' as const, timescale: 90_000, config: avcConfig, width: 640, height: 360 },
  audio: { kind: 'audio' as const, codec: 'aac' as const, timescale: 48_000, config: Uint8Array.of(0x11, 0x90), sampleRate: 48_000, channels: 2 },
};

/** Records so many minutes of made-up media at once, as fast as the disk takes it, then ends; milliseconds. */
export async function sliceEndMillis(minutes: number, kbps: number): Promise<{ millis: number; size: number }> {
  const dataDir = mkdtempSync(join(tmpdir(), 'lubo-slice-end-'));
  const log = pino({ level: 'silent' });
  const recordings = await openRecordings({
    dataDir, folders: [join(dataDir, 'recordings')], reserveBytes: 1, clock: systemClock, now: Date.now, log, onChange: () => {},
  });
  recordings.tune({ sliceMinutes: 30, overlapGops: 0 });
  let output: Parameters<ReturnType<typeof openSource>['start']>[0] | undefined;
  const gather = createGather({
    openSource: () => ({ start: (given) => (output = given), stop: () => Promise.resolve() }),
    recordings, clock: systemClock, log, onChange: () => {},
  });
  gather.apply({ 'channel/channel00001': { id: 'channel00001', name: 'a', source: { mode: 'file', path: 'a' }, isStarted: true } }, 'site');
  await setTimeout(10);
  output?.begin(tracks);
  const now = Date.now();
  gather.record('channel00001', { lessonId: 'hand-channel00001'.slice(0, 17), kind: 'hand', intervalId: null, subjectId: null, teacherId: null, plannedStart: now, plannedEnd: now + 7_200_000 });
  const picture = new Uint8Array(Math.round((kbps - 64) * 125 / 25)).fill(0x41);
  new DataView(picture.buffer).setUint32(0, picture.length - 4);
  const sound = new Uint8Array(171).fill(0x21);
  for (let second = 0; second < minutes * 60; second++) {
    for (let i = 0; i < 25; i++) {
      const n = second * 25 + i;
      output?.packets([
        { kind: 'video', dts: n * 3_600, compositionOffset: 0, isKeyframe: n % 50 === 0, data: picture },
        ...[0, 1].map((k) => ({ kind: 'audio' as const, dts: n * 1_920 + k * 960, compositionOffset: 0, isKeyframe: true, data: sound })),
      ]);
    }
    await setTimeout(4);
  }
  // As in life, all but the last second has been synced by then.
  await setTimeout(5_000);
  const startable = new Promise<{ millis: number; size: number }>((resolve, reject) => {
    recordings.store.onFinished(({ id }) => {
      recordings.store.openStandard(id).then(async (standard) => {
        await standard.sha256();
        const millis = performance.now() - endedAt;
        await standard.close();
        resolve({ millis, size: standard.size });
      }).catch(reject);
    });
  });
  const endedAt = performance.now();
  gather.record('channel00001', undefined);
  output?.packets([{ kind: 'video', dts: minutes * 60 * 90_000, compositionOffset: 0, isKeyframe: true, data: picture }]);
  const measured = await startable;
  await gather.close();
  await recordings.close();
  rmSync(dataDir, { recursive: true });
  return measured;
}
