// The public pages: what home, a subject and a recording's page show, each in one call; views counted.
import { z } from 'zod';
import { Channel } from './channel.ts';
import { Recording } from './recording.ts';
import { route } from './route.ts';
import { Subject } from './school.ts';
import { Id } from './shape.ts';

/** Recordings in a subject's row of the home page. */
export const homeRowSize = 8;
/** Subjects with a row on the home page; all of them are in the navigation. */
export const maxHomeRows = 24;
/** Recordings among the newest, and among the most played. */
export const homeTopSize = 10;
/** Recordings on one page of a subject. */
export const subjectPageSize = 12;
/** Channels that the live list begins with. */
export const livePageSize = 24;
/** Rows that the lists of all recordings begin with or grow by. */
export const feedPageSize = 24;
/** A channel's recordings beside its live picture. */
export const channelRecordingsSize = 10;
/** Recordings beside one that is watched. */
export const relatedSize = 10;
/** A view of the same viewer counts again after so long, in ms. */
export const playWindowMillis = 30 * 60 * 1000;

/** One picture of the banner: what is live now, then what is newest. */
export const BannerItem = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('live'), channel: Channel }),
  z.object({ kind: z.literal('recording'), recording: Recording }),
]);
export type BannerItem = z.infer<typeof BannerItem>;

/** The whole of the home page. */
export const Home = z.object({
  /** All, in the order of the navigation. */
  subjects: z.array(Subject),
  banner: z.array(BannerItem),
  /** Channels, and how many of them are online. */
  channels: z.int(),
  online: z.int(),
  newest: z.array(Recording),
  mostPlayed: z.array(Recording),
  /** Subjects that have recordings, each with its newest. */
  rows: z.array(z.object({ subject: Subject, recordings: z.array(Recording) })),
});
export type Home = z.infer<typeof Home>;

/** One page of a subject, newest first. `total` counts as the lists of recordings do. */
export const SubjectPage = z.object({
  subject: Subject,
  page: z.int(),
  rows: z.array(Recording),
  total: z.int(),
  isMore: z.boolean(),
});
export type SubjectPage = z.infer<typeof SubjectPage>;

/** A recording with what is watched after it. */
export const WatchPage = z.object({
  recording: Recording,
  /** Plays by itself at the end: the next slice, or the class's next lesson of this subject; absent when there is none. */
  next: Recording.optional(),
  /** `next` first. */
  related: z.array(Recording),
});
export type WatchPage = z.infer<typeof WatchPage>;

const RecordingParams = z.object({ id: z.uuid() });

export const frontRoutes = {
  getHome: route({ method: 'GET', path: '/api/front/home', access: 'public', summary: 'The home page: navigation, banner, newest, most played, a row for each subject.', response: Home }),
  getSubjectPage: route({
    method: 'GET',
    path: '/api/front/subjects/:id',
    access: 'public',
    summary: `Recordings of a subject, newest first, ${subjectPageSize} a page.`,
    params: z.object({ id: Id }),
    query: z.object({ page: z.coerce.number().int().min(1).max(800).default(1) }),
    response: SubjectPage,
  }),
  getWatchPage: route({
    method: 'GET',
    path: '/api/front/recordings/:id',
    access: 'public',
    summary: 'A recording, what follows it and what is related.',
    params: RecordingParams,
    response: WatchPage,
  }),
  countPlay: route({
    method: 'POST',
    path: '/api/recordings/:id/plays',
    access: 'public',
    summary: 'Tells that a recording has begun to play. Counts once per viewer within half an hour; programs and prefetches never.',
    params: RecordingParams,
  }),
};
