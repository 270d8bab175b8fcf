// How many requests for the home page one site process on one core answers, and how long they take at half that load:
// `npm run seed` first, then `npm run bench:front`, with the same LUBO_DATA_DIR. On Linux with `taskset` the site has a core of its own.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { Agent, get } from 'node:http';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { routes } from '@lubo/contract';

const root = join(import.meta.dirname, '..', '..');
const port = Number(process.env['LUBO_SITE_PORT'] ?? 18_070);
const url = `http://127.0.0.1:${port}${routes.getHome.path}`;
const agent = new Agent({ keepAlive: true, maxSockets: 64 });

/** One request; ms until its last byte. */
function ask(): Promise<number> {
  const start = performance.now();
  return new Promise((resolve, reject) => {
    const request = get(url, { agent, headers: { 'accept-encoding': 'gzip' } }, (response) => {
      if (response.statusCode !== 200) reject(new Error(`${response.statusCode} from ${url}`));
      response.resume();
      response.on('end', () => resolve(performance.now() - start));
    });
    request.on('error', reject);
  });
}

/** As many as come through `connections` at once for so long; requests a second. */
async function full(connections: number, millis: number): Promise<number> {
  const start = performance.now();
  let count = 0;
  await Promise.all(
    Array.from({ length: connections }, async () => {
      while (performance.now() - start < millis) {
        await ask();
        count += 1;
      }
    }),
  );
  return (count * 1000) / (performance.now() - start);
}

/** So many a second, whether they are answered or not; ms of each, sorted. */
async function paced(perSecond: number, millis: number): Promise<number[]> {
  const start = performance.now();
  const asked: Promise<number>[] = [];
  while (performance.now() - start < millis) {
    const due = Math.floor(((performance.now() - start) / 1000) * perSecond) - asked.length;
    for (let n = 0; n < due; n += 1) asked.push(ask());
    await sleep(2);
  }
  return (await Promise.all(asked)).sort((a, b) => a - b);
}

function startSite(): ChildProcess {
  const command = [process.execPath, join(root, 'packages/site/src/main.ts')];
  const hasCores = process.platform === 'linux' && spawnSync('taskset', ['-V']).status === 0;
  const [program = '', ...args] = hasCores ? ['taskset', '-c', '0', ...command] : command;
  return spawn(program, args, { stdio: 'ignore', env: { ...process.env, LUBO_SITE_PORT: String(port) } });
}

const site = startSite();
try {
  for (let tries = 0; ; tries += 1) {
    try {
      await ask();
      break;
    } catch (error) {
      if (tries > 150) throw error;
      await sleep(200);
    }
  }
  await full(16, 2_000);
  const most = await full(32, 6_000);
  const times = await paced(Math.min(1_000, most / 2), 6_000);
  const at = (share: number): string => (times[Math.floor((times.length - 1) * share)] ?? 0).toFixed(1);
  process.stdout.write(`home: ${Math.round(most)} requests/s; at ${Math.round(Math.min(1_000, most / 2))}/s median ${at(0.5)} ms, p99 ${at(0.99)} ms\n`);
} finally {
  const ended = once(site, 'exit');
  site.kill();
  await ended;
}
