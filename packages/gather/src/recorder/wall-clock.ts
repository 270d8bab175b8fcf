// The time of day for recordings. Within a lesson it moves with the monotonic clock: a step of the system's clock moves nothing.
import type { Clock } from '../clock.ts';

/** Milliseconds since 1970. */
export type WallClock = () => number;

/** The time of day as it goes on from now, whatever is done to the system's clock. */
export function anchoredClock(now: WallClock, clock: Clock): WallClock {
  const wall = now();
  const monotonic = clock.now();
  return () => wall + (clock.now() - monotonic);
}
