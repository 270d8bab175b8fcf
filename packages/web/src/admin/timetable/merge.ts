// Two people edited the same week: what each changed since the one that both began with, and a week of both. Pure.
import type { Interval } from '@lubo/contract';

/** One interval that somebody changed. `undefined`: it is not there. */
export type MergeRow = {
  id: string;
  base: Interval | undefined;
  mine: Interval | undefined;
  theirs: Interval | undefined;
  /** Who changed it; `both`: differently, so somebody must choose. */
  by: 'me' | 'them' | 'both';
};

/** Every interval that one of the two changed, by day and start. */
export function mergeRows(base: readonly Interval[], mine: readonly Interval[], theirs: readonly Interval[]): MergeRow[] {
  const ids = new Set([...base, ...mine, ...theirs].map(({ id }) => id));
  const rows = [...ids].flatMap((id) => rowOf(id, find(base, id), find(mine, id), find(theirs, id)));
  return rows.sort((a, b) => placeOf(a) - placeOf(b));
}

/** The week that comes of it; `choices`: whose version counts, by id, where the usual one shall not: the one that was changed. */
export function merged(base: readonly Interval[], rows: readonly MergeRow[], choices: ReadonlyMap<string, 'mine' | 'theirs'>): Interval[] {
  const changed = new Set(rows.map(({ id }) => id));
  const chosen = rows.flatMap((row) => row[choices.get(row.id) ?? usualChoice(row)] ?? []);
  return [...base.filter(({ id }) => !changed.has(id)), ...chosen];
}

/** Whose version counts unless somebody says otherwise: of a clash the saved one, since it is on the gather already. */
export function usualChoice({ by }: MergeRow): 'mine' | 'theirs' {
  return by === 'me' ? 'mine' : 'theirs';
}

function rowOf(id: string, base: Interval | undefined, mine: Interval | undefined, theirs: Interval | undefined): MergeRow[] {
  if (isSame(mine, theirs)) return isSame(base, mine) ? [] : [{ id, base, mine, theirs, by: 'them' }];
  if (isSame(base, theirs)) return [{ id, base, mine, theirs, by: 'me' }];
  return [{ id, base, mine, theirs, by: isSame(base, mine) ? 'them' : 'both' }];
}

function placeOf({ base, mine, theirs }: MergeRow): number {
  const { weekday = 0, startSecond = 0 } = theirs ?? mine ?? base ?? {};
  return ((weekday + 6) % 7) * 86_400 + startSecond;
}

function find(week: readonly Interval[], id: string): Interval | undefined {
  return week.find((interval) => interval.id === id);
}

function isSame(a: Interval | undefined, b: Interval | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return a.weekday === b.weekday && a.startSecond === b.startSecond && a.endSecond === b.endSecond && a.subjectId === b.subjectId && a.teacherId === b.teacherId;
}
