// Keeps processes running: starts them, restarts those that die or hang with growing pauses, ends them all together.
import { type ChildProcess, fork } from 'node:child_process';
import process from 'node:process';
import { type PartMessage, exitConfig } from '@lubo/config';
import type { PartLog } from './part-log.ts';

/** `flags` are Node's own; `env` is added to that of all parts. */
export type PartPlan = { name: string; file: string; log: PartLog; flags?: readonly string[]; env?: NodeJS.ProcessEnv };
export type PartExit = { name: string; code: number | null };
export type Facts = ReadonlyMap<string, Record<string, string>>;

export type Parts = {
  /** All parts have said that they listen; what each told of itself. Never settles when `failed` does. */
  ready: Promise<Facts>;
  /** A part ended before it was ever ready for a reason that a restart can't mend; the others have been ended. */
  failed: Promise<PartExit>;
  stop(): Promise<void>;
};

/** Times in milliseconds; a part that ran for `steady` starts over with the shortest pause. */
export const timing = { firstPause: 200, longestPause: 30_000, steady: 60_000, kill: 4_500, hung: 60_000, look: 5_000 };

const isWindows = process.platform === 'win32';

type Plan = {
  parts: readonly PartPlan[];
  env: NodeJS.ProcessEnv;
  say: (line: string) => void;
  timing?: typeof timing;
  /** A part that was started again is ready: what it tells of itself now. */
  onReadyAgain?(name: string, facts: Record<string, string>): void;
};

/** Starts every part and keeps it running. */
export function startParts({ parts, env, say, timing: times = timing, onReadyAgain }: Plan): Parts {
  const facts = new Map<string, Record<string, string>>();
  const ready = Promise.withResolvers<Facts>();
  const failed = Promise.withResolvers<PartExit>();
  const keepers = parts.map((part) =>
    keep(part, env, say, times, {
      onReady(told) {
        const isAgain = facts.size === parts.length;
        facts.set(part.name, told);
        if (isAgain) return onReadyAgain?.(part.name, told);
        if (facts.size === parts.length) ready.resolve(facts);
      },
      onHopeless(code) {
        void stop().then(() => failed.resolve({ name: part.name, code }));
      },
    }),
  );
  const endAll = async (): Promise<void> => {
    await Promise.all(keepers.map((keeper) => keeper.stop()));
    for (const part of parts) part.log.close();
  };
  let stopping: Promise<void> | undefined;
  const stop = (): Promise<void> => (stopping ??= endAll());
  return { ready: ready.promise, failed: failed.promise, stop };
}

type Listener = { onReady(facts: Record<string, string>): void; onHopeless(code: number | null): void };

function keep(part: PartPlan, env: NodeJS.ProcessEnv, say: (line: string) => void, times: typeof timing, listener: Listener) {
  let child: ChildProcess | undefined;
  let again: NodeJS.Timeout | undefined;
  let pause = times.firstPause;
  let wasReady = false;
  let isStopping = false;

  const start = (): void => {
    const startedAt = performance.now();
    const one = fork(part.file, [], { env: { ...env, ...part.env }, stdio: ['ignore', 'pipe', 'pipe', 'ipc'], execArgv: [...(part.flags ?? [])] });
    child = one;
    one.stdout?.on('data', (chunk: Buffer) => part.log.write(chunk));
    one.stderr?.on('data', (chunk: Buffer) => part.log.write(chunk));
    const watch = watchForHang(one, times, () => say(`${part.name} does not answer any more and is restarted`));
    one.on('message', (message: PartMessage) => {
      watch.seen();
      if (message.type !== 'ready') return;
      wasReady = true;
      listener.onReady(message.facts);
    });
    one.on('error', (error) => say(`${part.name}: ${error.message}`));
    one.on('close', (code, signal) => {
      watch.end();
      child = undefined;
      if (isStopping) return;
      if (!wasReady && code === exitConfig) return listener.onHopeless(code);
      if (performance.now() - startedAt > times.steady) pause = times.firstPause;
      say(`${part.name} ended (${signal ?? `code ${code}`}) and is started again in ${pause / 1000} s`);
      again = setTimeout(start, pause);
      pause = Math.min(pause * 2, times.longestPause);
    });
  };
  start();

  return {
    async stop(): Promise<void> {
      isStopping = true;
      clearTimeout(again);
      const last = child;
      if (last === undefined) return;
      const gone = new Promise((resolve) => last.once('close', resolve));
      // Windows knows no soft signal: there the closing channel is the request to end.
      if (isWindows) last.disconnect();
      else last.kill('SIGTERM');
      const kill = setTimeout(() => last.kill('SIGKILL'), times.kill);
      await gone;
      clearTimeout(kill);
    },
  };
}

/**
 * Ends a process that has sent nothing for `hung` milliseconds of our own waking time: we count our own looks,
 * so a machine that slept does not make every part look hung.
 */
function watchForHang(child: ChildProcess, times: typeof timing, onHung: () => void): { seen(): void; end(): void } {
  let looks = 0;
  const timer = setInterval(() => {
    if (++looks * times.look < times.hung) return;
    onHung();
    child.kill('SIGKILL');
  }, times.look);
  timer.unref();
  return {
    seen: () => {
      looks = 0;
    },
    end: () => clearInterval(timer),
  };
}

