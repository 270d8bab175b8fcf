// The worker as a child process of the gather: started, spoken to, killed. The only place that forks.
import { fork } from 'node:child_process';
import { join } from 'node:path';
import process from 'node:process';
import type { FromWorker, ToWorker } from './messages.ts';

/** A running worker. */
export type WorkerChild = {
  readonly pid: number | undefined;
  /** Never throws; what is sent to a dead worker is lost, its end is told anyway. */
  send(message: ToWorker): void;
  /** At once, whatever it is doing. */
  kill(): void;
};

export type ChildEvents = {
  onMessage(message: FromWorker): void;
  /** The process is gone; told once, and nothing after it. */
  onEnd(reason: string): void;
};

export type StartChild = (events: ChildEvents) => WorkerChild;

/** How a worker is run; `backends` limits the choice for tests. */
export type ChildOptions = { backends?: string; program?: string };

/**
 * Forks the worker. It ends by itself when its channel closes, so none is left behind by a gather that was killed.
 * It knows no keys: of the environment it gets what programs need to run.
 */
export function childStarter(options: ChildOptions = {}): StartChild {
  return ({ onMessage, onEnd }) => {
    const args = [options.backends ?? 'node-av,ffmpeg', options.program ?? 'ffmpeg'];
    const child = fork(join(import.meta.dirname, 'worker', 'main.ts'), args, {
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      execArgv: ['--max-semi-space-size=2'],
      env: environment(),
    });
    let isOver = false;
    const end = (reason: string): void => {
      if (isOver) return;
      isOver = true;
      onEnd(reason);
    };
    child.on('message', (message) => {
      if (!isOver) onMessage(message as FromWorker);
    });
    child.on('error', (error) => {
      if (child.pid === undefined) end(error.message);
    });
    child.on('exit', (code, signal) => end(signal === null ? `exit code ${code}` : signal));
    return {
      pid: child.pid,
      send: (message) => {
        if (child.connected) child.send(message, () => {});
      },
      kill: () => child.kill('SIGKILL'),
    };
  };
}

const passedOn = /^(PATH|Path|HOME|TMPDIR|TEMP|TMP|SystemRoot|SYSTEMROOT|LD_LIBRARY_PATH|LANG|LC_ALL)$/;

function environment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => passedOn.test(name)));
}
