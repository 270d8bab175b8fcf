// How a live picture stays near the live edge: play a little faster when behind, jump when far, ease off when starved. Pure.

/** Where playback stands: ms of media between the picture shown and the newest received. */
export type Position = {
  behindMs: number;
  /** Playback rate now in force. */
  rate: number;
  /** Stalls of the last minute: a network that stutters earns a larger cushion. */
  recentStalls: number;
  /** The picture has just appeared or moved on after a stall: a jump now is hardly seen. */
  isResuming: boolean;
};

/** What to do: a rate to play at, and perhaps a place to jump to, given as ms before the live edge. */
export type CatchUp = { rate: number; jumpToBehindMs?: number };

/** Beyond this a jump disturbs less than a long chase. */
export const jumpBeyondMs = 2_500;
/** The same while resuming. */
export const jumpBeyondResumingMs = 1_200;

/** The cushion aimed at: 0.5 s, more on a stuttering network, never above 1 s. */
export function targetBehindMs(recentStalls: number): number {
  return Math.min(500 + 125 * recentStalls, 1_000);
}

/** Decides rate and jump. A chase that has begun goes on until the target, so that the rate does not flutter. */
export function catchUp({ behindMs, rate, recentStalls, isResuming }: Position): CatchUp {
  const targetMs = targetBehindMs(recentStalls);
  if (behindMs > (isResuming ? jumpBeyondResumingMs : jumpBeyondMs)) return { rate: 1, jumpToBehindMs: targetMs };
  if (behindMs > 1_750 || (rate > 1.1 && behindMs > 1_250)) return { rate: 1.25 };
  if (behindMs > targetMs + 400 || (rate > 1 && behindMs > targetMs)) return { rate: 1.1 };
  if (recentStalls > 0 && behindMs < targetMs / 3) return { rate: 0.95 };
  if (rate < 1 && behindMs < targetMs * 0.8) return { rate: 0.95 };
  return { rate: 1 };
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
