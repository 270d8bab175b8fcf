// From gather to site: finished recordings (tus 1.0.0), lessons, pictures.
import { z } from 'zod';
import { LessonId, LessonReport } from './lesson.ts';
import { route } from './route.ts';
import { Id, Moment } from './shape.ts';

/** Where recordings are uploaded to, by tus (https://tus.io/protocols/resumable-upload). */
export const uploadsPath = '/api/uploads';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'a SHA-256 in lower-case hex');

/**
 * What a gather says of a recording before it uploads it. tus metadata `recording`: this as JSON. The same uuid again with the
 * same size and checksum finds the upload under way, or the stored recording; it never makes a second one.
 */
export const RecordingUpload = z.object({
  id: z.uuid(),
  channelId: Id,
  lessonId: LessonId,
  kind: z.enum(['planned', 'hand']),
  subjectId: Id.nullable(),
  teacherId: Id.nullable(),
  /** Counts the slices of a lesson from 0. */
  sliceIndex: z.int().min(0).max(10_000),
  startedAt: Moment,
  durationMillis: z.number().min(0),
  size: z.int().min(1),
  sha256,
  videoCodec: z.enum(['h264', 'h265']).nullable(),
  audioCodec: z.enum(['aac']).nullable(),
  width: z.int().min(0),
  height: z.int().min(0),
  /** RFC 6381, for `canPlayType`. */
  codecs: z.string().max(64),
});
export type RecordingUpload = z.infer<typeof RecordingUpload>;

/** Where an upload stands. Only `stored` allows the gather to delete its own copy. */
export const UploadState = z.object({ id: z.uuid(), state: z.enum(['unknown', 'uploading', 'stored', 'deleted']), size: z.int(), sha256: z.string() });
export type UploadState = z.infer<typeof UploadState>;

/** Largest picture in bytes. */
export const maxPictureBytes = 1024 * 1024;
/** A poster or snapshot as WebP: the widths that there may be, in pixels. */
export const pictureWidths = [320, 480, 640, 960, 1280] as const;
/** Which of them is meant; absent: the picture itself, as JPEG. */
export const PictureQuery = z.object({ width: z.enum(['320', '480', '640', '960', '1280']).transform(Number).optional() });
export type PictureQuery = z.output<typeof PictureQuery>;
/** All that is made of one snapshot has the same `set`. Its WebPs are sent first; they are shown from when its JPEG is there. */
export const SnapshotQuery = PictureQuery.extend({ set: z.string().regex(/^[0-9a-z]{1,16}$/).optional() });
export type SnapshotQuery = z.output<typeof SnapshotQuery>;

/** Most lessons of one report. */
export const maxReportedLessons = 200;

const RecordingParams = z.object({ id: z.uuid() });

/** Pictures are sent as they are (`image/jpeg`; a poster or snapshot with `?width=` as `image/webp`): these routes have no JSON body. */
export const picturePaths = {
  snapshot: '/api/gather/channels/:id/snapshot',
  poster: '/api/gather/recordings/:id/poster',
  thumbnails: '/api/gather/recordings/:id/thumbnails',
} as const;

export const uploadRoutes = {
  uploadState: route({
    method: 'GET',
    path: '/api/gather/recordings/:id',
    access: 'gather',
    summary: 'Tells a gather whether a recording of its own is stored.',
    params: RecordingParams,
    response: UploadState,
  }),
  reportLessons: route({
    method: 'PUT',
    path: '/api/gather/lessons',
    access: 'gather',
    summary: 'Takes what a gather knows of its lessons; a newer report of the same lesson replaces the older one.',
    body: z.object({ lessons: z.array(LessonReport).max(maxReportedLessons) }),
  }),
};
