// Bounds how many files are open at once: one more is refused rather than made to wait behind slow readers.
import type { DiskFile, DiskFiles } from './disk-files.ts';
import { storageBusy } from './faults.ts';

/** The same file system with at most `limit` files open; beyond that `create` and `open` reject with `storage-busy`. */
export function limitOpenFiles(files: DiskFiles, limit: number): DiskFiles {
  let open = 0;

  async function counted<T extends DiskFile | undefined>(opening: () => Promise<T>): Promise<T> {
    if (open >= limit) throw storageBusy(limit);
    open++;
    try {
      const file = await opening();
      if (file === undefined) open--;
      return file && { ...file, close: () => file.close().finally(() => open--) };
    } catch (error) {
      open--;
      throw error;
    }
  }

  return {
    ...files,
    create: (path) => counted(() => files.create(path)),
    open: (path, mode) => counted(() => files.open(path, mode)),
  };
}
