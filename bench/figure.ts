// One measured figure and how it is told.
import process from 'node:process';

/** `value` is the median of `samples`; `goal` is the largest value that is good. */
export type Figure = { bench: string; value: number; unit: string; goal: number; samples: number[] };

/** A figure from its samples. */
export function figureOf(bench: string, unit: string, goal: number, samples: number[]): Figure {
  const rounded = samples.map((sample) => Math.round(sample * 10) / 10);
  return { bench, value: median(rounded), unit, goal, samples: rounded };
}

/** The middle value, or the mean of the two middle ones. */
export function median(values: readonly number[]): number {
  const sorted = [...values].toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] ?? Number.NaN) + (sorted[Math.floor(middle)] ?? Number.NaN)) / 2;
}

/** Prints a figure as one JSON line. */
export function print(figure: Figure): void {
  process.stdout.write(`${JSON.stringify({ ...figure, isGood: figure.value <= figure.goal })}\n`);
}
