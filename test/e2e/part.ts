// One part started alone, as on a machine of its own: no supervisor, a data folder of its own.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { type PartName, cleanEnv, root } from './installation.ts';

/** A line of a part's log, or what it printed that is none. */
export type LogLine = { level: number; msg: string; reason?: string };

export type LonePart = {
  child: ChildProcess;
  lines: LogLine[];
  /** Sends a signal and waits for the end; resolves with the exit code. */
  end(signal?: NodeJS.Signals): Promise<number | null>;
};

/** What goes with this process. */
const atExit = new Set<() => void>();
process.once('exit', () => {
  for (const run of atExit) run();
});

/** A folder for data that goes with the process. */
export function dataFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'lubo-part-'));
  atExit.add(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Starts it with these settings and nothing else of Lubo's in its environment. */
export function startPart(name: PartName, settings: Record<string, string>): LonePart {
  const child = spawn(process.execPath, [join(root, 'packages', name, 'src', 'main.ts')], {
    cwd: tmpdir(),
    env: { ...cleanEnv(), ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: LogLine[] = [];
  let rest = '';
  const take = (chunk: Buffer): void => {
    const all = (rest + chunk.toString()).split('\n');
    rest = all.pop() ?? '';
    lines.push(...all.map(lineOf));
  };
  child.stdout.on('data', take);
  child.stderr.on('data', take);
  const kill = (): void => void child.kill('SIGKILL');
  atExit.add(kill);
  const ended = once(child, 'close') as Promise<[number | null]>;
  return {
    child,
    lines,
    async end(signal = 'SIGTERM') {
      child.kill(signal);
      const [code] = await ended;
      atExit.delete(kill);
      return code;
    },
  };
}

function lineOf(text: string): LogLine {
  try {
    return JSON.parse(text) as LogLine;
  } catch {
    return { level: 50, msg: text };
  }
}
