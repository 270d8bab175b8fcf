// Uploads under way on a volume in a folder. An upload is a small file with what was announced (named by the key) and a
// file with the bytes so far (named by chance, so that a writer left over from a given-up upload reaches nothing new).
import { AppError } from '@lubo/contract';
import { type Checksum, startChecksum } from './checksum.ts';
import { type Announced, announcedKeys, diskAnnouncements } from './disk-announcements.ts';
import type { DiskFile, DiskFiles } from './disk-files.ts';
import type { DiskLayout } from './disk-layout.ts';
import { type DiskObjects, checksumOf, receive } from './disk-objects.ts';
import { offsetMismatch, uploadBusy, uploadDiffers, uploadIncomplete, uploadNotFound } from './faults.ts';
import { keepRecent } from './recent.ts';
import type { Content, Expected, StoredObject, Upload } from './store.ts';

/** As the methods of Store; keys, expectations and the volume's presence are checked by the caller. */
export type DiskUploads = {
  begin(key: string, expected: Expected): Promise<Upload>;
  append(key: string, offset: number, content: Content): Promise<number>;
  finish(key: string): Promise<StoredObject>;
  abort(key: string): Promise<void>;
  uploadOf(key: string): Promise<Upload | undefined>;
  uploads(): Promise<Upload[]>;
  sweep(before: Date, isInUse: (part: string) => boolean): Promise<string[]>;
};

