// One lesson's account: spans that were recorded, gaps with their causes. Pure; moments in ms since 1970.
import type { Gap, GapCause, LessonReport } from '@lubo/contract';
import type { RecordWish } from './wish.ts';

/** A slice as the ledger counts it; moments in ms since 1970. */
export type CountedSlice = { id: string; index: number; from: number; to: number; isOver: boolean };

type Missing = { from: number; to: number; cause: GapCause; detail: string };

export type Lesson = {
  channelId: string;
  wish: RecordWish;
  state: 'recording' | 'over';
  slices: CountedSlice[];
  gaps: Missing[];
  /** Nothing is recorded since then. */
  open?: Omit<Missing, 'to'> | undefined;
  revision: number;
  /** The revision that the site has. */
  confirmed: number;
};

/** Less is no gap: a keyframe that came a little later. */
export const leastGapMillis = 1_000;
/** As the contract's reports hold. */
const maxGaps = 1_000;
/** As the contract's reports hold. */
export const maxSlices = 2_000;

/** A lesson of which nothing is known yet. */
export function lessonOf(channelId: string, wish: RecordWish): Lesson {
  return { channelId, wish, state: 'recording', slices: [], gaps: [], revision: 0, confirmed: 0 };
}

/** Recording is to begin; what has passed of the lesson is missing because of `cause`, from now on it is the source's turn. */
export function beginLesson(lesson: Lesson, at: number, cause: GapCause): void {
  const { plannedStart } = lesson.wish;
  const isLate = at - plannedStart >= leastGapMillis;
  if (isLate) addGap(lesson, { from: plannedStart, to: at, cause, detail: '' });
  lesson.open = { from: isLate ? at : plannedStart, cause: 'source-lost', detail: '' };
}

/** A lesson that was over is recorded again: its end was put off. */
export function reopenLesson(lesson: Lesson): void {
  const last = lesson.gaps.at(-1);
  const isTrailing = last !== undefined && last.to >= lesson.wish.plannedEnd;
  if (isTrailing) lesson.gaps.pop();
  lesson.state = 'recording';
  const from = isTrailing ? last.from : lastEnd(lesson);
  lesson.open = { from, cause: isTrailing ? last.cause : 'stopped', detail: '' };
}

/** The gather had gone down: what it was recording then is cut off. Answers whether anything has changed. */
export function resumeLesson(lesson: Lesson): boolean {
  const count = lesson.slices.length;
  lesson.slices = lesson.slices.filter(({ isOver }) => isOver);
  const isCut = lesson.state === 'recording' && lesson.open === undefined;
  if (isCut) lesson.open = { from: lastEnd(lesson), cause: 'gather-down', detail: '' };
  return isCut || lesson.slices.length !== count;
}

/** A slice has begun: what was missing until now has an end. */
export function sliceBegan(lesson: Lesson, slice: CountedSlice): void {
  const { open } = lesson;
  // A lesson that began late begins with what the ring still had of the time before.
  lesson.gaps = lesson.gaps.map((gap) => ({ ...gap, to: Math.min(gap.to, slice.from) })).filter(({ from, to }) => to - from >= leastGapMillis);
  if (open) addGap(lesson, { ...open, to: slice.from });
  lesson.open = undefined;
  lesson.slices.push(slice);
}

/** A slice has ended; with a cause nothing follows for now. */
export function sliceEnded(lesson: Lesson, sliceId: string, to: number, cause: GapCause | undefined, detail: string): void {
  const slice = lesson.slices.findLast(({ id }) => id === sliceId);
  if (slice) Object.assign(slice, { to: Math.max(slice.from, to), isOver: true });
  const isLast = slice !== undefined && slice === lesson.slices.at(-1);
  // A slice that turned out shorter than it was thought to be.
  if (isLast && lesson.open && lesson.open.from > to) lesson.open.from = to;
  if (cause !== undefined && isLast) lesson.open ??= { from: to, cause, detail: detail.slice(0, 256) };
}

/** A slice that held nothing is not counted. */
export function sliceGone(lesson: Lesson, sliceId: string): void {
  const i = lesson.slices.findIndex(({ id }) => id === sliceId);
  const gone = lesson.slices[i];
  if (gone === undefined) return;
  lesson.slices.splice(i, 1);
  if (lesson.open && lesson.open.from >= gone.from) lesson.open.from = Math.min(lesson.open.from, gone.from);
}

/** The lesson is over; what was planned after that is missing because of `cause`, but for one by hand, which ends when it is ended. */
export function closeLesson(lesson: Lesson, at: number, cause: GapCause): void {
  const { wish } = lesson;
  lesson.state = 'over';
  if (wish.kind === 'hand') lesson.wish = { ...wish, plannedEnd: Math.max(wish.plannedStart, Math.min(wish.plannedEnd, at)) };
  const end = lesson.wish.plannedEnd;
  const open = lesson.open ?? { from: lastEnd(lesson), cause, detail: '' };
  lesson.open = undefined;
  const until = Math.max(open.from, Math.min(at, end));
  addGap(lesson, { ...open, to: end - until < leastGapMillis ? end : until });
  if (end - until >= leastGapMillis) addGap(lesson, { from: until, to: end, cause, detail: '' });
}

/** Notes what is missing, clipped to what was planned. */
export function addGap(lesson: Lesson, gap: Missing): void {
  const from = Math.max(gap.from, lesson.wish.plannedStart);
  const to = Math.min(gap.to, lesson.wish.plannedEnd);
  if (to - from < leastGapMillis) return;
  const last = lesson.gaps.at(-1);
  if (last && lesson.gaps.length >= maxGaps - 1) last.to = to;
  else lesson.gaps.push({ ...gap, from, to });
}

/** The lesson as the site is told of it at this moment. */
export function reportOf(lesson: Lesson, now: number): LessonReport {
  const { wish, channelId, state, open, slices } = lesson;
  const { plannedStart, plannedEnd } = wish;
  const shown: Lesson = { ...lesson, gaps: [...lesson.gaps] };
  if (open) addGap(shown, { ...open, to: now });
  return {
    id: wish.lessonId, channelId, kind: wish.kind, intervalId: wish.intervalId, subjectId: wish.subjectId, teacherId: wish.teacherId,
    plannedStart: momentOf(plannedStart), plannedEnd: momentOf(plannedEnd), state,
    recordedMillis: Math.round(coveredMillis(slices)),
    gaps: shown.gaps.map((gap): Gap => ({ from: momentOf(gap.from), to: momentOf(gap.to), cause: gap.cause, detail: gap.detail })),
    recordingIds: slices.slice(0, maxSlices).map(({ id }) => id),
  };
}

/** Overlaps are counted once. */
function coveredMillis(slices: readonly CountedSlice[]): number {
  let covered = 0;
  let end = -Infinity;
  for (const { from, to } of [...slices].sort((a, b) => a.from - b.from)) {
    covered += Math.max(0, to - Math.max(from, end));
    end = Math.max(end, to);
  }
  return covered;
}

function lastEnd({ slices, wish }: Lesson): number {
  return Math.max(wish.plannedStart, ...slices.map(({ to }) => to));
}

/** ISO 8601 of ms since 1970. */
export function momentOf(millis: number): string {
  return new Date(Math.round(millis)).toISOString();
}
