// Whether a lesson is there as planned: planned against recorded time, red or green. One rule for gather, site and pages.
import type { Gap, LessonState } from './lesson.ts';

/** A lesson is complete from this share of its planned time on… */
export const completeShare = 0.99;
/** …and without any gap longer than this, in ms: a source that dropped for a moment is no red lesson. */
export const longestGoodGapMillis = 3_000;

/** green: all there, or so far; red: a part is missing for good; none: it has not begun. */
export type LessonHealth = 'green' | 'red' | 'none';

/** What the rule looks at. Times in ms since 1970; `gaps` as reported. */
export type LessonFacts = {
  state: LessonState;
  plannedStart: number;
  plannedEnd: number;
  recordedMillis: number;
  gaps: readonly Pick<Gap, 'from' | 'to'>[];
};

/** Red or green. A lesson under way is red as soon as a gap makes it so; its end alone judges the share. */
export function healthOf({ state, plannedStart, plannedEnd, recordedMillis, gaps }: LessonFacts): LessonHealth {
  if (state === 'planned') return 'none';
  if (state === 'missed') return 'red';
  if (gaps.some((gap) => Date.parse(gap.to) - Date.parse(gap.from) > longestGoodGapMillis)) return 'red';
  if (state === 'recording') return 'green';
  // A lesson of a minute may begin a GOP late and end one early like any other.
  const allowed = Math.max((plannedEnd - plannedStart) * (1 - completeShare), longestGoodGapMillis);
  return recordedMillis >= plannedEnd - plannedStart - allowed ? 'green' : 'red';
}
