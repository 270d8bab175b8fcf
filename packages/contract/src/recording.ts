// Recordings: what visitors find and play, what administrators keep, delete and bring back.
import { z } from 'zod';
import { LessonId } from './lesson.ts';
import { route } from './route.ts';
import { Id, Moment, PageQuery, pageOf } from './shape.ts';

/** A picture made of small ones, for the seek bar: tile n, counted row by row, shows the video at `millis[n]`. */
export const Thumbnails = z.object({
  tileWidth: z.int().min(1).max(1024),
  tileHeight: z.int().min(1).max(1024),
  columns: z.int().min(1).max(100),
  millis: z.array(z.int().min(0)).min(1).max(200),
});
export type Thumbnails = z.infer<typeof Thumbnails>;

const count = z.string().regex(/^\d{1,9}$/).transform(Number);
/** The same as the query of an address; `millis` separated by commas. */
export const ThumbnailQuery = z
  .object({
    tileWidth: count,
    tileHeight: count,
    columns: count,
    millis: z.string().regex(/^\d{1,9}(,\d{1,9}){0,199}$/).transform((text) => text.split(',').map(Number)),
  })
  .pipe(Thumbnails);

/** A recording as anyone may see it. Names are of now, but for the class, which is as it was. */
export const Recording = z.object({
  id: z.uuid(),
  /** `null` when the channel is gone. */
  channelId: Id.nullable(),
  lessonId: LessonId,
  sliceIndex: z.int(),
  subjectId: Id.nullable(),
  subjectName: z.string(),
  teacherId: Id.nullable(),
  teacherName: z.string(),
  gradeId: Id.nullable(),
  gradeName: z.string(),
  schoolId: Id.nullable(),
  schoolName: z.string(),
  className: z.string(),
  startedAt: Moment,
  durationMillis: z.number(),
  width: z.int(),
  height: z.int(),
  codecs: z.string(),
  plays: z.int(),
  posterUrl: z.string().optional(),
  /** With `?width=` of these behind it the poster's address gives it as WebP, so many pixels wide. */
  posterWidths: z.array(z.int()).optional(),
});
export type Recording = z.infer<typeof Recording>;

/** The same as administrators see it. */
export const ArchivedRecording = Recording.extend({
  kind: z.enum(['planned', 'hand']),
  gatherId: Id.nullable(),
  size: z.number().describe('bytes'),
  volumeId: z.string(),
  storedAt: Moment,
  /** Of the whole file, in lower-case hex, as its gather told it and the site found it: what proves a copy. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** Retention leaves it. */
  isKept: z.boolean(),
  /** In the recycle bin since. */
  deletedAt: Moment.nullable(),
  /** Who deleted it: a name, or `retention`. */
  deletedBy: z.string().nullable(),
});
export type ArchivedRecording = z.infer<typeof ArchivedRecording>;

/** Lists end there: `total` counts no further, and `isMore` tells that there are more. A date or a filter leads to the others. */
export const maxListedRecordings = 10_000;
/** The same for words that fit very many. */
export const maxFoundRecordings = 1_000;

/** Filters of every list of recordings. `from` inclusive, `to` exclusive; `search` looks in subject, teacher, class and school. */
export const RecordingQuery = PageQuery.extend({
  search: z.string().trim().max(64).optional(),
  subjectId: Id.optional(),
  teacherId: Id.optional(),
  schoolId: Id.optional(),
  gradeId: Id.optional(),
  channelId: Id.optional(),
  lessonId: LessonId.optional(),
  from: Moment.optional(),
  to: Moment.optional(),
  sort: z.enum(['-startedAt', 'startedAt', '-plays']).default('-startedAt'),
}).refine(({ page, pageSize }) => page * pageSize <= maxListedRecordings, { path: ['page'], message: `lists end after ${maxListedRecordings} recordings` });
export type RecordingQuery = z.output<typeof RecordingQuery>;

export const ArchiveQuery = RecordingQuery.safeExtend({ place: z.enum(['archive', 'bin']).default('archive') });
export type ArchiveQuery = z.output<typeof ArchiveQuery>;

/** All that a player needs. Addresses of video are signed and end at `expiresAt`: ask again. */
export const PlayInfo = z.object({
  recording: Recording,
  videoUrl: z.string(),
  /** Present where downloads are allowed, and for administrators. */
  downloadUrl: z.string().optional(),
  thumbnailsUrl: z.string().optional(),
  thumbnails: Thumbnails.optional(),
  expiresAt: Moment,
});
export type PlayInfo = z.infer<typeof PlayInfo>;

