// Growing pauses between tries, with jitter, so that many agents never knock at the same moment.

/** Pauses of one retry loop. */
export type Backoff = {
  /** Milliseconds until the next try; doubles with each call. */
  next(): number;
  /** Something worked: the next pause is short again. */
  reset(): void;
};

/** Pauses from `firstMillis`, doubling to `longestMillis`; each is drawn from the upper half, `random` gives 0 … 1. */
export function createBackoff(options: { firstMillis: number; longestMillis: number; random?: () => number }): Backoff {
  const { firstMillis, longestMillis, random = Math.random } = options;
  let millis = firstMillis;
  return {
    next() {
      const pause = millis * (0.5 + random() / 2);
      millis = Math.min(longestMillis, millis * 2);
      return Math.round(pause);
    },
    reset() {
      millis = firstMillis;
    },
  };
}
