// The file system as the recorder sees it: few operations, absent files as values, the system's own errors with their codes.
import { constants } from 'node:fs';
import { type FileHandle, mkdir, open, readFile, readdir, rename, rm, statfs } from 'node:fs/promises';
import process from 'node:process';

/** One open file. */
export type RecordFile = {
  size(): Promise<number>;
  /** Writes all bytes from byte `at` on; they must not change until that is done. */
  write(bytes: Uint8Array, at: number): Promise<void>;
  /** Up to `length` bytes at `at`; fewer only at the end. In the memory of `into`, which is large enough, or in some of their own. */
  read(at: number, length: number, into?: Uint8Array): Promise<Uint8Array>;
  truncate(size: number): Promise<void>;
  /** Resolves when what was written outlives a loss of power. */
  sync(): Promise<void>;
  close(): Promise<void>;
};

/** A file system; all paths are absolute. */
export type RecordDisk = {
  /** A new file, open for reading and writing; EEXIST if there is one. */
  create(path: string): Promise<RecordFile>;
  /** `undefined` if there is none. */
  open(path: string, mode: 'read' | 'write'): Promise<RecordFile | undefined>;
  /** `undefined` if there is none. */
  readText(path: string): Promise<string | undefined>;
  /** The names in a folder, none if it is not there. */
  names(folder: string): Promise<string[]>;
  /** In place of whatever was there. */
  rename(from: string, to: string): Promise<void>;
  /** No harm if it is gone. */
  remove(path: string): Promise<void>;
  /** With those above it. */
  makeFolder(path: string): Promise<void>;
  /** Resolves when names made and removed in the folder outlive a loss of power. */
  syncFolder(path: string): Promise<void>;
  space(folder: string): Promise<{ totalBytes: number; freeBytes: number }>;
};

/** The machine's file system. */
export const systemDisk: RecordDisk = {
  create: async (path) => recordFile(await open(path, 'wx+', 0o640)),
  async open(path, mode) {
    const handle = await unlessAbsent(open(path, mode === 'read' ? constants.O_RDONLY : constants.O_RDWR));
    return handle && recordFile(handle);
  },
  readText: (path) => unlessAbsent(readFile(path, 'utf8')),
  names: async (folder) => (await unlessAbsent(readdir(folder))) ?? [],
  rename,
  remove: (path) => rm(path, { force: true }),
  makeFolder: async (path) => void (await mkdir(path, { recursive: true, mode: 0o750 })),
  syncFolder,
  async space(folder) {
    const { bsize, blocks, bavail } = await statfs(folder);
    return { totalBytes: bsize * blocks, freeBytes: bsize * bavail };
  },
};

function recordFile(handle: FileHandle): RecordFile {
  return {
    size: async () => (await handle.stat()).size,
    write: (bytes, at) => writeAll(handle, bytes, at),
    read: (at, length, into = Buffer.allocUnsafeSlow(length)) => readAll(handle, at, length, into),
    truncate: (size) => handle.truncate(size),
    // The time of the last write may be lost, the size may not: that is all that fdatasync leaves out.
    sync: () => handle.datasync(),
    close: () => handle.close(),
  };
}

async function writeAll(handle: FileHandle, bytes: Uint8Array, at: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, at + done);
    done += bytesWritten;
  }
}

async function readAll(handle: FileHandle, at: number, length: number, bytes: Uint8Array): Promise<Uint8Array> {
  let read = 0;
  while (read < length) {
    const { bytesRead } = await handle.read(bytes, read, length - read, at + read);
    if (bytesRead === 0) break;
    read += bytesRead;
  }
  return bytes.subarray(0, read);
}

/** Windows (first four) and some network shares have no such thing for folders. */
const folderSyncUnsupported = new Set([
  ...(process.platform === 'win32' ? ['EISDIR', 'EPERM', 'EACCES', 'EBADF'] : []),
  'EINVAL',
  'ENOTSUP',
  'ENOSYS',
]);

async function syncFolder(folder: string): Promise<void> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(folder, 'r');
    await handle.sync();
  } catch (error) {
    if (!folderSyncUnsupported.has(codeOf(error))) throw error;
  } finally {
    await handle?.close();
  }
}

/** The system's code of an error, e.g. `ENOSPC`; empty without one. */
export function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? '';
}

async function unlessAbsent<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}
