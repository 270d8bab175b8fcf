// What a snapshot costs: a 1080p keyframe through the codec worker to a JPEG and WebPs, and what the worker then takes.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openMp4 } from '@lubo/media';
import { pino } from 'pino';
import { systemClock } from '../packages/gather/src/clock.ts';
import { createCodecWorker } from '../packages/gather/src/codec-worker/codec-worker.ts';
import { snapshotWidths } from '../packages/gather/src/snapshot/snapshotter.ts';
import { type Figure, figureOf } from './figure.ts';

const count = 300;

/** Milliseconds a picture, start of the worker apart, and resident megabytes of the worker after 300. */
export async function snapshotCost(): Promise<Figure[]> {
  const { track, data } = await keyframe();
  const codec = createCodecWorker({ clock: systemClock, log: pino({ level: 'silent' }) });
  try {
    const take = () => codec.still({ track, data, width: 640, webpWidths: snapshotWidths, urgency: { kind: 'snapshot', key: 'bench' } });
    await take();
    const samples: number[] = [];
    for (let i = 0; i < count; i++) {
      const begun = performance.now();
      await take();
      samples.push(performance.now() - begun);
    }
    const name = `1080p snapshot, ${codec.backend().backend}`;
    const status = readFileSync(`/proc/${codec.pids()[0]}/status`, 'latin1');
    const resident = Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) / 1024;
    return [figureOf(name, 'ms', 150, samples), figureOf('codec worker, resident', 'MB', 400, [resident])];
  } finally {
    codec.close();
  }
}

/** A keyframe of 600 kB from a moving test picture with noise. */
async function keyframe() {
  const folder = mkdtempSync(join(tmpdir(), 'lubo-codec-'));
  const path = join(folder, 'clip.mp4');
  const picture = ['-f', 'lavfi', '-i', 'testsrc2=s=1920x1080:r=25,noise=alls=12:allf=t', '-frames:v', '1', '-pix_fmt', 'yuv420p'];
  execFileSync('ffmpeg', ['-v', 'error', ...picture, '-c:v', 'libx264', path]);
  const bytes = readFileSync(path);
  rmSync(folder, { recursive: true });
  const file = await openMp4((offset, length) => Promise.resolve(bytes.subarray(offset, offset + length)), bytes.length);
  const found = file.tracks.find(({ info }) => info.kind === 'video');
  if (found === undefined || found.info.kind !== 'video') throw new Error('the clip has no video');
  const { offset, size } = found.sample(0);
  return { track: found.info, data: bytes.subarray(offset, offset + size) };
}
