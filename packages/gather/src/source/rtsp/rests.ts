// When a connection that nobody waits for is read again: ten times a second and at the same moments as all others, rather than for
// each picture. The system keeps what comes meanwhile; waking up for it is most of what receiving costs.

/** Between two reads. With a fragment not yet written it is what a kill takes, so it is short. */
const turnMillis = 100;
/** A faster stream is read as it comes: cameras have little room for what waits in the network. */
const mostTurnBytes = 48 * 1024;
/** How long a stream is looked at before it counts as slow or fast. */
const watchMillis = 1_000;

/** Called after each read with its bytes; gives the milliseconds until the next one, 0: none. `now` of the clock that the pause is kept by. */
export type Rests = (bytes: number, now: number) => number;

/** For one connection. `isUrgent`: somebody waits for each picture. */
export function createRests(isUrgent: () => boolean): Rests {
  let since: number | undefined;
  let sum = 0;
  let isSlow = false;
  return (bytes, now) => {
    since ??= now;
    sum += bytes;
    const passed = now - since;
    if (passed >= watchMillis) {
      isSlow = (sum / passed) * turnMillis <= mostTurnBytes;
      since = now;
      sum = 0;
    }
    return isSlow && !isUrgent() ? turnMillis - (now % turnMillis) : 0;
  };
}
