// After a start of the machine each page of the database that a list needs comes from the disk by itself, some hundred for one answer.
// So the file is read once in the background, in one go, after which the system holds it in memory that it gives to whoever needs it.
import { open } from 'node:fs/promises';
import process from 'node:process';
import type { Clock } from '../time.ts';
import { databaseFile } from './sqlite.ts';

const chunkBytes = 1024 * 1024;
/** More is never read; of a larger file its end, where the newest is. */
const maxBytes = 4 * 1024 * 1024 * 1024;
/** Of the memory that is free, also within a container's limit. */
const shareOfMemory = 0.5;

export type WarmUpDeps = { clock: Clock; onFault(error: unknown): void; limitBytes?: number };

/** `done` resolves with how many bytes were read, also when `stop` has ended it before. */
export type WarmUp = { done: Promise<number>; stop(): Promise<number> };

/** Begins to read the database in `dir`. */
export function startWarming(dir: string, { clock, onFault, limitBytes = Math.min(maxBytes, process.availableMemory() * shareOfMemory) }: WarmUpDeps): WarmUp {
  const ending = new AbortController();
  let wake: (() => void) | undefined;
  const pause = (millis: number): Promise<void> =>
    new Promise((resolve) => {
      const cancel = clock.after(millis, resolve);
      wake = () => {
        cancel();
        resolve();
      };
    });
  /** As long as a chunk took, the disk is left to others. */
  const read = async (): Promise<number> => {
    await using file = await open(databaseFile(dir));
    const { size } = await file.stat();
    const first = Math.max(0, size - limitBytes);
    const chunk = Buffer.allocUnsafe(chunkBytes);
    let at = first;
    while (at < size && !ending.signal.aborted) {
      const began = clock.elapsed();
      const { bytesRead } = await file.read(chunk, 0, chunkBytes, at);
      if (bytesRead === 0) break;
      at += bytesRead;
      if (at < size && !ending.signal.aborted) await pause(clock.elapsed() - began);
    }
    return at - first;
  };
  const done = read().catch((error: unknown) => {
    onFault(error);
    return 0;
  });
  return {
    done,
    stop() {
      ending.abort();
      wake?.();
      return done;
    },
  };
}
