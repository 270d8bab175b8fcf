// A clock in hand for tests: time stands still until it is moved.
import { setImmediate } from 'node:timers/promises';
import type { Clock } from './clock.ts';

export type FakeClock = Clock & {
  /** Moves time on, timer by timer, letting other work of the process run in between. */
  advance(millis: number): Promise<void>;
  /** Moves time on in one leap: all timers that fell due run late, as after a suspension. */
  leap(millis: number): Promise<void>;
  /** Resolves once something waits for the clock. */
  waitForTimer(): Promise<void>;
};

/** Lets promises and streams of this process run before time moves on. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 4; turn++) await setImmediate();
}

/** Starts at 0. */
export function createFakeClock(): FakeClock {
  let now = 0;
  const timers = new Set<{ at: number; run: () => void }>();
  const runDue = (): boolean => {
    const [first] = [...timers].filter(({ at }) => at <= now).sort((a, b) => a.at - b.at);
    if (!first) return false;
    timers.delete(first);
    first.run();
    return true;
  };
  return {
    now: () => now,
    after(millis, run) {
      const timer = { at: now + Math.max(0, millis), run };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    async advance(millis) {
      const end = now + millis;
      await settle();
      for (;;) {
        const next = Math.min(...[...timers].map(({ at }) => at));
        if (next > end) break;
        now = Math.max(now, next);
        runDue();
        await settle();
      }
      now = end;
    },
    async leap(millis) {
      now += millis;
      while (runDue()) await settle();
    },
    async waitForTimer() {
      while (timers.size === 0) await setImmediate();
    },
  };
}
