// How fast bytes flow, averaged over the last seconds.
import type { Clock } from './clock.ts';

export type RateMeter = {
  add(bytes: number): void;
  /** Kilobits per second over the last 5 s; since the start while it is younger. */
  kbps(): number;
};

const windowSeconds = 5;

/** One sum a second, none for seconds long gone. */
export function createRateMeter(clock: Clock): RateMeter {
  const startedAt = clock.now();
  const sums = new Float64Array(windowSeconds);
  let second = Math.floor(startedAt / 1000);
  const moveOn = (): void => {
    const now = Math.floor(clock.now() / 1000);
    for (let i = 0; second < now && i < windowSeconds; i++) sums[++second % windowSeconds] = 0;
    second = now;
  };
  return {
    add(bytes) {
      moveOn();
      const slot = second % windowSeconds;
      sums[slot] = (sums[slot] ?? 0) + bytes;
    },
    kbps() {
      moveOn();
      const now = clock.now();
      const seconds = Math.max(1, Math.min(now - startedAt, (windowSeconds - 1) * 1000 + (now % 1000)) / 1000);
      return Math.round((sums.reduce((sum, bytes) => sum + bytes, 0) * 8) / 1000 / seconds);
    },
  };
}
