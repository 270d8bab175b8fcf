// When a connection that nobody waits for is read again: five or ten times a second and at the same moments as all others, rather than
// for each picture. The system keeps what comes meanwhile; waking up for it is most of what receiving costs.
import type { Clock } from '../../clock.ts';

/** Between two reads, the longest that the stream's rate allows. With a fragment not yet written it is what a kill takes, so it is short. */
const turnsMillis = [200, 100] as const;
/** A faster stream is read as it comes: cameras have little room for what waits in the network. */
const mostTurnBytes = 48 * 1024;
/** How long a stream is looked at before it counts as slow or fast. */
const watchMillis = 1_000;

/** Called after each read with its bytes; gives the moment of the next one, undefined: as soon as there is something. By the clock of `now`. */
export type Rests = (bytes: number, now: number) => number | undefined;

/** For one connection. `isUrgent`: somebody waits for each picture. */
export function createRests(isUrgent: () => boolean): Rests {
  let since: number | undefined;
  let sum = 0;
  let turnMillis: number | undefined;
  return (bytes, now) => {
    since ??= now;
    sum += bytes;
    const passed = now - since;
    if (passed >= watchMillis) {
      const rate = sum / passed;
      turnMillis = turnsMillis.find((millis) => rate * millis <= mostTurnBytes);
      since = now;
      sum = 0;
    }
    return turnMillis === undefined || isUrgent() ? undefined : (Math.floor(now / turnMillis) + 1) * turnMillis;
  };
}

/** Runs what is given at a moment of the clock; the result cancels it. */
export type Alarms = (at: number, run: () => void) => () => void;

/** All that falls on one moment shares a timer. */
export function createAlarms(clock: Clock): Alarms {
  const due = new Map<number, Set<() => void>>();
  return (at, run) => {
    const known = due.get(at);
    const runs = known ?? new Set();
    runs.add(run);
    if (known === undefined) {
      due.set(at, runs);
      // Never before the moment: it would be the next one, too.
      clock.after(Math.max(1, Math.ceil(at - clock.now())), () => {
        due.delete(at);
        for (const each of runs) each();
      });
    }
    return () => void runs.delete(run);
  };
}

const alarmsOf = new WeakMap<Clock, Alarms>();

/** Those that all connections with this clock share. */
export function sharedAlarms(clock: Clock): Alarms {
  const known = alarmsOf.get(clock) ?? createAlarms(clock);
  alarmsOf.set(clock, known);
  return known;
}
