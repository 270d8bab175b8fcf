// What the overview shows, gathered from the lists of the rooms: what runs now, what is wrong, what to do first.
import { routes } from '@lubo/contract';
import type { GatherRow, LessonDay, LiveServerRow, ManagedChannel, StorageVolume } from '@lubo/contract';
import { call } from '../../api.ts';

export type Overview = {
  schools: number;
  channels: { total: number; online: number };
  recording: { total: number; rows: readonly ManagedChannel[] };
  live: { total: number; rows: readonly ManagedChannel[] };
  errors: { total: number; rows: readonly ManagedChannel[] };
  gathers: readonly GatherRow[];
  liveServers: readonly LiveServerRow[];
  badVolumes: readonly StorageVolume[];
  today: LessonDay | undefined;
  readAt: Date;
};

/** Rows of each kind that fit on the overview. */
const shown = 8;

/** Reads all of it; rejects with ApiProblem. */
export async function readOverview(): Promise<Overview> {
  const now = new Date();
  const date = localDate(now);
  const [schools, channels, recording, live, errors, gathers, liveServers, storage, lessons] = await Promise.all([
    call(routes.listSchools, { query: { pageSize: 1 } }),
    call(routes.listChannels, { query: { pageSize: 1 } }),
    some('recording'),
    some('live'),
    some('error'),
    call(routes.listGathers, { query: { pageSize: 200, sort: 'lastSeenAt' } }),
    call(routes.listLiveServers),
    call(routes.listStorage),
    call(routes.summarizeLessons, { query: { from: date, to: date } }),
  ]);
  return {
    schools: schools.total,
    channels,
    recording,
    live,
    errors,
    gathers: gathers.rows,
    liveServers: liveServers.rows,
    badVolumes: storage.rows.flatMap(({ volumes }) => volumes).filter(({ state }) => state !== 'ready'),
    today: lessons.rows.find((day) => day.date === date),
    readAt: now,
  };
}

function some(status: 'recording' | 'live' | 'error') {
  return call(routes.listManagedChannels, { query: { status, pageSize: shown } });
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}

function localDate(now: Date): string {
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
}
