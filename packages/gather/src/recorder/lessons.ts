// The ledger of lessons: what was planned, what was recorded of it, what is missing and why; until the site has taken note.
import type { GapCause, LessonReport } from '@lubo/contract';
import type { RecordWish } from './wish.ts';

/** A report that the site has not confirmed; `revision` rises whenever the lesson changes. */
export type PendingLesson = { revision: number; report: LessonReport };

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
