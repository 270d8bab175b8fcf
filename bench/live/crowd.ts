// A publisher and viewers round a server that is measured, all on the core that is not the server's.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { cleanEnv, root } from '../../test/e2e/installation.ts';
import type { Server } from './servers.ts';

const clientCore = '1';
/** From the publisher's start until its stream is under way. */
const publishingMillis = 1_500;

/** What viewers.c prints. */
export type Seen = { viewers: number; bytes: number; seconds: number; delayMedianMs: number; delayP99Ms: number; samples: number; neverPictured: number; starvedOver2s: number; ended: number; refused: number; firstMedianMs: number; firstP99Ms: number; clientCpu: number };

/** `stalled` of the viewers stop reading after their first picture, and come anew each half minute. */
export type Audience = { count: number; perSecond: number; settleSeconds: number; seconds: number; stalled?: number; onMeasuring?: () => void };

export type Crowd = {
  /** Lets viewers come and tells what they saw. */
  watch(audience: Audience): Promise<Seen>;
  leave(): void;
};

let made: { clip: string; viewers: string } | undefined;

/** Compiles viewers.c and encodes the clip: 1 Mbps H.264 720p, 25 fps, a keyframe each 2 s, AAC. */
function prepare(): { clip: string; viewers: string } {
  const folder = mkdtempSync(join(tmpdir(), 'lubo-bench-live-'));
  const [clip, viewers] = [join(folder, 'clip.mp4'), join(folder, 'viewers')];
  execFileSync('cc', ['-O2', '-o', viewers, join(root, 'bench/live/viewers.c')], { stdio: 'inherit' });
  execFileSync(
    'ffmpeg',
    '-loglevel error -y -f lavfi -i testsrc2=size=1280x720:rate=25 -f lavfi -i sine=frequency=440:sample_rate=48000 -t 32 -c:v libx264 -preset veryfast -bf 0 -b:v 936k -maxrate 936k -bufsize 936k -x264-params keyint=50:min-keyint=50:scenecut=0:nal-hrd=cbr -pix_fmt yuv420p -c:a aac -b:a 64k -movflags +faststart'.split(' ').concat(clip),
    { stdio: 'inherit' },
  );
  return { clip, viewers };
}

/** Publishes the clip to an address, in real time or faster. */
export function publish(url: string, speed = 1): ChildProcess {
  const { clip } = (made ??= prepare());
  return spawn('taskset', ['-c', clientCore, process.execPath, join(root, 'bench/live/publisher.ts'), clip, url, String(speed)], { stdio: ['ignore', 'inherit', 'inherit'], env: cleanEnv() });
}

/** A publisher whose stream is under way. */
export async function gather(server: Server): Promise<Crowd> {
  const programs = new Set<ChildProcess>();
  const start = (program: ChildProcess): ChildProcess => {
    programs.add(program);
    return program;
  };
  // One viewer comes before the publisher: a server that admits a stream only when it is wanted has its reason then.
  start(startViewers(server, { count: 1, perSecond: 1, settleSeconds: 0, seconds: 86_400 }));
  await sleep(300);
  if (server.publishUrl !== undefined) start(publish(server.publishUrl));
  await sleep(publishingMillis);
  return {
    watch: (audience) => seenBy(start(startViewers(server, audience)), audience.onMeasuring),
    leave() {
      for (const program of programs) program.kill('SIGKILL');
    },
  };
}

function startViewers({ play }: Server, { count, perSecond, settleSeconds, seconds, stalled = 0 }: Audience): ChildProcess {
  const { viewers } = (made ??= prepare());
  const args = [play.protocol, '127.0.0.1', play.port, play.path, count, perSecond, settleSeconds, seconds, stalled];
  return spawn('taskset', ['-c', clientCore, viewers, ...args.map(String)], { stdio: ['ignore', 'pipe', 'inherit'] });
}

function seenBy(viewers: ChildProcess, onMeasuring?: () => void): Promise<Seen> {
  return new Promise((resolve, reject) => {
    let text = '';
    let isTold = false;
    viewers.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (!isTold && text.startsWith('measuring\n')) {
        isTold = true;
        onMeasuring?.();
      }
      const line = text.split('\n')[1];
      if (line?.endsWith('}')) resolve(JSON.parse(line) as Seen);
    });
    viewers.once('close', (code) => reject(new Error(`the viewers ended with ${code}`)));
  });
}
