// Time as the site sees it: a clock that tests hold in their hand, moments as text.

/** What tells time and wakes up. */
export type Clock = {
  /** Milliseconds since 1970: what people and tokens go by. It may step, either way. */
  now(): number;
  /** Milliseconds since some moment, for durations: never falls, knows nothing of the time of day. */
  elapsed(): number;
  /** Runs once after `millis`; the returned function takes it back. */
  after(millis: number, run: () => void | Promise<void>): () => void;
};

/** The machine's clock. Its timers keep no process alive: the listening socket does. */
export const systemClock: Clock = {
  now: Date.now,
  elapsed: () => performance.now(),
  after(millis, run) {
    const timer = setTimeout(() => void run(), millis).unref();
    return () => clearTimeout(timer);
  },
};

/** Runs again and again, each time `millis` after the last run has ended; faults go to `onFault` and stop nothing. */
export function every(clock: Clock, millis: number, run: () => void | Promise<void>, onFault: (error: unknown) => void): () => void {
  let cancel: (() => void) | undefined;
  let isStopped = false;
  const wait = (): void => {
    cancel = clock.after(millis, async () => {
      try {
        await run();
      } catch (error) {
        onFault(error);
      }
      if (!isStopped) wait();
    });
  };
  wait();
  return () => {
    isStopped = true;
    cancel?.();
  };
}

/** A moment as the contract and the tables write it: ISO 8601, UTC, milliseconds. */
export function momentOf(millis: number): string {
  return new Date(millis).toISOString();
}
