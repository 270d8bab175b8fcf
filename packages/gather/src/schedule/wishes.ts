// What a channel should record at a moment: its timetable first, a recording by hand in the time between. Pure.
import type { GatherHandRecording, PlannedLesson } from '@lubo/contract';
import type { RecordWish } from '../recorder/wish.ts';

/** A lesson of the timetable is taken up so long before its start, in ms, when nothing else is recorded. */
export const leadMillis = 1_000;
/** Steps of the clock back by less, in ms, neither begin a lesson again nor end one that has begun. */
export const stepBackMillis = 5 * 60_000;

/** What a channel has done until now; the next answer depends on it. */
export type WishState = {
  current: RecordWish | undefined;
  /** Lessons that ended by the clock, with the end that they then had: a small step back does not begin them again. */
  ended: ReadonlyMap<string, number>;
};

export const nothingRecorded: WishState = { current: undefined, ended: new Map() };

/** The state at `now` (ms since 1970). `lessons`: those of the timetable around `now`, by start. */
export function nextWish(state: WishState, lessons: readonly PlannedLesson[], hand: GatherHandRecording | undefined, now: number): WishState {
  const current = dueLesson(state, lessons, now) ?? handPart(hand, lessons, now) ?? leadingLesson(lessons, hand, now);
  const ended = new Map([...state.ended].filter(([, end]) => Math.abs(now - end) <= stepBackMillis));
  const before = state.current;
  if (before?.kind === 'planned' && before.lessonId !== current?.lessonId && before.plannedEnd <= now) ended.set(before.lessonId, before.plannedEnd);
  return { current, ended };
}

/** When `nextWish` may next say something else, in ms since 1970. */
export function nextBoundary(lessons: readonly PlannedLesson[], hand: GatherHandRecording | undefined, now: number): number | undefined {
  const moments = lessons.flatMap(({ start, end }) => [start - leadMillis, start, end]);
  if (hand !== undefined) moments.push(Date.parse(hand.endsAt));
  const later = moments.filter((moment) => moment > now);
  return later.length === 0 ? undefined : Math.min(...later);
}

function dueLesson({ current, ended }: WishState, lessons: readonly PlannedLesson[], now: number): RecordWish | undefined {
  const due = lessons.find(({ id, start, end }) => {
    const patience = current?.lessonId === id ? stepBackMillis : 0;
    const isRepeated = ended.get(id) === end && end - now <= stepBackMillis;
    return start - patience <= now && now < end && !isRepeated;
  });
  return due && plannedWish(due);
}

/** A little early, so that the recorder begins at the keyframe before the start. */
function leadingLesson(lessons: readonly PlannedLesson[], hand: GatherHandRecording | undefined, now: number): RecordWish | undefined {
  if (hand !== undefined && now < Date.parse(hand.endsAt)) return undefined;
  const next = lessons.find(({ start }) => now < start && start - now <= leadMillis);
  return next && plannedWish(next);
}

/**
 * The time between lessons of the timetable, where a recording by hand goes on: each such part is a lesson of its own, whole by
 * itself. The first has the id that the site gave, later ones its first nine characters and the minute at which they begin.
 */
function handPart(hand: GatherHandRecording | undefined, lessons: readonly PlannedLesson[], now: number): RecordWish | undefined {
  if (hand === undefined) return undefined;
  const [from, to] = [Date.parse(hand.startedAt), Date.parse(hand.endsAt)];
  if (now >= to) return undefined;
  const before = lessons.filter(({ end }) => end <= now).map(({ end }) => end);
  const after = lessons.filter(({ start }) => start > now).map(({ start }) => start);
  // A gather whose clock is behind the site's begins at once all the same.
  const plannedStart = Math.max(Math.min(from, now), ...before);
  const minute = Math.max(0, Math.round((plannedStart - from) / 60_000));
  const lessonId = plannedStart <= from ? hand.lessonId : `${hand.lessonId.slice(0, 14)}${minute.toString(36).padStart(3, '0')}`;
  const names = { subjectId: hand.subjectId, teacherId: hand.teacherId };
  return { lessonId, kind: 'hand', intervalId: null, ...names, plannedStart, plannedEnd: Math.min(to, ...after) };
}

/** A lesson of the timetable as the recorder takes it. */
export function plannedWish({ id, interval, start, end }: PlannedLesson): RecordWish {
  const { subjectId, teacherId } = interval;
  return { lessonId: id, kind: 'planned', intervalId: interval.id, subjectId, teacherId, plannedStart: start, plannedEnd: end };
}
