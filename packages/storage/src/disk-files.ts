// The file system as the disk driver sees it: few operations, absent files as values, faults as the contract's AppError.
import { constants } from 'node:fs';
import { type FileHandle, link, mkdir, open, readFile, readdir, rename, rm, stat, statfs } from 'node:fs/promises';
import process from 'node:process';
import { AppError } from '@lubo/contract';
import { storageAway, storageFailed, storageFull } from './faults.ts';

/** Size in bytes and last write in nanoseconds since 1970. */
export type FileFacts = { size: number; modifiedNanos: bigint };

/** One open file. */
export type DiskFile = {
  facts(): Promise<FileFacts>;
  /** Writes all of `bytes` at byte `at`. */
  write(bytes: Uint8Array, at: number): Promise<void>;
  /** Fills `into` from byte `at`; answers how many bytes there were, 0 at the end. */
  read(into: Uint8Array, at: number): Promise<number>;
  truncate(size: number): Promise<void>;
  /** Resolves when what was written outlives a loss of power. */
  sync(): Promise<void>;
  close(): Promise<void>;
};

/** A file system; all paths are absolute. Rejects with `storage-full`, `storage-away` (a folder is missing too) or `storage-failed`. */
export type DiskFiles = {
  /** A new file, open for writing; its folder must be there. */
  create(path: string): Promise<DiskFile>;
  /** `undefined` if there is none. */
  open(path: string, mode: 'read' | 'write'): Promise<DiskFile | undefined>;
  facts(path: string): Promise<FileFacts | undefined>;
  readText(path: string): Promise<string | undefined>;
  /** Gives the file a second name unless that is taken; both are the same file. */
  link(from: string, to: string): Promise<'done' | 'taken'>;
  /** Whether there was one. */
  remove(path: string): Promise<boolean>;
  /** No harm if it is there; the folder above must be there. */
  makeFolder(path: string): Promise<void>;
  /** `undefined` if the folder is not there. */
  names(folder: string): Promise<string[] | undefined>;
  /** Resolves when names made and removed in the folder outlive a loss of power. */
  syncFolder(folder: string): Promise<void>;
  space(folder: string): Promise<{ totalBytes: number; freeBytes: number }>;
};

/** The machine's file system. */
export const nodeFiles: DiskFiles = {
  create: async (path) => diskFile(await orFault(open(path, 'wx+', 0o640))),
  async open(path, mode) {
    const handle = await orAbsent(open(path, mode === 'read' ? constants.O_RDONLY : constants.O_RDWR));
    return handle && diskFile(handle);
  },
  async facts(path) {
    const found = await orAbsent(stat(path, { bigint: true }));
    return found && { size: Number(found.size), modifiedNanos: found.mtimeNs };
  },
  readText: (path) => orAbsent(readFile(path, 'utf8')),
  link: linkOrRename,
  remove: async (path) => (await orAbsent(rm(path).then(() => true))) ?? false,
  makeFolder: (path) => orFault(mkdir(path, 0o750).catch(passExisting)),
  names: (folder) => orAbsent(readdir(folder)),
  syncFolder: (folder) => orFault(syncFolder(folder)),
  async space(folder) {
    const { bsize, blocks, bavail } = await orFault(statfs(folder));
    return { totalBytes: bsize * blocks, freeBytes: bsize * bavail };
  },
};

function diskFile(handle: FileHandle): DiskFile {
  return {
    async facts() {
      const { size, mtimeNs } = await orFault(handle.stat({ bigint: true }));
      return { size: Number(size), modifiedNanos: mtimeNs };
    },
    write: (bytes, at) => orFault(writeAll(handle, bytes, at)),
    read: async (into, at) => (await orFault(handle.read(into, 0, into.length, at))).bytesRead,
    truncate: (size) => orFault(handle.truncate(size)),
    sync: () => orFault(handle.sync()),
    close: () => orFault(handle.close()),
  };
}

async function writeAll(handle: FileHandle, bytes: Uint8Array, at: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, at + done);
    done += bytesWritten;
  }
}

/** File systems without hard links (exFAT, some network shares) get a rename, which is safe there for one process only. */
async function linkOrRename(from: string, to: string): Promise<'done' | 'taken'> {
  try {
    await link(from, to);
    return 'done';
  } catch (error) {
    const code = codeOf(error);
    if (code === 'EEXIST') return 'taken';
    if (!linkUnsupported.has(code)) throw faultOf(error);
    if ((await orAbsent(stat(to))) !== undefined) return 'taken';
    await orFault(rename(from, to));
    return 'done';
  }
}

const linkUnsupported = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EISDIR', 'EINVAL', 'UNKNOWN']);

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

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? '';

function passExisting(error: unknown): undefined {
  if (codeOf(error) !== 'EEXIST') throw error;
}

async function orFault<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw faultOf(error);
  }
}

async function orAbsent<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw faultOf(error);
  }
}

const fullCodes = new Set(['ENOSPC', 'EDQUOT']);
const awayCodes = new Set(['ENOENT', 'ENOTDIR', 'ENODEV', 'ENXIO', 'ESTALE', 'ENOTCONN', 'EHOSTDOWN', 'EHOSTUNREACH', 'ETIMEDOUT']);

function faultOf(error: unknown): AppError {
  if (error instanceof AppError) return error;
  const code = codeOf(error);
  if (fullCodes.has(code)) return storageFull('the disk is full', error);
  if (awayCodes.has(code)) return storageAway(`the disk is not there (${code})`, error);
  return storageFailed(`the disk refuses (${code === '' ? 'unknown fault' : code})`, error);
}
