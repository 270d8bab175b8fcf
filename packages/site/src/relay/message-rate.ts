// How many messages one connection may send: a bucket of tokens that fills steadily.

export type MessageRate = { take(now: number): boolean };

/** Allows `perSecond` messages on the long run and bursts of `burst`; `take` is false for one too many. */
export function createMessageRate({ perSecond, burst }: { perSecond: number; burst: number }, start: number): MessageRate {
  let tokens = burst;
  let filledAt = start;
  return {
    take(now) {
      tokens = Math.min(burst, tokens + (Math.max(0, now - filledAt) * perSecond) / 1000);
      filledAt = now;
      if (tokens < 1) return false;
      tokens -= 1;
      return true;
    },
  };
}
