// The clock that sources and pushes are paced by: monotonic, passed in, so that tests hold it in hand.
import { performance } from 'node:perf_hooks';

export type Clock = {
  /** Milliseconds since some moment; never falls, knows nothing of the time of day. */
  now(): number;
  /** Runs once after so many milliseconds; the result cancels it. */
  after(millis: number, run: () => void): () => void;
};

/** The machine's own. */
export const systemClock: Clock = {
  now: () => performance.now(),
  after(millis, run) {
    const timer = setTimeout(run, millis);
    return () => clearTimeout(timer);
  },
};

/** Resolves after so many milliseconds, or as soon as `signal` aborts. */
export function sleep(clock: Clock, millis: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const end = (): void => {
      cancel();
      signal.removeEventListener('abort', end);
      resolve();
    };
    const cancel = clock.after(millis, end);
    signal.addEventListener('abort', end);
  });
}
