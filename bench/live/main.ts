// `npm run bench:live`: our live server beside node-media-server and nginx's RTMP module in one run. The server has one
// core, publisher and viewers the other. One JSON line a server and number of viewers; then a table of medians.
// `npm run bench:live -- --servers lubo,nginx-rtmp --viewers 100,1000 --runs 3 --seconds 10`
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { cleanEnv, root } from '../../test/e2e/installation.ts';
import { median } from '../figure.ts';
import { type Server, startLubo, startNginx, startNodeMediaServer } from './servers.ts';

const starts: Record<string, () => Promise<Server>> = { lubo: startLubo, 'node-media-server': startNodeMediaServer, 'nginx-rtmp': startNginx };
const clientCore = '1';
const settleSeconds = 4;
/** From the publisher's start until its stream is under way. */
const publishingMillis = 1_500;

const { values } = parseArgs({
  options: {
    servers: { type: 'string', default: Object.keys(starts).join(',') },
    viewers: { type: 'string', default: '10,100,500,1000,2000,4000,6000' },
    runs: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '10' },
    'per-second': { type: 'string', default: '1000' },
  },
});

/** What viewers.c prints. */
type Seen = { viewers: number; bytes: number; seconds: number; delayMedianMs: number; delayP99Ms: number; samples: number; neverPictured: number; starvedOver2s: number; ended: number; refused: number; firstMedianMs: number; firstP99Ms: number; clientCpu: number };
type Result = Seen & { server: string; serverCpu: number; cpuPerGigabyte: number; megabytes: number };

const folder = mkdtempSync(join(tmpdir(), 'lubo-bench-live-'));
const clip = join(folder, 'clip.mp4');
const viewersProgram = join(folder, 'viewers');
const warning = '-loglevel error -y';
execFileSync('cc', ['-O2', '-o', viewersProgram, join(root, 'bench/live/viewers.c')], { stdio: 'inherit' });
execFileSync(
  'ffmpeg',
  `${warning} -f lavfi -i testsrc2=size=1280x720:rate=25 -f lavfi -i sine=frequency=440:sample_rate=48000 -t 32 -c:v libx264 -preset veryfast -bf 0 -b:v 936k -maxrate 936k -bufsize 936k -x264-params keyint=50:min-keyint=50:scenecut=0:nal-hrd=cbr -pix_fmt yuv420p -c:a aac -b:a 64k -movflags +faststart`.split(' ').concat(clip),
  { stdio: 'inherit' },
);

const results: Result[] = [];
// Servers take turns within a run, so that a busy minute of the machine meets all of them.
for (let run = 0; run < Number(values.runs); run++) {
  for (const count of values.viewers.split(',').map(Number)) {
    for (const name of values.servers.split(',')) {
      const start = starts[name];
      if (start === undefined) throw new Error(`no server "${name}"; there are ${Object.keys(starts).join(', ')}`);
      const result = await measure(await start(), count);
      results.push(result);
      process.stdout.write(`${JSON.stringify({ run, ...result })}\n`);
    }
  }
}
printTable();

async function measure(server: Server, count: number): Promise<Result> {
  // One viewer comes before the publisher: a server that admits a stream only when it is wanted has its reason then.
  const first = startViewers(server, 1, 3600);
  await sleep(300);
  const publisher = publish(server.publishUrl);
  await sleep(publishingMillis);
  const viewers = startViewers(server, count, Number(values.seconds));
  try {
    return await watchViewers(viewers, server);
  } finally {
    for (const program of [publisher, viewers, first]) program.kill('SIGKILL');
    await server.stop();
    await sleep(300);
  }
}

function startViewers({ play }: Server, count: number, seconds: number): ChildProcess {
  const args = [play.protocol, '127.0.0.1', play.port, play.path, count, values['per-second'], settleSeconds, seconds];
  return spawn('taskset', ['-c', clientCore, viewersProgram, ...args.map(String)], { stdio: ['ignore', 'pipe', 'inherit'] });
}

function publish(url: string): ChildProcess {
  return spawn('taskset', ['-c', clientCore, process.execPath, join(root, 'bench/live/publisher.ts'), clip, url], { stdio: 'inherit', env: cleanEnv() });
}

function watchViewers(viewers: ChildProcess, server: Server): Promise<Result> {
  return new Promise((resolve, reject) => {
    let text = '';
    let cpuAtStart: number | undefined;
    viewers.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (cpuAtStart === undefined && text.startsWith('measuring\n')) cpuAtStart = server.cpuSeconds();
      const line = text.split('\n')[1];
      if (line === undefined || !line.endsWith('}')) return;
      const seen = JSON.parse(line) as Seen;
      const serverCpu = Math.round((server.cpuSeconds() - (cpuAtStart ?? 0)) * 100) / 100;
      const cpuPerGigabyte = Math.round((serverCpu / (seen.bytes / 1e9)) * 100) / 100;
      resolve({ server: server.name, ...seen, serverCpu, cpuPerGigabyte, megabytes: Math.round(server.megabytes()) });
    });
    viewers.once('close', (code) => reject(new Error(`the viewers ended with ${code}`)));
  });
}

function printTable(): void {
  process.stdout.write('\nviewers  server              CPU s/GB  median ms  p99 ms  of one core  MB    first p99 ms  starved  never pictured\n');
  const keys = [...new Set(results.map(({ viewers, server }) => `${viewers} ${server}`))];
  for (const key of keys) {
    const same = results.filter(({ viewers, server }) => `${viewers} ${server}` === key);
    const [first] = same;
    if (first === undefined) continue;
    const middle = (pick: (result: Result) => number): string => median(same.map(pick)).toFixed(2).replace(/\.?0+$/, '');
    const share = middle((result) => (100 * result.serverCpu) / result.seconds);
    process.stdout.write(
      `${String(first.viewers).padEnd(8)} ${first.server.padEnd(19)} ${middle((r) => r.cpuPerGigabyte).padEnd(9)} ${middle((r) => r.delayMedianMs).padEnd(10)} ${middle((r) => r.delayP99Ms).padEnd(7)} ${`${share} %`.padEnd(12)} ${middle((r) => r.megabytes).padEnd(5)} ${middle((r) => r.firstP99Ms).padEnd(13)} ${middle((r) => r.starvedOver2s).padEnd(8)} ${middle((r) => r.neverPictured)}\n`,
    );
  }
}
