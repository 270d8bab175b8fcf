// The archive's rooms joined: storage, uploads, snapshots, recordings; and the work that they do by themselves as time goes by.
import { join } from 'node:path';
import type { Config } from '@lubo/config';
import type { Logger } from 'pino';
import type { Db } from './db/tables.ts';
import { type Play, createPlay } from './recordings/play.ts';
import { type Recordings, createRecordings } from './recordings/recordings.ts';
import { type Retention, createRetention } from './recordings/retention.ts';
import type { Secrets } from './secrets.ts';
import { type Snapshots, openSnapshots } from './snapshots/snapshots.ts';
import { takeCensus } from './storage/census.ts';
import { collectGarbage } from './storage/garbage.ts';
import { type Storage, openStorage } from './storage/storage.ts';
import { type Clock, every } from './time.ts';
import { type Pictures, createPictures } from './uploads/pictures.ts';
import { type Uploads, createUploads } from './uploads/uploads.ts';

export type ArchiveOptions = {
  config: Config;
  db: Db;
  clock: Clock;
  log: Logger;
  secrets: Secrets;
  /** A recording has been stored. */
  onStored?(recordingId: string): void;
  /** Lists of recordings look different now, or one has a picture. */
  onChange?(): void;
  /** For work that nobody waits for. */
  onFault(error: unknown): void;
};

export type Archive = {
  storage: Storage;
  uploads: Uploads;
  pictures: Pictures;
  snapshots: Snapshots;
  recordings: Recordings;
  retention: Retention;
  play: Play;
  /** Begins the work that comes with time; the returned function ends it, and resolves when none is under way. */
  startChores(): () => Promise<void>;
};

const minute = 60 * 1000;
const day = 24 * 60 * minute;
/** Purged recordings are remembered for so long, for a gather that was away. */
const memoryDays = 3 * 365;

/** Builds the rooms; opens the volumes. */
export async function createArchive({ config, db, clock, log, secrets, onStored = () => {}, onChange = () => {}, onFault }: ArchiveOptions): Promise<Archive> {
  const siteDir = join(config.dataDir, 'site');
  const defaultReserveBytes = config.site.storageReserveMegabytes * 1024 * 1024;
  const storage = await openStorage({ db, clock, defaultReserveBytes }, config.site.storageDir ?? join(siteDir, 'storage'));
  const { groups, defaultGroup } = storage;
  const snapshots = openSnapshots(join(siteDir, 'snapshots'), clock.now);
  const stored = (id: string): void => {
    onStored(id);
    onChange();
  };
  const uploads = createUploads({ db, clock, log, groups, defaultGroup, onStored: stored });
  const pictures = createPictures({ db, clock, groups, onChange });
  const collect = createCollector(() => collectGarbage({ db, groups, log }), onFault);
  const recordings = createRecordings({ db, clock, onGarbage: collect.soon, onChange });
  const retention = createRetention({ db, clock, log, recordings });
  const allowsDownload = async (): Promise<boolean> => (await retention.rules()).allowsDownload;
  const play = createPlay({ db, clock, recordings, tokenKey: secrets.keyFor('recording addresses'), allowsDownload });

  async function daily(): Promise<void> {
    await retention.run();
    await retention.emptyBin();
    await uploads.sweep();
    await db.deleteFrom('purged_recordings').where('purged_at', '<', new Date(clock.now() - memoryDays * day).toISOString()).execute();
    const channels = new Set((await db.selectFrom('channels').select('id').execute()).map(({ id }) => id));
    await snapshots.sweep((id) => channels.has(id));
    for (const { id } of await db.selectFrom('volumes').select('id').execute()) {
      const census = await takeCensus(db, groups.volume(id), clock.now()).catch(onFault);
      if (census === undefined) continue;
      storage.noteCensus(id, census);
      if (census.orphans + census.missing > 0) log.warn({ volume: id, ...census }, 'files without recording, or recordings without file');
    }
  }

  let lastDaily: number | undefined;
  return {
    storage,
    uploads,
    pictures,
    snapshots,
    recordings,
    retention,
    play,
    startChores() {
      // A site that is started each morning would never come to the end of a day's wait, so the first run comes soon.
      const ifDue = async (): Promise<void> => {
        if (lastDaily !== undefined && clock.elapsed() - lastDaily < day) return;
        lastDaily = clock.elapsed();
        await daily();
      };
      const stops = [every(clock, 10 * minute, ifDue, onFault), every(clock, minute, collect.now, onFault)];
      return async () => {
        for (const stop of stops) stop();
        await collect.end();
      };
    },
  };
}

/** One collection at a time, again as long as there was something. */
function createCollector(collectOnce: () => Promise<number>, onFault: (error: unknown) => void) {
  let running: Promise<void> | undefined;
  const ending = new AbortController();
  const run = async (): Promise<void> => {
    while (!ending.signal.aborted && (await collectOnce()) > 0);
  };
  const now = (): Promise<void> => {
    running ??= run().finally(() => (running = undefined));
    return running;
  };
  return {
    now,
    soon: () => void now().catch(onFault),
    async end() {
      ending.abort();
      await running?.catch(() => {});
    },
  };
}
