// The folders that recordings go to: how full each disk is, which one takes the next slice, and when people should know.
import type { CodedFault, GatherDisk, GatherNoticeCode } from '@lubo/contract';
import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import type { RecordDisk } from './disk.ts';

export type DisksOptions = {
  disk: RecordDisk;
  clock: Clock;
  log: Logger;
  /** Absolute; made when missing. */
  folders: readonly string[];
  /** So much of each disk stays free. */
  reserveBytes: number;
  /** A disk has become low, full, or usable again. */
  onChange(): void;
};

export type Disks = {
  /** The folder for a new slice: where most is free. `undefined`: all are full or away. */
  choose(): string | undefined;
  /** No more may be written there. */
  isFull(folder: string): boolean;
  isAnyFull(): boolean;
  /** The disk of this folder has refused: it takes nothing until there is space again, or until it is looked at again. */
  refused(folder: string, why: 'full' | 'away'): void;
  report(): GatherDisk[];
  notices(): CodedFault<GatherNoticeCode>[];
  /** Looks at all disks; also done by itself every few seconds. */
  look(): Promise<void>;
  close(): void;
};

type Place = { folder: string; totalBytes: number; freeBytes: number; isFull: boolean; isLow: boolean; isAway: boolean };

const lookMillis = 5_000;
/** A full disk is used again when so much more than the reserve is free, so that it does not go to and fro. */
const againFactor = 1.25;
/** Low: less than so many reserves, or than this part of the disk. */
const lowReserves = 4;
const lowPart = 0.05;

/** Disks as they were last seen; call `look` before the first choice. */
export function createDisks(options: DisksOptions): Disks {
  const places = options.folders.map((folder): Place => (
    { folder, totalBytes: 0, freeBytes: 0, isFull: false, isLow: false, isAway: true }));
  let cancel: (() => void) | undefined;
  let isClosed = false;

  const lookAt = async (place: Place): Promise<void> => {
    const before = JSON.stringify([place.isFull, place.isLow, place.isAway]);
    try {
      Object.assign(place, { ...(await options.disk.space(place.folder)), isAway: false });
      const least = options.reserveBytes * (place.isFull ? againFactor : 1);
      place.isFull = place.freeBytes <= least;
      place.isLow = place.isFull || place.freeBytes < Math.max(options.reserveBytes * lowReserves, place.totalBytes * lowPart);
    } catch (error) {
      if (!place.isAway) options.log.error({ folder: place.folder, err: error }, 'a folder for recordings is away');
      place.isAway = true;
      // A disk that was unmounted and one that was never there look alike; what can be made is made.
      await options.disk.makeFolder(place.folder).catch(() => {});
    }
    if (JSON.stringify([place.isFull, place.isLow, place.isAway]) === before) return;
    const { folder, freeBytes, isLow, isFull } = place;
    options.log[isLow ? 'warn' : 'info']({ folder, freeBytes, isLow, isFull }, 'the space for recordings has changed');
    options.onChange();
  };
  const look = async (): Promise<void> => {
    await Promise.all(places.map(lookAt));
  };
  const lookAgain = (): void => {
    if (!isClosed) cancel = options.clock.after(lookMillis, () => void look().finally(lookAgain));
  };
  lookAgain();

  return {
    choose: () => places.filter(({ isFull, isAway }) => !isFull && !isAway).sort((a, b) => b.freeBytes - a.freeBytes)[0]?.folder,
    isFull: (folder) => places.some((place) => place.folder === folder && place.isFull),
    isAnyFull: () => places.some(({ isFull }) => isFull),
    refused(folder, why) {
      for (const place of places) {
        if (place.folder !== folder) continue;
        if (why === 'away') place.isAway = true;
        else place.isFull = place.isLow = true;
      }
      options.onChange();
    },
    report: () => places.map(({ folder, totalBytes, freeBytes, isLow, isFull }) => ({ folder, totalBytes, freeBytes, isLow, isFull })),
    notices: () => places.flatMap(noticeOf),
    look,
    close() {
      isClosed = true;
      cancel?.();
    },
  };
}

function noticeOf({ folder, freeBytes, isFull, isLow, isAway }: Place): CodedFault<GatherNoticeCode>[] {
  const megabytes = Math.round(freeBytes / 2 ** 20);
  if (isAway) return [{ code: 'disk-away', detail: `${folder} is not there`.slice(0, 512) }];
  if (isFull) return [{ code: 'disk-full', detail: `${folder}: nothing is recorded, ${megabytes} MB are left`.slice(0, 512) }];
  return isLow ? [{ code: 'disk-low', detail: `${folder}: ${megabytes} MB are left`.slice(0, 512) }] : [];
}
