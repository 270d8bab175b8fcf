// How long to wait before the next try of a broken live connection. Pure.

const stepsMs = [150, 500, 1000, 1500, 2500, 4000];

/** Pause in ms before try number `attempt` (from 0): short, growing, bounded, spread ±25 % so that a class does not return as one. */
export function reconnectPauseMs(attempt: number, random: number): number {
  const step = stepsMs[Math.min(Math.max(attempt, 0), stepsMs.length - 1)] ?? 0;
  return Math.round(step * (0.75 + random / 2));
}

/** A connection that played this long has proved itself: the next break starts from the shortest pause. */
export const provenMs = 5_000;

/** Between looks at a channel that is offline; its return is usually told by the site long before. */
export const offlinePauseMs = 10_000;
