// A clock that stands still until a test moves it.
import type { Clock } from '../time.ts';

export type ClockInHand = Clock & {
  /** Moves time on, running what falls due in order and waiting for each. */
  advance(millis: number): Promise<void>;
  /** Sets the time of day by so much forward or back; no time passes. */
  step(millis: number): void;
};

type Timer = { at: number; run: () => void | Promise<void> };

/** Stands at `start` (ms since 1970). */
export function clockInHand(start: number = Date.UTC(2026, 8, 1, 8)): ClockInHand {
  let dayTime = start;
  let now = 0;
  const timers = new Set<Timer>();
  const nextUntil = (end: number): Timer | undefined => {
    const due = [...timers].filter((timer) => timer.at <= end);
    return due.sort((a, b) => a.at - b.at)[0];
  };
  return {
    now: () => dayTime + now,
    elapsed: () => now,
    step: (millis) => void (dayTime += millis),
    after(millis, run) {
      const timer = { at: now + millis, run };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    async advance(millis) {
      const end = now + millis;
      for (let timer = nextUntil(end); timer !== undefined; timer = nextUntil(end)) {
        timers.delete(timer);
        now = Math.max(now, timer.at);
        await timer.run();
      }
      now = end;
    },
  };
}
