// The ledger of lessons: what was planned, what was recorded of it, what is missing and why; until the site has taken note.
import type { GapCause, LessonReport } from '@lubo/contract';
import {
  type CountedSlice, type Lesson, addGap, beginLesson, closeLesson, lessonOf, reopenLesson, resumeLesson, reportOf, sliceBegan, sliceEnded, sliceGone,
} from './lesson.ts';
import type { RecordWish } from './wish.ts';

/** A report that the site has not confirmed; `revision` rises whenever the lesson changes. */
export type PendingLesson = { revision: number; report: LessonReport };

/** What the uploader and the schedule see. */
export type Lessons = {
  /** Oldest first. */
  pending(): PendingLesson[];
  /** The site has taken this revision; a lesson that is over and has not changed since is forgotten. */
  confirmed(id: string, revision: number): void;
  /** Something new is pending; the result ends it. */
  onChange(listener: () => void): () => void;
  has(id: string): boolean;
  /** A lesson of which nothing was recorded, because of `cause`. One that is known already stays as it is. */
  addMissed(channelId: string, wish: RecordWish, cause: GapCause, detail: string): void;
};

/** What the recorder writes. `at`: ms since 1970. */
export type Ledger = Lessons & {
  /** The lesson is to be recorded from now on, or goes on being so with other times. Gives the index of its next slice. */
  begin(channelId: string, wish: RecordWish, at: number): void;
  nextSliceIndex(id: string): number;
  sliceBegan(id: string, slice: CountedSlice): void;
  /** How far a slice has come. Tells nobody: reports say it when they are asked. */
  sliceGrew(id: string, sliceId: string, to: number): void;
  /** `cause`: why nothing is recorded after it; `undefined`: the next slice follows at once. */
  sliceEnded(id: string, sliceId: string, to: number, cause: GapCause | undefined, detail: string): void;
  /** The slice held nothing. */
  sliceGone(id: string, sliceId: string): void;
  /** Why nothing is recorded now. */
  waiting(id: string, cause: GapCause, detail: string): void;
  /** Nobody records the lesson any more. */
  end(id: string, at: number): void;
  /** Nobody records the lesson for now; its end is not told. */
  release(id: string): void;
  /** What recovery has found; lessons nobody knows any more come back with it. */
  found(channelId: string, wish: RecordWish, slice: CountedSlice): void;
  /** A slice that ended in disorder was recovered: its true span, or `undefined` when it held nothing. */
  corrected(sliceId: string, span: { from: number; to: number } | undefined): void;
  /** All that is on disk has been told: slices that were being recorded and are not there held nothing. */
  afterRecovery(): void;
  /** Now and then: lessons that nobody records and whose time has passed are over. */
  sweep(at: number): void;
  /** As it is kept on disk. */
  stored(): Lesson[];
};

/** Lessons in all; beyond them the oldest are forgotten. */
const maxLessons = 5_000;

/** A ledger with what was `stored`; those lessons were cut off when the gather went down. `now`: ms since 1970. */
export function createLedger(stored: readonly Lesson[], now: () => number): Ledger {
  const startedAt = now();
  const lessons = new Map(stored.map((lesson) => [lesson.wish.lessonId, lesson]));
  const active = new Set<string>();
  const listeners = new Set<() => void>();

  const change = (lesson: Lesson): void => {
    lesson.revision += 1;
    for (const listener of listeners) listener();
  };
  const on = (id: string, run: (lesson: Lesson) => void): void => {
    const lesson = lessons.get(id);
    if (lesson === undefined) return;
    run(lesson);
    change(lesson);
  };
  const add = (lesson: Lesson): void => {
    lessons.set(lesson.wish.lessonId, lesson);
    for (const id of lessons.keys()) {
      if (lessons.size <= maxLessons) break;
      if (!active.has(id)) lessons.delete(id);
    }
  };

  return {
    pending: () =>
      [...lessons.values()]
        .filter(({ revision, confirmed }) => revision > confirmed)
        .sort((a, b) => a.wish.plannedStart - b.wish.plannedStart)
        .map((lesson) => ({ revision: lesson.revision, report: reportOf(lesson, now()) })),
    confirmed(id, revision) {
      const lesson = lessons.get(id);
      if (lesson === undefined) return;
      lesson.confirmed = Math.max(lesson.confirmed, revision);
      if (lesson.state === 'over' && lesson.confirmed >= lesson.revision) lessons.delete(id);
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    has: (id) => lessons.has(id),
    addMissed(channelId, wish, cause, detail) {
      if (lessons.has(wish.lessonId)) return;
      const lesson = lessonOf(channelId, wish);
      lesson.state = 'over';
      addGap(lesson, { from: wish.plannedStart, to: wish.plannedEnd, cause, detail });
      add(lesson);
      change(lesson);
    },
    begin(channelId, wish, at) {
      active.add(wish.lessonId);
      const known = lessons.get(wish.lessonId);
      const lesson = known ?? lessonOf(channelId, wish);
      if (known === undefined) add(lesson);
      if (known?.state === 'over') reopenLesson(lesson);
      lesson.wish = wish;
      if (known === undefined) beginLesson(lesson, at, wish.plannedStart < startedAt ? 'gather-down' : 'late-start');
      change(lesson);
    },
    nextSliceIndex: (id) => 1 + Math.max(-1, ...(lessons.get(id)?.slices ?? []).map(({ index }) => index)),
    sliceBegan: (id, slice) => on(id, (lesson) => sliceBegan(lesson, slice)),
    sliceGrew(id, sliceId, to) {
      const slice = lessons.get(id)?.slices.findLast((each) => each.id === sliceId);
      if (slice) slice.to = Math.max(slice.to, to);
    },
    sliceEnded: (id, sliceId, to, cause, detail) => on(id, (lesson) => sliceEnded(lesson, sliceId, to, cause, detail)),
    sliceGone: (id, sliceId) => on(id, (lesson) => sliceGone(lesson, sliceId)),
    waiting: (id, cause, detail) =>
      on(id, ({ open }) => {
        if (open) Object.assign(open, { cause, detail });
      }),
    end(id, at) {
      active.delete(id);
      on(id, (lesson) => closeLesson(lesson, at, 'stopped'));
    },
    release: (id) => void active.delete(id),
    found(channelId, wish, slice) {
      const known = lessons.get(wish.lessonId);
      const lesson = known ?? lessonOf(channelId, wish);
      if (known === undefined) add(lesson);
      const counted = lesson.slices.find(({ id }) => id === slice.id);
      if (counted?.isOver) return;
      if (counted) Object.assign(counted, slice);
      else lesson.slices.push(slice);
      change(lesson);
    },
    corrected(sliceId, span) {
      for (const [id, lesson] of lessons) {
        if (!lesson.slices.some((slice) => slice.id === sliceId)) continue;
        on(id, () => (span ? sliceEnded(lesson, sliceId, span.to, undefined, '') : sliceGone(lesson, sliceId)));
      }
    },
    afterRecovery() {
      for (const lesson of lessons.values()) if (resumeLesson(lesson)) change(lesson);
    },
    sweep(at) {
      for (const [id, lesson] of lessons) {
        if (active.has(id) || lesson.state === 'over' || lesson.wish.plannedEnd > at) continue;
        closeLesson(lesson, lesson.wish.plannedEnd, 'gather-down');
        change(lesson);
      }
    },
    stored: () => [...lessons.values()],
  };
}
