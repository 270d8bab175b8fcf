// One slice on its way to the disk: journal first, then fragments as they come, each synced; at the end the journal says so.
import type { Logger } from 'pino';
import type { RecordDisk, RecordFile } from './disk.ts';
import { type Journal, createJournal, pathsOf, replaceJournal } from './journal.ts';
import type { SyncPool } from './sync-pool.ts';

export type SliceFileOptions = {
  disk: RecordDisk;
  sync: SyncPool;
  folder: string;
  journal: Journal;
  log: Logger;
  /** What `append` was given is not needed any more: its memory may be used again. */
  onWritten?(bytes: Uint8Array): void;
  /** The disk refuses: nothing more is taken, `finish` saves what was written. Called once at most. */
  onFailure(error: unknown): void;
};

/** What became of a slice. `starts`: where its head and its fragments begin in the file. `unfinished`: the disk refused even that; a later recovery finishes it. */
export type SliceEnd = { type: 'finished'; journal: Journal; starts: readonly number[] } | { type: 'empty' } | { type: 'unfinished' };

/** Begins at once; nothing here throws, what fails is told by `onFailure` and `finish`. */
export class SliceFile {
  readonly folder: string;
  readonly id: string;
  readonly #options: SliceFileOptions;
  readonly #working: Promise<void>;
  #file: RecordFile | undefined;
  #queue: Uint8Array[] = [];
  #wake: () => void = () => {};
  readonly #path: string;
  #isEnding = false;
  #hasFailed = false;
  /** Bytes on the disk, whole fragments only, and where each of them begins: a number a fragment. */
  #size = 0;
  readonly #starts: number[] = [];
  #pendingBytes = 0;

  constructor(options: SliceFileOptions) {
    this.#options = options;
    this.folder = options.folder;
    this.id = options.journal.id;
    this.#path = pathsOf(this.folder, this.id).media;
    this.#working = this.#work();
  }

  /** Bytes that wait to be written. */
  get pendingBytes(): number {
    return this.#pendingBytes;
  }

  /** The head of the slice, or a whole fragment. */
  append(bytes: Uint8Array): void {
    if (this.#hasFailed) return;
    this.#queue.push(bytes);
    this.#pendingBytes += bytes.length;
    this.#wake();
  }

  /** Writes what waits and the final journal. `final`: what is only known now. */
  async finish(final: Partial<Journal>): Promise<SliceEnd> {
    this.#isEnding = true;
    this.#wake();
    await this.#working;
    try {
      return await this.#complete(final);
    } catch (error) {
      this.#options.log.error({ recording: this.id, err: error }, 'a recording could not be finished; it is tried again');
      return { type: 'unfinished' };
    } finally {
      await this.#file?.close().catch(() => {});
    }
  }

  async #work(): Promise<void> {
    const { disk, sync, folder, journal } = this.#options;
    try {
      await createJournal(disk, sync, folder, journal);
      this.#file = await disk.create(pathsOf(folder, journal.id).media);
      // Both names outlive a loss of power before the first byte of media is there.
      await sync(folder, () => disk.syncFolder(folder));
      await this.#write(this.#file);
    } catch (error) {
      this.#fail(error);
    }
  }

  async #write(file: RecordFile): Promise<void> {
    while (!this.#hasFailed && (this.#queue.length > 0 || !this.#isEnding)) {
      const bytes = this.#queue.shift();
      if (bytes === undefined) {
        await new Promise<void>((resolve) => (this.#wake = resolve));
        continue;
      }
      await file.write(bytes, this.#size);
      this.#starts.push(this.#size);
      this.#size += bytes.length;
      this.#pendingBytes -= bytes.length;
      this.#options.onWritten?.(bytes);
      // Not waited for: what comes next is written, and so safe from a kill, while a slow disk still syncs.
      this.#options.sync(this.#path, () => file.sync()).catch((error: unknown) => this.#fail(error));
    }
  }

  #fail(error: unknown): void {
    if (this.#hasFailed) return;
    this.#hasFailed = true;
    this.#queue = [];
    this.#pendingBytes = 0;
    this.#wake();
    this.#options.onFailure(error);
  }

  async #complete(final: Partial<Journal>): Promise<SliceEnd> {
    const { disk, sync, folder, journal } = this.#options;
    const paths = pathsOf(folder, journal.id);
    const hasMedia = this.#starts.length > 1;
    if (this.#file === undefined || !hasMedia) {
      await this.#file?.close();
      this.#file = undefined;
      await disk.remove(paths.media);
      await disk.remove(paths.journal);
      return { type: 'empty' };
    }
    // What a failed write has left of a fragment goes; what was written before it stays.
    if (this.#hasFailed) return { type: 'unfinished' };
    await sync(paths.media, () => (this.#file as RecordFile).sync());
    const over: Journal = { ...journal, ...final, state: 'over', bytes: this.#size };
    await replaceJournal(disk, sync, folder, over);
    return { type: 'finished', journal: over, starts: this.#starts };
  }
}
