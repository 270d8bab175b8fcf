// The public pages' room: home, subjects and watch pages, kept for a few seconds and until something changes.
import { AppError, type Channel, type Home, type Recording, type RecordingQuery, type Subject, type SubjectPage, type WatchPage, subjectPageSize } from '@lubo/contract';
import type { Db } from '../db/tables.ts';
import type { Clock } from '../time.ts';
import { readHome } from './home.ts';
import { keepAnswer, keepAnswers } from './kept-answer.ts';
import { type Packed, pack } from './packed.ts';
import { readWatchPage } from './watch-page.ts';

export type FrontOptions = {
  db: Db;
  clock: Clock;
  /** In the order of the navigation. */
  subjects(): Promise<Subject[]>;
  channels(query: { page: number; pageSize: number }): Promise<{ rows: Channel[]; total: number; online: number }>;
  recordings: {
    get(id: string): Promise<Recording>;
    list(query: RecordingQuery): Promise<{ rows: Recording[]; total: number; isMore: boolean }>;
  };
};

export type Front = {
  home(): Promise<Home>;
  /** The same as JSON, ready to be sent. */
  packedHome(): Promise<Packed>;
  /** Rejects with `subject-not-found`. */
  subject(id: string, page: number): Promise<SubjectPage>;
  /** Rejects with `recording-not-found`. */
  watch(id: string): Promise<WatchPage>;
  /** Recordings that a query finds, read anew each time. */
  list(query: RecordingQuery): Promise<{ rows: Recording[]; total: number; isMore: boolean }>;
  /** Recordings, subjects, schools or teachers have changed. */
  forget(): void;
  /** Called after each `forget`. */
  onForget(run: () => void): void;
};

/** How old plays, viewers and online counts of these pages may be, in ms. */
export const keptMillis = 3_000;
/** Pages of subjects and of recordings that are kept. */
const mostKept = 500;

/** Builds the room. */
export function createFront({ db, clock, subjects, channels, recordings }: FrontOptions): Front {
  const home = keepAnswer(clock, keptMillis, async () => {
    const value = await readHome({ db, subjects, channels });
    return { value, packed: await pack(JSON.stringify(value)) };
  });
  const subjectPages = keepAnswers(clock, keptMillis, mostKept, (key) => {
    const [id = '', page = '1'] = key.split('/');
    return readSubject(id, Number(page));
  });
  const watchPages = keepAnswers(clock, keptMillis, mostKept, async (id) => readWatchPage(db, await recordings.get(id)));
  const listeners: (() => void)[] = [];

  async function readSubject(id: string, page: number): Promise<SubjectPage> {
    const subject = (await subjects()).find((each) => each.id === id);
    if (subject === undefined) throw new AppError('not-found', 'subject-not-found', 'There is no such subject.');
    return { subject, page, ...(await recordings.list({ subjectId: id, page, pageSize: subjectPageSize, sort: '-startedAt' })) };
  }

  return {
    home: async () => (await home.get()).value,
    packedHome: async () => (await home.get()).packed,
    subject: (id, page) => subjectPages.get(`${id}/${page}`),
    watch: watchPages.get,
    list: recordings.list,
    forget() {
      home.forget();
      subjectPages.forget();
      watchPages.forget();
      for (const run of listeners) run();
    },
    onForget: (run) => void listeners.push(run),
  };
}
