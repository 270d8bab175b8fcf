// The slice store as the recorder fills it: finished slices by id, with those that a disk still holds back.
import type { Logger } from 'pino';
import type { RecordDisk } from './disk.ts';
import { infoOf, pathsOf, readJournal, replaceJournal } from './journal.ts';
import { type FoundSlice, type Recovered, finishSlice } from './recovery.ts';
import type { SliceInfo, SliceStore } from './slice-store.ts';
import { openStandardMp4 } from './standard.ts';
import type { SyncPool } from './sync-pool.ts';

export type SliceShelf = SliceStore & {
  add(slice: FoundSlice): void;
  /** Finishes a slice of which its recorder could not; tried again by `retry` as long as the disk refuses. */
  recover(folder: string, id: string): Promise<void>;
  retry(): Promise<void>;
};

export type ShelfOptions = {
  disk: RecordDisk;
  sync: SyncPool;
  log: Logger;
  /** A slice has been recovered late: it may be shorter than it was thought, or hold nothing (`undefined`). */
  onRecovered(id: string, slice: FoundSlice | undefined): void;
};

/** A store with what recovery has found. */
export function createShelf(options: ShelfOptions, { slices, unfinished }: Pick<Recovered, 'slices' | 'unfinished'>): SliceShelf {
  const { disk, sync, log } = options;
  const finished = new Map<string, FoundSlice>(slices.map((slice) => [slice.journal.id, slice]));
  const heldBack = new Map(unfinished.map(({ folder, id }) => [id, folder]));
  const listeners = new Set<(slice: SliceInfo) => void>();

  const add = (slice: FoundSlice): void => {
    finished.set(slice.journal.id, slice);
    const info = infoOf(slice.journal);
    for (const listener of listeners) listener(info);
  };
  const recover = async (folder: string, id: string): Promise<void> => {
    heldBack.set(id, folder);
    try {
      const journal = readJournal((await disk.readText(pathsOf(folder, id).journal)) ?? '', id);
      const over = journal && (await finishSlice(options, folder, journal));
      heldBack.delete(id);
      const slice = over && { folder, journal: over };
      options.onRecovered(id, slice);
      if (slice) add(slice);
    } catch (error) {
      log.error({ recording: id, err: error }, 'a recording could not be finished yet');
    }
  };
  return {
    finished: () => [...finished.values()].map(({ journal }) => infoOf(journal)).sort((a, b) => (a.startedAt < b.startedAt ? -1 : 1)),
    onFinished(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async openStandard(id) {
      const slice = finished.get(id);
      const file = slice && (await disk.open(pathsOf(slice.folder, id).media, 'read'));
      if (slice === undefined || file === undefined) throw new Error(`there is no recording ${id}`);
      try {
        return await openStandardMp4({
          file,
          journal: slice.journal,
          starts: slice.starts ?? [],
          async keep(known) {
            Object.assign(slice.journal, known);
            if (finished.has(id)) await replaceJournal(disk, sync, slice.folder, slice.journal);
          },
        });
      } catch (error) {
        await file.close();
        throw error;
      }
    },
    async remove(id) {
      const slice = finished.get(id);
      if (slice === undefined) return;
      const { folder } = slice;
      const { media, journal } = pathsOf(folder, id);
      // The journal goes last: media without one would be nobody's.
      await disk.remove(media);
      await sync(folder, () => disk.syncFolder(folder));
      await disk.remove(journal);
      finished.delete(id);
    },
    add,
    recover,
    async retry() {
      for (const [id, folder] of heldBack) await recover(folder, id);
    },
  };
}
