// A disk that stops at a chosen operation, as it looks from a process that is killed there; for tests.
import type { DiskFile, DiskFiles } from './disk-files.ts';

/** What every operation after the stop fails with. */
export class Killed extends Error {
  override name = 'Killed';
}

/**
 * The same disk until operation `last` (from 1), which is done by half if it is a write and not at all otherwise. `step` counts what else
 * the process does, and stops it, too.
 */
export function breakAt(files: DiskFiles, last: number): { files: DiskFiles; count(): number; step(): void } {
  let count = 0;

  const step = (): void => {
    if (++count >= last) throw new Killed(`operation ${count}`);
  };
  const stepped =
    <Arguments extends unknown[], Result>(work: (...given: Arguments) => Promise<Result>) =>
    async (...given: Arguments): Promise<Result> => {
      step();
      return work(...given);
    };
  const breakFile = (file: DiskFile): DiskFile => ({
    facts: stepped(file.facts),
    read: stepped(file.read),
    truncate: stepped(file.truncate),
    sync: stepped(file.sync),
    close: () => file.close(),
    async write(bytes, at) {
      if (count + 1 === last) await file.write(bytes.subarray(0, bytes.length / 2), at);
      step();
      await file.write(bytes, at);
    },
  });

  return {
    count: () => count,
    step,
    files: {
      create: async (path) => breakFile(await stepped(files.create)(path)),
      async open(path, mode) {
        const file = await stepped(files.open)(path, mode);
        return file && breakFile(file);
      },
      facts: stepped(files.facts),
      readText: stepped(files.readText),
      link: stepped(files.link),
      remove: stepped(files.remove),
      makeFolder: stepped(files.makeFolder),
      names: stepped(files.names),
      syncFolder: stepped(files.syncFolder),
      space: stepped(files.space),
    },
  };
}
