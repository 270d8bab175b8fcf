// What all recorders of a gather share.
import type { Clock } from '../clock.ts';
import type { RecordDisk } from './disk.ts';
import type { Disks } from './disks.ts';
import type { Ledger } from './lessons.ts';
import type { SliceShelf } from './shelf.ts';
import type { SyncPool } from './sync-pool.ts';
import type { WallClock } from './wall-clock.ts';

/** `sliceMinutes` 0: a lesson is one slice. */
export type RecorderTuning = { sliceMinutes: number; overlapGops: number };

export type RecorderSurroundings = {
  disk: RecordDisk;
  sync: SyncPool;
  disks: Disks;
  ledger: Ledger;
  store: SliceShelf;
  clock: Clock;
  now: WallClock;
  /** As the gather's settings are now. */
  tuning(): RecorderTuning;
};
