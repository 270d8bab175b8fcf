// Units of time and the only places where one becomes another.

/** Ticks of `timescale` as milliseconds, not rounded. */
export function ticksToMillis(ticks: number, timescale: number): number {
  return (ticks * 1000) / timescale;
}

/** Ticks of one timescale as ticks of another, rounded to the nearest. */
export function rescale(ticks: number, from: number, to: number): number {
  return from === to ? ticks : Math.round((ticks * to) / from);
}
