// Timetables: the weekly plan of lessons that a channel records, and the lessons that come of it.
import { z } from 'zod';
import { route } from './route.ts';
import { Id, IdParams, Moment } from './shape.ts';

/** IANA name of a time zone that this machine knows. */
export const TimeZone = z
  .string()
  .max(64)
  .refine((name) => {
    try {
      return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
    } catch {
      return false;
    }
  }, 'the IANA name of a time zone, as Asia/Shanghai');

export const secondsOfDay = 86_400;
/** Intervals must be longer than this. */
export const shortestIntervalSeconds = 31;
/** Most intervals of one channel's week. */
export const maxIntervals = 300;

/** One lesson of the week. Local wall-clock times of the gather's school; `endSecond` 86400 is the end of the day. */
export const Interval = z.object({
  /** Made by whoever adds the interval; it stays through edits, so that a running lesson is known again. */
  id: Id,
  /** 0 = Sunday … 6 = Saturday. */
  weekday: z.int().min(0).max(6),
  startSecond: z.int().min(0).max(secondsOfDay - 1),
  endSecond: z.int().min(1).max(secondsOfDay),
  subjectId: Id.nullable().default(null),
  teacherId: Id.nullable().default(null),
});
export type Interval = z.infer<typeof Interval>;

/** A channel's whole timetable. `revision` rises with each save; 0: never saved. */
export const Timetable = z.object({
  channelId: Id,
  revision: z.int().min(0),
  timeZone: TimeZone,
  intervals: z.array(Interval).max(maxIntervals),
  savedAt: Moment.nullable(),
  savedBy: z.string().nullable(),
  /** Whether the gather has taken on this very revision; `null` while it is offline. */
  isOnGather: z.boolean().nullable(),
  /** Since when the gather has it, where the site knows. */
  onGatherSince: Moment.nullable(),
});
export type Timetable = z.infer<typeof Timetable>;

/** `timetable/<channel id>` of a gather's desired state. */
export const GatherTimetable = z.object({ channelId: Id, revision: z.int().min(0), timeZone: TimeZone, intervals: z.array(Interval).max(maxIntervals) });
export type GatherTimetable = z.infer<typeof GatherTimetable>;

/** Most channels that one call copies a timetable onto. */
export const maxCopies = 256;

export const timetableRoutes = {
  getTimetable: route({
    method: 'GET',
    path: '/api/channels/:id/timetable',
    access: 'admin',
    summary: 'The weekly timetable of a channel.',
    params: IdParams,
    response: Timetable,
  }),
  saveTimetable: route({
    method: 'PUT',
    path: '/api/channels/:id/timetable',
    access: 'admin',
    summary: 'Replaces the whole timetable of a channel; refused with 409 when another revision than `basedOn` was saved meanwhile.',
    params: IdParams,
    body: z.object({ basedOn: z.int().min(0), intervals: z.array(Interval).max(maxIntervals) }),
    response: Timetable,
  }),
  copyTimetable: route({
    method: 'POST',
    path: '/api/channels/:id/timetable/copy',
    access: 'admin',
    summary: 'Replaces the timetables of other channels by this one, all or none of them.',
    params: IdParams,
    body: z.object({ channelIds: z.array(Id).min(1).max(maxCopies) }),
    response: z.object({ copied: z.int() }),
  }),
};
