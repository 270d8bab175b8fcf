// What the home page shows, read from indexes only, so that a million recordings cost no more than a thousand.
import { type BannerItem, type Channel, type Home, type Recording, type Subject, homeRowSize, homeTopSize, maxHomeRows } from '@lubo/contract';
import { type RawBuilder, sql } from 'kysely';
import type { Db } from '../db/tables.ts';
import { publicView, readRecordings } from '../recordings/view.ts';

export type HomeParts = {
  db: Db;
  subjects(): Promise<Subject[]>;
  channels(query: { page: number; pageSize: number }): Promise<{ rows: Channel[]; total: number; online: number }>;
};

/** Most pictures of the banner, and how many of them are live. */
const bannerSize = 5;
const bannerLive = 3;

/** Reads the whole page. */
export async function readHome({ db, subjects: readSubjects, channels }: HomeParts): Promise<Home> {
  const [subjects, { rows: live, total, online }] = await Promise.all([readSubjects(), channels({ page: 1, pageSize: bannerLive })]);
  const shown = await subjectsWithRecordings(db);
  const runs = [
    newestOf(sql`deleted_at is null`, homeTopSize),
    sql`select id from recordings where deleted_at is null and play_count > 0 order by play_count desc, id desc limit ${homeTopSize}`,
    ...shown.map((id) => newestOf(sql`subject_id = ${id} and deleted_at is null`, homeRowSize)),
  ];
  const [newest = [], mostPlayed = [], ...rows] = await readRuns(db, runs);
  const subjectOf = new Map(subjects.map((subject) => [subject.id, subject]));
  return {
    subjects,
    banner: bannerOf(live, newest),
    channels: total,
    online,
    newest,
    mostPlayed,
    rows: shown.flatMap((id, at) => {
      const subject = subjectOf.get(id);
      const recordings = rows[at] ?? [];
      return subject === undefined || recordings.length === 0 ? [] : [{ subject, recordings }];
    }),
  };
}

/** The newest that a condition with an index of its own leads to. */
export function newestOf(condition: RawBuilder<unknown>, limit: number): RawBuilder<unknown> {
  return sql`select id from recordings where ${condition} order by started_at desc, id desc limit ${limit}`;
}

/** The recordings of several runs, each in its order. */
export async function readRuns(db: Db, runs: readonly RawBuilder<unknown>[]): Promise<Recording[][]> {
  const found: string[][] = [];
  for (const run of runs) found.push((await sql<{ id: string }>`${run}`.execute(db)).rows.map(({ id }) => id));
  const known = new Map((await readRecordings(db, [...new Set(found.flat())])).map((row) => [row.id, publicView(row)]));
  return found.map((ids) => ids.flatMap((id) => known.get(id) ?? []));
}

async function subjectsWithRecordings(db: Db): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select id from subjects
    where exists (select 1 from recordings where recordings.subject_id = subjects.id and recordings.deleted_at is null)
    order by position, id limit ${maxHomeRows}`.execute(db);
  return rows.map(({ id }) => id);
}

/** Those live with a picture first, then the newest recordings with one; without pictures the newest as they are. */
function bannerOf(channels: readonly Channel[], newest: readonly Recording[]): BannerItem[] {
  const live = channels.filter(({ isOnline, snapshotUrl }) => isOnline && snapshotUrl !== undefined).slice(0, bannerLive);
  const pictured = newest.filter(({ posterUrl }) => posterUrl !== undefined);
  const picks = pictured.length + live.length > 0 ? pictured : newest;
  return [
    ...live.map((channel): BannerItem => ({ kind: 'live', channel })),
    ...picks.map((recording): BannerItem => ({ kind: 'recording', recording })),
  ].slice(0, bannerSize);
}
