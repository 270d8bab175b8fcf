// Short lists in an order that administrators choose (grades, subjects). Pure.
import { AppError } from '@lubo/contract';

/** Throws AppError `order-changed` unless `wanted` holds the very ids that are there, each once. */
export function requireSameSet(there: readonly string[], wanted: readonly string[]): void {
  const set = new Set(wanted);
  if (set.size === wanted.length && there.length === wanted.length && there.every((id) => set.has(id))) return;
  throw new AppError('conflict', 'order-changed', 'Something was added or deleted meanwhile: read the list anew.');
}

/** The position behind all others. */
export function nextPosition(rows: readonly { position: number }[]): number {
  return Math.max(-1, ...rows.map(({ position }) => position)) + 1;
}
