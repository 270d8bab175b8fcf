// What a killed or finished recording process has left on its disk: read as the gather reads it, judged by ffmpeg and ffprobe.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { openRecordings, type Recordings, systemClock } from '@lubo/gather';
import { pino } from 'pino';
import type { RecordingJob, RecordingLine } from '../../../bench/record/recording-process.ts';

const program = new URL('../../../bench/record/recording-process.ts', import.meta.url).pathname;

export type RecordingProcess = { child: ChildProcess; next(type: RecordingLine['type']): Promise<RecordingLine>; ended: Promise<void> };

/** Starts a process that records `job`. */
export function startRecordingProcess(job: RecordingJob): RecordingProcess {
  const child = spawn(process.execPath, [program, JSON.stringify(job)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines: RecordingLine[] = [];
  const waiting = new Set<() => void>();
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(JSON.parse(line) as RecordingLine);
    for (const look of waiting) look();
  });
  const ended = new Promise<void>((resolve) => void child.once('close', () => resolve()));
  return {
    child,
    ended,
    next: (type) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const at = lines.findIndex((line) => line.type === type);
          if (at < 0) return;
          waiting.delete(look);
          resolve(lines.splice(at, 1)[0] as RecordingLine);
        };
        waiting.add(look);
        look();
        void ended.then(() => reject(new Error(`the process ended before it said ${type}`)));
      }),
  };
}

/** The recordings in a data folder after the recovery of a new start; nothing records. */
export function recoverIn(dataDir: string, folders = [join(dataDir, 'recordings')]): Promise<Recordings> {
  return openRecordings({ dataDir, folders, reserveBytes: 1, clock: systemClock, now: Date.now, log: pino({ level: 'silent' }), onChange: () => {} });
}

/** Writes the standard file of a slice to `path`. */
export async function writeStandard({ store }: Recordings, id: string, path: string): Promise<void> {
  const standard = await store.openStandard(id);
  await pipeline(Readable.from(standard.stream(0)), createWriteStream(path));
  await standard.close();
}

/** What ffmpeg complains of when it decodes the whole file, stopping at the first error; empty: nothing. */
export function faultsOf(path: string): string {
  const { status, stderr } = spawnSync('ffmpeg', ['-v', 'error', '-xerror', '-nostdin', '-i', path, '-f', 'null', '-'], { encoding: 'utf8' });
  return status === 0 ? stderr : `${stderr} (${status})`;
}

/** Moment by the system's clock, ms since 1970, at which a slice ends. */
export function endOf({ startedAt, durationMillis }: { startedAt: string; durationMillis: number }): number {
  return Date.parse(startedAt) + durationMillis;
}

export const hasFfmpeg = spawnSync('ffmpeg', ['-version']).status === 0;