/** `delete` puts into the recycle bin, `restore` takes out of it, `purge` removes for good what is in it. */
export const ArchiveAction = z.enum(['delete', 'restore', 'purge', 'keep', 'unkeep']);
export type ArchiveAction = z.infer<typeof ArchiveAction>;

/** Most recordings of one change. */
export const maxChangedRecordings = 1000;
const ids = z.array(z.uuid()).min(1).max(maxChangedRecordings);

/** What a change concerns, or has done. */
export const ArchiveSum = z.object({ recordings: z.int(), bytes: z.number(), kept: z.int().describe('of these, marked to be kept') });
export type ArchiveSum = z.infer<typeof ArchiveSum>;

/** Rules of the site. */
export const ArchiveRules = z.object({
  /** Recordings go to the recycle bin after so many days; `null`: never. Marked ones stay. */
  retentionDays: z.int().min(1).max(36_500).nullable(),
  /** The recycle bin is emptied after so many days. */
  binDays: z.int().min(1).max(3650),
  /** Visitors may download. */
  allowsDownload: z.boolean(),
});
export type ArchiveRules = z.infer<typeof ArchiveRules>;

const RecordingParams = z.object({ id: z.uuid() });

export const recordingRoutes = {
  listRecordings: route({
    method: 'GET',
    path: '/api/recordings',
    access: 'public',
    summary: 'Recordings, newest first unless sorted otherwise.',
    query: RecordingQuery,
    response: pageOf(Recording).extend({ isMore: z.boolean() }),
  }),
  getRecording: route({ method: 'GET', path: '/api/recordings/:id', access: 'public', summary: 'One recording.', params: RecordingParams, response: Recording }),
  playRecording: route({
    method: 'GET',
    path: '/api/recordings/:id/play',
    access: 'public',
    summary: 'Where to play a recording: signed addresses that expire.',
    params: RecordingParams,
    response: PlayInfo,
  }),
  listArchive: route({
    method: 'GET',
    path: '/api/archive',
    access: 'admin',
    summary: 'Recordings as administrators see them; those in the recycle bin with `place=bin`.',
    query: ArchiveQuery,
    response: pageOf(ArchivedRecording).extend({ isMore: z.boolean() }),
  }),
  getArchived: route({ method: 'GET', path: '/api/archive/:id', access: 'admin', summary: 'One recording, also from the recycle bin.', params: RecordingParams, response: ArchivedRecording }),
  editRecording: route({
    method: 'PATCH',
    path: '/api/archive/:id',
    access: 'admin',
    summary: 'Changes subject or teacher of a recording, or marks it to be kept; fields left out stay.',
    params: RecordingParams,
    body: z.object({ subjectId: Id.nullable(), teacherId: Id.nullable(), isKept: z.boolean() }).partial(),
    response: ArchivedRecording,
  }),
  deleteRecording: route({ method: 'DELETE', path: '/api/archive/:id', access: 'admin', summary: 'Puts a recording into the recycle bin.', params: RecordingParams }),
  previewArchiveChange: route({
    method: 'POST',
    path: '/api/archive/changes/preview',
    access: 'admin',
    changesNothing: true,
    summary: 'What a change of many recordings would concern; nothing is changed.',
    body: z.object({ action: ArchiveAction, ids }),
    response: ArchiveSum,
  }),
  changeArchive: route({
    method: 'POST',
    path: '/api/archive/changes',
    access: 'admin',
    summary: 'Deletes, restores, purges or marks many recordings; those that it does not fit are passed over.',
    body: z.object({ action: ArchiveAction, ids }),
    response: ArchiveSum,
  }),
  getArchiveRules: route({ method: 'GET', path: '/api/archive/rules', access: 'admin', summary: 'How long recordings are kept, and whether they may be downloaded.', response: ArchiveRules }),
  setArchiveRules: route({ method: 'PUT', path: '/api/archive/rules', access: 'admin', summary: 'Replaces the rules.', body: ArchiveRules, response: ArchiveRules }),
  previewRetention: route({
    method: 'GET',
    path: '/api/archive/retention',
    access: 'admin',
    summary: 'What retention after so many days would move to the recycle bin now.',
    query: z.object({ days: z.coerce.number().int().min(1).max(36_500) }),
    response: ArchiveSum,
  }),
  runRetention: route({ method: 'POST', path: '/api/archive/retention', access: 'admin', summary: 'Applies the retention rule now.', response: ArchiveSum }),
};

/** Addresses beside the routes above, whose answers are no JSON. */
export const mediaPaths = {
  video: '/api/recordings/:id/video',
  poster: '/api/recordings/:id/poster',
  thumbnails: '/api/recordings/:id/thumbnails',
  snapshot: '/api/channels/:id/snapshot',
} as const;
