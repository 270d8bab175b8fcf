// How a live picture stays near the live edge: play a little faster when behind, jump when far, ease off when starved. Pure.

/** Where playback stands: ms between the picture shown and live. */
export type Position = {
  behindMs: number;
  /** Playback rate now in force. */
  rate: number;
  /** Stalls of the last minute: a network that stutters earns a larger cushion. */
  recentStalls: number;
  /** The picture has just appeared or moved on after a stall: a jump now is hardly seen. */
  isResuming: boolean;
};

/** How near to live a way of playing can be. */
export type PaceGoals = {
  targetMs: number;
  /** What each recent stall adds to the target, and the most that it becomes. */
  perStallMs: number;
  mostMs: number;
  /** So far beyond the target a chase begins. */
  slackMs: number;
  /** Beyond the first a chase is faster, until below the second. */
  hurryMs: readonly [from: number, until: number];
  /** Beyond this a jump disturbs less than a long chase; the same while resuming. */
  jumpMs: number;
  jumpResumingMs: number;
  /** Parts of the target below which a picture that has stalled is slowed down, and up to which. */
  ease: readonly [from: number, until: number];
  /** Nearer than the first it is slowed down even without a stall, until beyond the second. */
  leastMs: readonly [from: number, until: number];
};

/** FLV gives each frame as it comes: a cushion of 0.5 s, never above 1 s. */
export const flvGoals: PaceGoals = {
  targetMs: 500,
  perStallMs: 125,
  mostMs: 1_000,
  slackMs: 400,
  hurryMs: [1_750, 1_250],
  jumpMs: 2_500,
  jumpResumingMs: 1_200,
  ease: [1 / 3, 0.8],
  leastMs: [0, 0],
};

/**
 * HLS gives a segment when it is complete, and a playlist is looked at once a segment: the newest picture at hand is up
 * to 1.5 segments old. Two segments behind is as near as it plays smoothly, three with stalls.
 */
export function hlsGoals(targetSeconds: number): PaceGoals {
  const segmentMs = targetSeconds * 1000;
  const mostMs = 3 * segmentMs;
  return {
    targetMs: 2 * segmentMs,
    perStallMs: 500,
    mostMs,
    slackMs: 800,
    hurryMs: [mostMs + 1_500, mostMs + 1_000],
    jumpMs: mostMs + 5_000,
    jumpResumingMs: mostMs + 1_500,
    ease: [0.85, 0.97],
    leastMs: [1.4 * segmentMs, 1.6 * segmentMs],
  };
}

/** What to do: a rate to play at, and perhaps a place to jump to, given as ms before the live edge. */
export type CatchUp = { rate: number; jumpToBehindMs?: number };

/** The distance aimed at. */
export function targetBehindMs(recentStalls: number, goals: PaceGoals = flvGoals): number {
  return Math.min(goals.targetMs + goals.perStallMs * recentStalls, goals.mostMs);
}

/** Decides rate and jump. A chase that has begun goes on until the target, so that the rate does not flutter. */
export function catchUp({ behindMs, rate, recentStalls, isResuming }: Position, goals: PaceGoals = flvGoals): CatchUp {
  const targetMs = targetBehindMs(recentStalls, goals);
  const [hurryFrom, hurryUntil] = goals.hurryMs;
  if (behindMs > (isResuming ? goals.jumpResumingMs : goals.jumpMs)) return { rate: 1, jumpToBehindMs: targetMs };
  if (behindMs > hurryFrom || (rate > 1.1 && behindMs > hurryUntil)) return { rate: 1.25 };
  if (behindMs > targetMs + goals.slackMs || (rate > 1 && behindMs > targetMs)) return { rate: 1.1 };
  return { rate: behindMs < paceFloorMs(goals, recentStalls, rate < 1) ? 0.95 : 1 };
}

/** Nearer than this it slows down, so that what is at hand lasts until more comes. */
function paceFloorMs(goals: PaceGoals, recentStalls: number, isEasing: boolean): number {
  const at = isEasing ? 1 : 0;
  return Math.max(goals.leastMs[at], recentStalls > 0 ? targetBehindMs(recentStalls, goals) * goals.ease[at] : 0);
}

/** A stretch of received media, in seconds. */
export type Range = { start: number; end: number };

/** Ms of media ahead of `time` within the newest range; 0 before anything arrived. */
export function behindMsOf(ranges: readonly Range[], time: number): number {
  const newest = ranges.at(-1);
  return newest === undefined ? 0 : Math.max(0, Math.round((newest.end - time) * 1000));
}

/** Where to go when playback stands in a hole of the timeline: the start of the next range; `undefined` when it stands well. */
export function holeExit(ranges: readonly Range[], time: number): number | undefined {
  const standsWell = ranges.some((range) => time >= range.start - 0.05 && time < range.end - 0.02);
  if (standsWell) return undefined;
  const next = ranges.find((range) => range.start > time && range.end - range.start > 0.1);
  return next === undefined ? undefined : next.start + 0.01;
}