/** The uploads in `layout`. */
export function diskUploads(files: DiskFiles, layout: DiskLayout, objects: DiskObjects): DiskUploads {
  const announcements = diskAnnouncements(files, layout);
  const busy = new Set<string>();
  /** Checksums of what this process has written, by part; without one the bytes are read again at the end. */
  const sums = keepRecent<Checksum>(256);

  async function alone<T>(key: string, work: () => Promise<T>): Promise<T> {
    if (busy.has(key)) throw uploadBusy(key);
    busy.add(key);
    try {
      return await work();
    } finally {
      busy.delete(key);
    }
  }

  async function begin(key: string, expected: Expected): Promise<Upload> {
    const stored = await objects.settle(key, expected);
    if (stored !== undefined) {
      const { modified } = stored;
      return { key, size: expected.size, sha256: expected.sha256, offset: expected.size, isStored: true, modified };
    }
    const found = await announcements.readOrMake(key, expected);
    if (found === undefined) throw uploadNotFound(key);
    if (found.size !== expected.size || found.sha256 !== expected.sha256) throw uploadDiffers(key);
    await files.syncFolder(layout.partial);
    return stateOf(found);
  }

  async function stateOf({ key, size, sha256, part }: Announced): Promise<Upload> {
    const bytes = await files.facts(layout.part(part));
    const { modifiedNanos } = bytes ?? (await files.facts(layout.upload(key))) ?? { modifiedNanos: 0n };
    return { key, size, sha256, offset: bytes?.size ?? 0, isStored: false, modified: dateOf(modifiedNanos) };
  }

  async function uploadOf(key: string): Promise<Upload | undefined> {
    const found = await announcements.read(key);
    return found === undefined || (await objects.head(key)) !== undefined ? undefined : stateOf(found);
  }

  async function openPart({ part }: Announced): Promise<DiskFile> {
    const present = await files.open(layout.part(part), 'write');
    if (present !== undefined) return present;
    const file = await files.create(layout.part(part));
    await files.syncFolder(layout.partial);
    return file;
  }

  const append = (key: string, offset: number, content: Content): Promise<number> =>
    alone(key, async () => {
      const found = await announcements.read(key);
      if (found === undefined) throw uploadNotFound(key);
      const file = await openPart(found);
      try {
        const { size } = await file.facts();
        if (size !== offset) throw offsetMismatch(key, offset, size);
        return await write(file, found, offset, content);
      } finally {
        await file.close();
      }
    });

  async function write(file: DiskFile, found: Announced, offset: number, content: Content): Promise<number> {
    const known = offset === 0 ? startChecksum() : sums.get(found.part);
    const sum = known?.size === offset ? known : undefined;
    const progress = { at: offset };
    sums.delete(found.part);
    try {
      await receive(file, content, progress, found, sum);
    } catch (error) {
      // A failed write may have left some of its bytes behind.
      await file.truncate(progress.at);
      throw error;
    } finally {
      if (progress.at > offset) await syncOrTakeBack(file, offset);
      if (sum !== undefined) sums.set(found.part, sum);
    }
    return progress.at;
  }

  const finish = (key: string): Promise<StoredObject> =>
    alone(key, async () => {
      const found = await announcements.read(key);
      const stored = found === undefined ? await objects.head(key) : undefined;
      if (stored !== undefined) await objects.confirm(key);
      if (stored !== undefined) return stored;
      if (found === undefined) throw uploadNotFound(key);
      return complete(found);
    });

  async function complete(found: Announced): Promise<StoredObject> {
    const { key, part } = found;
    try {
      const object = (await objects.settle(key, found)) ?? (await objects.publish(await checkedPart(found), key, found));
      await giveUp(key, part);
      return object;
    } catch (error) {
      if (isHopeless(error)) await giveUp(key, part);
      throw error;
    }
  }

  /** The path of the upload's bytes, which are complete, right and synced. */
  async function checkedPart(found: Announced): Promise<string> {
    const path = layout.part(found.part);
    const file = await files.open(path, 'write');
    if (file === undefined) throw uploadIncomplete(found.key, 0, found.size);
    try {
      const { size } = await file.facts();
      if (size !== found.size) throw uploadIncomplete(found.key, size, found.size);
      const known = found.size === 0 ? startChecksum() : sums.get(found.part);
      const sum = known?.size === size ? known : await checksumOf(file);
      sums.delete(found.part);
      sum.compare(found);
      await file.sync();
    } finally {
      await file.close();
    }
    return path;
  }

  async function giveUp(key: string, part: string | undefined): Promise<void> {
    await announcements.remove(key);
    if (part !== undefined) await files.remove(layout.part(part));
    if (part !== undefined) sums.delete(part);
    await files.syncFolder(layout.partial);
  }

  const abort = (key: string): Promise<void> => alone(key, async () => giveUp(key, (await announcements.read(key))?.part));

  async function uploads(): Promise<Upload[]> {
    const names = (await files.names(layout.partial)) ?? [];
    const found: Upload[] = [];
    for (const key of announcedKeys(names)) {
      const upload = await uploadOf(key);
      if (upload !== undefined) found.push(upload);
    }
    return found;
  }

  async function sweep(before: Date, isInUse: (part: string) => boolean): Promise<string[]> {
    const names = (await files.names(layout.partial)) ?? [];
    const kept = new Set<string>();
    const gone: string[] = [];
    for (const key of announcedKeys(names)) {
      const found = await announcements.read(key);
      const isFresh = found !== undefined && (await stateOf(found)).modified >= before;
      if (isFresh || busy.has(key)) {
        if (found !== undefined) kept.add(found.part);
        continue;
      }
      if ((await objects.head(key)) === undefined) gone.push(key);
      await alone(key, () => giveUp(key, found?.part));
    }
    for (const name of names) {
      if (!/\.(part|tmp)$/.test(name) || kept.has(name) || isInUse(name)) continue;
      const facts = await files.facts(layout.part(name));
      if (facts !== undefined && dateOf(facts.modifiedNanos) < before) await files.remove(layout.part(name));
    }
    return gone;
  }

  return { begin, append, finish, abort, uploadOf, uploads, sweep };
}

/** After a failed sync nobody knows which bytes are on the disk, and a second sync would not tell: they have to come again. */
async function syncOrTakeBack(file: DiskFile, offset: number): Promise<void> {
  try {
    await file.sync();
  } catch (error) {
    await file.truncate(offset);
    throw error;
  }
}

/** Whether no further byte or try can make an upload succeed. */
function isHopeless(error: unknown): boolean {
  return error instanceof AppError && (error.code === 'checksum-mismatch' || error.code === 'key-taken');
}

const dateOf = (nanos: bigint): Date => new Date(Number(nanos / 1_000_000n));
