// Recording as a whole: folders, recovery before anything starts, the ledger, the store, a recorder for each channel.
import type { CodedFault, GatherDisk, GatherNoticeCode } from '@lubo/contract';
import type { Logger } from 'pino';
import type { Bus } from '../bus.ts';
import { type Clock, sleep } from '../clock.ts';
import { type RecordDisk, systemDisk } from './disk.ts';
import { createDisks } from './disks.ts';
import { createLedgerFile, loadLessons } from './ledger-file.ts';
import { type Ledger, type Lessons, createLedger } from './lessons.ts';
import { type FoundSlice, type Recovered, recoverFolder } from './recovery.ts';
import { type Recorder, createRecorder } from './recorder.ts';
import { createShelf } from './shelf.ts';
import type { SliceStore } from './slice-store.ts';
import type { RecorderTuning } from './surroundings.ts';
import { createSyncPool } from './sync-pool.ts';
import type { WallClock } from './wall-clock.ts';

export type RecordingsOptions = {
  /** Where the ledger lies; made when missing, as are the folders. */
  dataDir: string;
  folders: readonly string[];
  reserveBytes: number;
  clock: Clock;
  now: WallClock;
  log: Logger;
  /** What the gather reports of recording has changed. */
  onChange(): void;
  disk?: RecordDisk;
};

export type Recordings = {
  readonly store: SliceStore;
  readonly lessons: Lessons;
  recorderOf(channelId: string, bus: Bus, log: Logger, onChange: () => void): Recorder;
  /** From now on; slices under way end by the new settings. */
  tune(tuning: RecorderTuning): void;
  disks(): GatherDisk[];
  notices(): CodedFault<GatherNoticeCode>[];
  /** Once no recorder runs: saves the ledger. */
  close(): Promise<void>;
};

const sweepMillis = 10_000;

/** Recovers what is on the disks, then is ready to record. Rejects when the ledger's folder can't be made or read. */
export async function openRecordings(options: RecordingsOptions): Promise<Recordings> {
  const { clock, now, log, dataDir, disk = systemDisk } = options;
  const sync = createSyncPool();
  await disk.makeFolder(dataDir);
  const disks = createDisks({ ...options, disk });
  for (const folder of options.folders) await disk.makeFolder(folder).catch((error: unknown) => log.error({ folder, err: error }, 'a folder for recordings can not be made'));
  await disks.look();
  const ledger = createLedger(await loadLessons({ disk, folder: dataDir, log }), now);
  const file = createLedgerFile({ disk, folder: dataDir, log }, () => ledger.stored());
  ledger.onChange(() => file.saveSoon());
  const recovered = await recoverAll(options.folders, (folder) => recoverFolder({ disk, sync, log }, folder), log);
  for (const slice of recovered.slices) tellLedger(ledger, slice);
  ledger.afterRecovery();
  ledger.sweep(now());
  const store = createShelf({ disk, sync, log, onRecovered: (id, slice) => ledger.corrected(id, slice && spanOf(slice)) }, recovered);
  const stopSweep = everyFew(clock, () => {
    ledger.sweep(now());
    return store.retry();
  });
  let tuning: RecorderTuning = { sliceMinutes: 30, overlapGops: 0 };
  const surroundings = { disk, sync, disks, ledger, store, clock, now, tuning: () => tuning };
  return {
    store,
    lessons: ledger,
    recorderOf: (channelId, bus, channelLog, onRecorder) =>
      createRecorder({ channelId, bus, surroundings, log: channelLog, onChange: onRecorder }),
    tune(next) {
      tuning = next;
    },
    disks: () => disks.report(),
    notices: () => [...disks.notices(), ...noticesOf(recovered)],
    async close() {
      stopSweep();
      disks.close();
      await file.close();
    },
  };
}

async function recoverAll(folders: readonly string[], recover: (folder: string) => Promise<Recovered>, log: Logger): Promise<Recovered> {
  const all: Recovered = { slices: [], unfinished: [], aside: [] };
  for (const folder of folders) {
    try {
      const { slices, unfinished, aside } = await recover(folder);
      all.slices.push(...slices);
      all.unfinished.push(...unfinished);
      all.aside.push(...aside);
    } catch (error) {
      log.error({ folder, err: error }, 'a folder of recordings can not be read');
    }
  }
  return all;
}

function spanOf({ journal }: FoundSlice): { from: number; to: number } {
  const from = Date.parse(journal.startedAt);
  return { from, to: from + journal.durationMillis };
}

function tellLedger(ledger: Ledger, slice: FoundSlice): void {
  const { id, sliceIndex, channelId, lessonId, kind, intervalId, subjectId, teacherId, plannedStart, plannedEnd } = slice.journal;
  const wish = { lessonId, kind, intervalId, subjectId, teacherId, plannedStart: Date.parse(plannedStart), plannedEnd: Date.parse(plannedEnd) };
  ledger.found(channelId, wish, { id, index: sliceIndex, ...spanOf(slice), isOver: true });
}

function noticesOf({ aside }: Recovered): CodedFault<GatherNoticeCode>[] {
  if (aside.length === 0) return [];
  return [{ code: 'recordings-aside', detail: `${aside.length} files without a journal are kept, e.g. ${aside[0]}`.slice(0, 512) }];
}

/** Runs again and again, never twice at a time; the result ends it. */
function everyFew(clock: Clock, run: () => Promise<void>): () => void {
  const stop = new AbortController();
  const wait = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      await sleep(clock, sweepMillis, stop.signal);
      if (!stop.signal.aborted) await run();
    }
  };
  void wait();
  return () => stop.abort();
}
