// When a demand ends or moves to another live server, and which live server a new one gets. Pure; times in ms.

/** How long a viewer may take from `watch` to its connection. */
export const leaseMillis = 10_000;
/** How long nobody must have been watching before a push ends. */
export const idleMillis = 10_000;
/** After the site's start, and after a live server's loss: time for both to come back and report. */
export const graceMillis = 30_000;
/** A live server that is away for longer gives its channels to others: a shorter blip interrupts no picture. */
export const moveMillis = 10_000;

/** A demand: somebody watches (or has just asked to). */
export type Demand = {
  channelId: string;
  gatherId: string;
  liveServerId: string;
  /** Kept at least until then. */
  wantedUntil: number;
  /** Since when its live server is offline; after a start of the site, from when on it would count as such. */
  lostAt: number | undefined;
};

export type Step = 'keep' | 'end' | 'move';

/** What is to be done with a demand now; `viewers` is undefined while its live server has not reported. Moves times on. */
export function stepOf(demand: Demand, now: number, viewers: number | undefined, isOnline: boolean, hasOther: boolean): Step {
  if (isOnline) demand.lostAt = undefined;
  else if (demand.lostAt === undefined) {
    demand.lostAt = now;
    extend(demand, now + graceMillis);
  }
  if (viewers !== undefined && viewers > 0) extend(demand, now + idleMillis);
  if (now >= demand.wantedUntil) return 'end';
  return demand.lostAt !== undefined && now - demand.lostAt >= moveMillis && hasOther ? 'move' : 'keep';
}

/** Keeps a demand at least until `until`. */
export function extend(demand: Demand, until: number): void {
  demand.wantedUntil = Math.max(demand.wantedUntil, until);
}

/** The online live server with the fewest demands; the first by identity among equals. */
export function chooseLiveServer(online: Iterable<string>, demands: Iterable<Demand>): string | undefined {
  const counts = new Map<string, number>([...online].sort().map((id) => [id, 0]));
  for (const { liveServerId } of demands) {
    const count = counts.get(liveServerId);
    if (count !== undefined) counts.set(liveServerId, count + 1);
  }
  let best: [id: string, count: number] | undefined;
  for (const entry of counts) if (best === undefined || entry[1] < best[1]) best = entry;
  return best?.[0];
}
