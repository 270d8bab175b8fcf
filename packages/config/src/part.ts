// The life of one part's process (site, live, gather): settings, start, ready, signals, end. Only this file exits.
import process from 'node:process';
import { trustAuthorities } from './authorities.ts';
import { loadConfig } from './load.ts';
import { ConfigError } from './read.ts';
import type { Config } from './schema.ts';
import { StartError } from './start-error.ts';

/** Exit code for "settings or surroundings must change first" (sysexits EX_CONFIG): starting again would not help. */
export const exitConfig = 78;

/** A part that listens; `ready` is told to the supervisor. */
export type RunningPart = { ready?: Record<string, string>; close: () => Promise<void> };

/** What the supervisor hears from a part over the process channel: once that it listens, then that it still runs. */
export type PartMessage = { type: 'ready'; facts: Record<string, string> } | { type: 'alive' };

/** How often a part says that it runs. */
const aliveMillis = 5_000;

/** How long a part may take to close before it is ended. */
const closeMillis = 4_000;

/** Runs a part until a signal or the supervisor's end. Faults of settings or ports become one line each and exit code 78. */
export async function runPart(name: string, start: (config: Config) => Promise<RunningPart>): Promise<void> {
  let part: RunningPart;
  const isSupervised = process.connected;
  try {
    const config = loadConfig(process.env, process.cwd());
    if (config.caFile !== undefined) trustAuthorities(config.caFile);
    part = await start(config);
  } catch (error) {
    process.exit(reportStartFault(name, error));
  }
  const close = once(() => {
    setTimeout(() => process.exit(1), closeMillis).unref();
    part.close().then(
      () => process.exit(0),
      (error: unknown) => {
        process.stderr.write(`${name}: could not close cleanly: ${String(error)}\n`);
        process.exit(1);
      },
    );
  });
  process.on('SIGINT', close);
  process.on('SIGTERM', close);
  // The channel closes when the supervisor is gone, however it went: nothing half-started is left running.
  process.on('disconnect', close);
  if (isSupervised && !process.connected) return close();
  tell({ type: 'ready', facts: part.ready ?? {} });
  if (process.send !== undefined) setInterval(() => tell({ type: 'alive' }), aliveMillis).unref();
}

function tell(message: PartMessage): void {
  // A channel that has just closed is the supervisor's end, which the disconnect event handles.
  if (process.connected) process.send?.(message, undefined, {}, () => {});
}

function reportStartFault(name: string, error: unknown): number {
  if (error instanceof ConfigError) {
    for (const fault of error.faults) process.stderr.write(`${name}: ${fault}\n`);
    return exitConfig;
  }
  if (error instanceof StartError) {
    process.stderr.write(`${name}: ${error.message}\n`);
    return exitConfig;
  }
  process.stderr.write(`${name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  return 1;
}

/** Turns a listening fault into the line that tells which setting helps; other errors come back as they are. */
export function listenFault(error: unknown, port: number, variable: string): unknown {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'EADDRINUSE') {
    return new StartError(`port ${port} is in use: end the program that uses it, or choose another with ${variable}`, { cause: error });
  }
  if (code === 'EACCES') {
    return new StartError(`port ${port} is not allowed for this user: choose one above 1023 with ${variable}`, { cause: error });
  }
  if (code === 'EADDRNOTAVAIL') {
    return new StartError(`this machine has no such address to listen on (port ${port}): see the host setting beside ${variable}`, { cause: error });
  }
  return error;
}

function once(run: () => void): () => void {
  let isDone = false;
  return () => {
    if (isDone) return;
    isDone = true;
    run();
  };
}
