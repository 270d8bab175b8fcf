// The loop's clock, curves of motion, and chance that is the same each time.

export const loopSeconds = 32;
export const framesPerSecond = 25;

export const clamp = (value, low = 0, high = 1) => Math.min(high, Math.max(low, value));
export const mix = (from, to, share) => from + (to - from) * share;

/** 0 before `from`, 1 after `to`, smooth between. */
export const ease = (now, from, to) => {
  const share = clamp((now - from) / (to - from));
  return share * share * (3 - 2 * share);
};

/** 1 between `from` and `to` with smooth shoulders of `edge` seconds inside. */
export const during = (now, from, to, edge = 0.4) => Math.min(ease(now, from, from + edge), 1 - ease(now, to - edge, to));

/** A sine that fits `times` whole times into the loop, so that its end meets its beginning. */
export const wave = (now, times, phase = 0) => Math.sin(2 * Math.PI * ((now / loopSeconds) * times + phase));

/** A source of numbers in 0…1 that always tells the same ones (mulberry32). */
export function chance(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
