// Time as this package sees it, so that a test can hold it in hand.

/** A monotonic clock in milliseconds and one-shot timers on it. */
export type Timers = {
  now(): number;
  /** Runs once after `millis` (0: after the I/O of this turn); the result cancels it. */
  after(millis: number, run: () => void): () => void;
};

/** The clock of the process; its timers do not keep the process alive. */
export const systemTimers: Timers = {
  now: () => performance.now(),
  after(millis, run) {
    if (millis === 0) {
      const immediate = setImmediate(run);
      return () => clearImmediate(immediate);
    }
    const timer = setTimeout(run, millis);
    timer.unref();
    return () => clearTimeout(timer);
  },
};

/** Runs again and again, `millis` after each run; the result ends it. */
export function every(timers: Timers, millis: number, run: () => void): () => void {
  let cancel = timers.after(millis, tick);
  function tick(): void {
    cancel = timers.after(millis, tick);
    run();
  }
  return () => cancel();
}
