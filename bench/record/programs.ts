// The programs of the bench as processes: who serves, who records, what each takes of the machine.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';
import type { RecordingJob } from './recording-process.ts';

const hasTaskset = spawnSync('taskset', ['-V']).status === 0;

/** Command and arguments held to one core, where the machine can do that. */
function onCore(core: number, command: string, args: readonly string[]): [string, string[]] {
  return hasTaskset ? ['taskset', ['-c', String(core), command, ...args]] : [command, [...args]];
}

export type Lines = { child: ChildProcess; next<Line>(is: (line: Record<string, unknown>) => boolean): Promise<Line>; ended: Promise<void> };

function spawnLines(core: number, args: readonly string[], more: NodeJS.ProcessEnv = {}): Lines {
  const env = { ...process.env, MALLOC_ARENA_MAX: '2', ...more };
  const child = spawn(...onCore(core, process.execPath, args), { stdio: ['pipe', 'pipe', 'inherit'], env });
  const waiting = new Set<(line: Record<string, unknown>) => void>();
  createInterface({ input: child.stdout }).on('line', (text) => {
    const line = JSON.parse(text) as Record<string, unknown>;
    for (const look of waiting) look(line);
  });
  const ended = new Promise<void>((resolve) => void child.once('close', () => resolve()));
  return {
    child,
    ended,
    next: <Line>(is: (line: Record<string, unknown>) => boolean) =>
      new Promise<Line>((resolve, reject) => {
        const look = (line: Record<string, unknown>): void => {
          if (!is(line)) return;
          waiting.delete(look);
          resolve(line as Line);
        };
        waiting.add(look);
        void ended.then(() => reject(new Error(`${args[0]} has ended`)));
      }),
  };
}

/** The replay server, on the second core. */
export async function startServer(kbps: number): Promise<{ lines: Lines; port: number; kbps: number }> {
  const lines = spawnLines(1, [join(import.meta.dirname, 'replay-server.ts'), '--kbps', String(kbps)]);
  const { port, kbps: sent } = await lines.next<{ port: number; kbps: number }>((line) => 'port' in line);
  return { lines, port, kbps: sent };
}

export const urlOf = (port: number, channel: number): string => `rtsp://127.0.0.1:${port}/ch/${channel}`;

const gatherEnv = { MALLOC_MMAP_THRESHOLD_: String(32 * 1024) };

/** Our recorder, all channels in one process on the first core, with the flags and the environment that the supervisor gives a gather. `profile`: a folder for a CPU profile. */
export function startLubo(dataDir: string, port: number, count: number, profile?: string): Lines {
  const channels = Array.from({ length: count }, (_, i) => ({
    id: `channel${String(i).padStart(5, '0')}`,
    source: { mode: 'pull' as const, url: urlOf(port, i), user: '', password: '', transport: 'tcp' as const },
  }));
  const job: RecordingJob = { dataDir, channels, sliceMinutes: 30 };
  const flags = profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`];
  return spawnLines(0, ['--max-semi-space-size=8', '--heap-growing-percent=150', ...flags, join(import.meta.dirname, 'recording-process.ts'), JSON.stringify(job)], gatherEnv);
}

/** `ffmpeg -c copy`, a process a channel, all on the first core. */
export function startFfmpegs(folder: string, port: number, count: number): ChildProcess[] {
  mkdirSync(folder, { recursive: true });
  return Array.from({ length: count }, (_, i) => {
    const input = ['-loglevel', 'error', '-rtsp_transport', 'tcp', '-i', urlOf(port, i)];
    const output = ['-c', 'copy', '-f', 'mp4', '-movflags', '+frag_keyframe+empty_moov', join(folder, `${i}.mp4`)];
    return spawn(...onCore(0, 'ffmpeg', [...input, ...output]), { stdio: ['pipe', 'ignore', 'inherit'] });
  });
}

/** CPU seconds of a process so far. */
export function cpuSecondsOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').replace(/^.*\) /, '').split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** Kilobytes by name of /proc/PID/smaps_rollup: Rss, Pss. */
export function memoryOf(pid: number, key: 'Rss' | 'Pss'): number {
  return Number(new RegExp(`^${key}:\\s+(\\d+) kB`, 'm').exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1'))?.[1] ?? 0) * 1024;
}

/** Bytes that a process has given to the system to write, and bytes of pages that it has made dirty. */
export function writtenBy(pid: number): { calls: number; pages: number } {
  const text = readFileSync(`/proc/${pid}/io`, 'latin1');
  const field = (name: string): number => Number(new RegExp(`^${name}: (\\d+)`, 'm').exec(text)?.[1] ?? 0);
  return { calls: field('wchar'), pages: field('write_bytes') };
}
