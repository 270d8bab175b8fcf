// Files on this machine's disk as a file source reads them.
import { constants, open } from 'node:fs/promises';
import type { ReadAt } from '@lubo/media';
import { SourceError } from './source-error.ts';

/** An open file of `size` bytes. */
export type OpenedFile = { size: number; readAt: ReadAt; close(): Promise<void> };

export type OpenFile = (path: string) => Promise<OpenedFile>;

/** Opens for reading. SourceError for a folder or a device; the system's own errors come through. */
export const openDiskFile: OpenFile = async (path) => {
  // Without waiting: a named pipe would hold a thread until somebody writes.
  const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const info = await file.stat();
    if (!info.isFile()) throw new SourceError('file-invalid', 'this is not a file');
    return {
      size: info.size,
      async readAt(offset, length) {
        const bytes = new Uint8Array(length);
        let read = 0;
        while (read < length) {
          const { bytesRead } = await file.read(bytes, read, length - read, offset + read);
          if (bytesRead === 0) break;
          read += bytesRead;
        }
        return bytes.subarray(0, read);
      },
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
};
