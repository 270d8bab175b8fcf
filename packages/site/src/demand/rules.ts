// When a demand ends or moves to another live server, and which live server a new one gets. Pure; times in ms of a clock that is never set.

/** How long a viewer may take from `watch` to its connection. */
export const leaseMillis = 10_000;
/** How long nobody must have been watching before a push ends. */
export const idleMillis = 10_000;
/** After the site's start, and after a live server's loss: time for both to come back and report. */
export const graceMillis = 30_000;
/** A live server that is away for longer gives its channels to others: a shorter blip interrupts no picture. */
export const moveMillis = 5_000;

/** A demand: somebody watches (or has just asked to). */
export type Demand = {
  channelId: string;
  gatherId: string;
  liveServerId: string;
  /** Kept at least until then. */
  wantedUntil: number;
  /** Set while its live server is offline or has not reported yet: kept until then at least, and given to another from then on. */
  away: { keepUntil: number; movesAt: number } | undefined;
};

export type Step = 'keep' | 'end' | 'move';

/** What is to be done with a demand now; `viewers` is undefined while its live server has not reported. Moves times on. */
export function stepOf(demand: Demand, now: number, viewers: number | undefined, isOnline: boolean, hasOther: boolean): Step {
  if (!isOnline || viewers === undefined) {
    demand.away ??= { keepUntil: now + graceMillis, movesAt: now + moveMillis };
    if (now >= Math.max(demand.wantedUntil, demand.away.keepUntil)) return 'end';
    return hasOther && now >= demand.away.movesAt ? 'move' : 'keep';
  }
  // Viewers of a live server that is back need a moment to find it again.
  if (viewers > 0 || demand.away !== undefined) extend(demand, now + idleMillis);
  demand.away = undefined;
  return now >= demand.wantedUntil ? 'end' : 'keep';
}

/** Keeps a demand at least until `until`. */
export function extend(demand: Demand, until: number): void {
  demand.wantedUntil = Math.max(demand.wantedUntil, until);
}

/**
 * The online live server that carries the fewest streams: one in for each channel that it has (those whose viewers are still
 * on their way too), one out for each viewer. The first by identity among equals.
 */
export function chooseLiveServer(online: Iterable<{ id: string; viewers: number }>, demands: Iterable<Demand>): string | undefined {
  const loads = new Map([...online].toSorted((a, b) => (a.id < b.id ? -1 : 1)).map(({ id, viewers }) => [id, viewers]));
  for (const { liveServerId } of demands) {
    const load = loads.get(liveServerId);
    if (load !== undefined) loads.set(liveServerId, load + 1);
  }
  let best: [id: string, load: number] | undefined;
  for (const entry of loads) if (best === undefined || entry[1] < best[1]) best = entry;
  return best?.[0];
}
