// Lessons: planned or started by hand, what was recorded of each, and what is missing and why.
import { z } from 'zod';
import { route } from './route.ts';
import { Id, IdParams, Moment, PageQuery, pageOf } from './shape.ts';

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

/** planned: to come; recording; over; missed: its time went by and its gather never told of it. */
export const LessonState = z.enum(['planned', 'recording', 'over', 'missed']);
export type LessonState = z.infer<typeof LessonState>;

/** A lesson as administrators see it: planned against recorded. The rule of `health` is in completeness.ts. */
export const Lesson = z.object({
  id: LessonId,
  channelId: Id,
  channelName: z.string(),
  schoolName: z.string(),
  kind: z.enum(['planned', 'hand']),
  /** Local date on which it begins. */
  date: z.iso.date(),
  timeZone: z.string(),
  subjectId: Id.nullable(),
  subjectName: z.string().nullable(),
  teacherId: Id.nullable(),
  teacherName: z.string().nullable(),
  plannedStart: Moment,
  plannedEnd: Moment,
  state: LessonState,
  health: z.enum(['green', 'red', 'none']),
  plannedSeconds: z.number(),
  recordedSeconds: z.number(),
  gaps: z.array(Gap),
  reportedAt: Moment.nullable(),
});
export type Lesson = z.infer<typeof Lesson>;

/** Filters of lessons; dates are local ones of the lessons' schools, both included. */
const LessonFilter = z.object({
  from: z.iso.date().optional(),
  to: z.iso.date().optional(),
  schoolId: Id.optional(),
  channelId: Id.optional(),
  health: z.enum(['green', 'red', 'none']).optional(),
});

/** What came of one day's lessons. */
export const LessonDay = z.object({
  date: z.iso.date(),
  lessons: z.int(),
  green: z.int(),
  red: z.int(),
  /** Not begun yet. */
  none: z.int(),
  plannedSeconds: z.number(),
  recordedSeconds: z.number(),
});
export type LessonDay = z.infer<typeof LessonDay>;

/** A stored recording of a lesson; the recordings' own routes tell all of it. */
export const LessonRecording = z.object({ id: z.uuid(), sliceIndex: z.int(), startedAt: Moment, durationMillis: z.number(), size: z.number() });
export type LessonRecording = z.infer<typeof LessonRecording>;

export const longestHandRecordingMinutes = 12 * 60;
export const usualHandRecordingMinutes = 4 * 60;

/** A recording by hand as it should run. */
export const HandRecording = z.object({ channelId: Id, lessonId: LessonId, startedAt: Moment, endsAt: Moment, isGatherOnline: z.boolean() });
export type HandRecording = z.infer<typeof HandRecording>;

const LessonParams = z.object({ id: LessonId });

export const lessonRoutes = {
  listLessons: route({
    method: 'GET',
    path: '/api/lessons',
    access: 'admin',
    summary: 'Lessons with planned and recorded time, newest first; those of one day by their start.',
    query: PageQuery.extend(LessonFilter.shape),
    response: pageOf(Lesson),
  }),
  summarizeLessons: route({
    method: 'GET',
    path: '/api/lessons/days',
    access: 'admin',
    summary: 'How many lessons of each day are complete, newest day first; 62 days at most.',
    query: LessonFilter.omit({ health: true }),
    response: z.object({ rows: z.array(LessonDay) }),
  }),
  getLesson: route({
    method: 'GET',
    path: '/api/lessons/:id',
    access: 'admin',
    summary: 'One lesson with its recordings.',
    params: LessonParams,
    response: Lesson.extend({ recordings: z.array(LessonRecording) }),
  }),
  startRecording: route({
    method: 'POST',
    path: '/api/channels/:id/recording',
    access: 'admin',
    summary: 'Records a channel now; the answer is immediate, the gather follows.',
    params: IdParams,
    body: z.object({
      minutes: z.int().min(1).max(longestHandRecordingMinutes).default(usualHandRecordingMinutes),
      subjectId: Id.nullable().default(null),
      teacherId: Id.nullable().default(null),
    }),
    response: HandRecording,
    status: 201,
  }),
  getRecordingNow: route({
    method: 'GET',
    path: '/api/channels/:id/recording',
    access: 'admin',
    summary: 'The recording by hand of a channel, while there is one.',
    params: IdParams,
    response: z.object({ recording: HandRecording.nullable() }),
  }),
  stopRecording: route({
    method: 'DELETE',
    path: '/api/channels/:id/recording',
    access: 'admin',
    summary: 'Ends the recording by hand of a channel; one by timetable goes on.',
    params: IdParams,
  }),
};
