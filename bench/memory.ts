// What the idle product takes: everything that `npm start -- --demo` runs, npm itself included.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { cleanEnv, root, settingsFor } from '../test/e2e/installation.ts';
import { type Figure, figureOf } from './figure.ts';

const settleMillis = 20_000;

/** Megabytes resident (RSS) and in fair share (PSS) of all its processes, 20 s after the start, and most of them while the codec worker runs. */
export async function idleMemory(): Promise<Figure[]> {
  const dataDir = mkdtempSync(join(tmpdir(), 'lubo-memory-'));
  const env = { ...cleanEnv(), ...(await settingsFor({ dataDir })) };
  const start = spawn('npm', ['start', '--', '--demo'], { cwd: root, env, stdio: ['ignore', 'pipe', 'inherit'], detached: true });
  const ended = new Promise((resolve) => void start.once('close', resolve));
  await new Promise<void>((resolve, reject) => {
    start.stdout.on('data', (chunk: Buffer) => {
      if (chunk.toString().includes('Ctrl-C')) resolve();
    });
    void ended.then(() => reject(new Error('the start ended')));
  });
  let withCodec = 0;
  for (const end = performance.now() + settleMillis; performance.now() < end; await new Promise((resolve) => setTimeout(resolve, 500))) {
    const now = processesOf(start.pid ?? 0);
    // It lives for seconds: the first snapshot is taken now, later ones each two minutes.
    if (now.some(({ name }) => name.includes('codec-worker'))) withCodec = Math.max(withCodec, sumOf(now, 'pss'));
  }
  const each = processesOf(start.pid ?? 0);
  process.stderr.write(each.map(({ name, rss, pss }) => `  ${name}: ${rss.toFixed(0)} MB resident, ${pss.toFixed(0)} MB in fair share\n`).join(''));
  process.kill(-(start.pid ?? 0), 'SIGINT');
  await ended;
  rmSync(dataDir, { recursive: true });
  return [
    figureOf('idle memory, resident', 'MB', 400, [sumOf(each, 'rss')]),
    figureOf('idle memory, fair share', 'MB', 400, [sumOf(each, 'pss')]),
    figureOf('memory while a snapshot is taken, fair share', 'MB', 400, withCodec === 0 ? [] : [withCodec]),
  ];
}

type Running = { name: string; rss: number; pss: number };

/** A process and all below it; those that end meanwhile are left out. */
function processesOf(pid: number): Running[] {
  return withDescendants(pid).flatMap((each) => {
    try {
      return [{ name: nameOf(each), rss: megabytes(each, 'Rss'), pss: megabytes(each, 'Pss') }];
    } catch {
      return [];
    }
  });
}

function sumOf(running: readonly Running[], key: 'rss' | 'pss'): number {
  return running.reduce((total, one) => total + one[key], 0);
}

function withDescendants(pid: number): number[] {
  const children = readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry) && parentOf(entry) === pid)
    .map(Number);
  return [pid, ...children.flatMap(withDescendants)];
}

function parentOf(pid: string): number | undefined {
  try {
    return Number(/\) \S (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, 'latin1'))?.[1]);
  } catch {
    return undefined;
  }
}

function nameOf(pid: number): string {
  const words = readFileSync(`/proc/${pid}/cmdline`, 'latin1').split('\0');
  return words.find((word) => word.includes('packages/'))?.replace(/.*packages\//, '') ?? words.slice(0, 2).join(' ');
}

function megabytes(pid: number, key: 'Rss' | 'Pss'): number {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1');
  return Number(new RegExp(`^${key}:\\s+(\\d+) kB`, 'm').exec(text)?.[1] ?? 0) / 1024;
}
