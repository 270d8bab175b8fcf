// Where a viewer stopped in each recording, remembered in the browser: the newest hundred.

/** `seconds` and `durationSeconds` of media, `at` in ms since 1970, `title` for a list of what was watched. */
export type Position = { id: string; seconds: number; durationSeconds: number; at: number; title: string };

type Store = Pick<Storage, 'getItem' | 'setItem'> | undefined;

const key = 'lubo.positions';
/** Most that are remembered; some 150 bytes each. */
export const mostPositions = 100;
/** So near to its beginning or end a recording begins anew. */
const marginSeconds = 8;

/** All that are remembered, newest first; none where the store is barred or holds nonsense. */
export function readPositions(store: Store): Position[] {
  try {
    const held: unknown = JSON.parse(store?.getItem(key) ?? '[]');
    return Array.isArray(held) ? held.filter(isPosition).slice(0, mostPositions) : [];
  } catch {
    return [];
  }
}

/** Seconds to go on from; `undefined`: from the beginning. */
export function resumeAt(store: Store, id: string): number | undefined {
  const held = readPositions(store).find((each) => each.id === id);
  if (held === undefined || held.seconds < marginSeconds || held.seconds > held.durationSeconds - marginSeconds) return undefined;
  return held.seconds;
}

/** Remembers one as the newest; a barred or full store only forgets. */
export function writePosition(store: Store, position: Position): void {
  const others = readPositions(store).filter(({ id }) => id !== position.id);
  write(store, [position, ...others].slice(0, mostPositions));
}

/** Forgets all. */
export function clearPositions(store: Store): void {
  write(store, []);
}

function write(store: Store, positions: readonly Position[]): void {
  try {
    store?.setItem(key, JSON.stringify(positions));
  } catch {
    // Private windows of some browsers refuse; playing goes on.
  }
}

function isFigure(value: unknown): boolean {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}

function isPosition(value: unknown): value is Position {
  const { id, seconds, durationSeconds, at, title } = (value ?? {}) as Partial<Record<keyof Position, unknown>>;
  return typeof id === 'string' && isFigure(seconds) && isFigure(durationSeconds) && isFigure(at) && typeof title === 'string';
}
