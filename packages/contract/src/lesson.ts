// Lessons: planned or started by hand, what was recorded of each, and what is missing and why.
import { z } from 'zod';
import { Id, Moment } from './shape.ts';

/**
 * Identity of a lesson, the same on site and gather without asking: `<interval id>-<yyyymmdd>` of the local date on which it
 * begins, or `hand-<12 characters>` for a recording by hand.
 */
export const LessonId = z.string().regex(/^([0-9a-z]{12}-\d{8}|hand-[0-9a-z]{12})$/, 'not the id of a lesson');

/** Why a part of a lesson was not recorded. */
export const GapCause = z.enum(['source-lost', 'gather-down', 'disk-full', 'late-start', 'stopped', 'failed']);
export type GapCause = z.infer<typeof GapCause>;

/** A part of a lesson without recording. */
export const Gap = z.object({ from: Moment, to: Moment, cause: GapCause, detail: z.string().max(256).default('') });
export type Gap = z.infer<typeof Gap>;

/** A lesson as its gather knows it: whole each time, so that a lost or doubled report harms nothing. */
export const LessonReport = z.object({
  id: LessonId,
  channelId: Id,
  kind: z.enum(['planned', 'hand']),
  intervalId: Id.nullable(),
  subjectId: Id.nullable(),
  teacherId: Id.nullable(),
  plannedStart: Moment,
  plannedEnd: Moment,
  state: z.enum(['recording', 'over']),
  /** Media recorded so far, overlaps counted once. */
  recordedMillis: z.number().min(0),
  gaps: z.array(Gap).max(1000),
  /** Recordings (slices) of the lesson so far. */
  recordingIds: z.array(z.uuid()).max(2000),
});
export type LessonReport = z.infer<typeof LessonReport>;

/** `record/<channel id>` of a gather's desired state: a recording by hand, present while it should run. */
export const GatherHandRecording = z.object({
  channelId: Id,
  lessonId: LessonId,
  startedAt: Moment,
  /** It ends by itself then. */
  endsAt: Moment,
  subjectId: Id.nullable(),
  teacherId: Id.nullable(),
});
export type GatherHandRecording = z.infer<typeof GatherHandRecording>;
