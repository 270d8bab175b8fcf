// Moving one item of an ordered list. Pure.

/** `items` with the one at `from` at place `to`; the same list when nothing moves. */
export function moved<T>(items: readonly T[], from: number, to: number): readonly T[] {
  const item = items[from];
  if (item === undefined || from === to || to < 0 || to >= items.length) return items;
  const rest = [...items.slice(0, from), ...items.slice(from + 1)];
  return [...rest.slice(0, to), item, ...rest.slice(to)];
}
