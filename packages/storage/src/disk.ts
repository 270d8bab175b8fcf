// A volume in a folder of this machine. Bytes go to a file without a key, are checked and synced, and get their key by one
// link; the folder is synced before anything is acknowledged. So kill -9 and loss of power leave an object whole or absent.
import { resolve } from 'node:path';
import { AppError } from '@lubo/contract';
import { checkExpected, startChecksum } from './checksum.ts';
import { type DiskFiles, nodeFiles } from './disk-files.ts';
import { type DiskLayout, layoutOf, newDraftName, newPartName } from './disk-layout.ts';
import { limitOpenFiles } from './disk-limit.ts';
import { markVolume, requireVolume } from './disk-marker.ts';
import { type DiskObjects, diskObjects, receive } from './disk-objects.ts';
import { diskUploads } from './disk-uploads.ts';
import { storageFailed, troubleOf } from './faults.ts';
import { checkKey, checkPrefix } from './key.ts';
import type { Content, Expected, Health, Store, StoredObject } from './store.ts';

/** `id` is what initDiskVolume answered. `maxOpenFiles`: 1,000 unless told. `files`: the machine's unless told. */
export type DiskVolumeOptions = { folder: string; id: string; maxOpenFiles?: number; files?: DiskFiles };

/**
 * Makes a folder a volume, or finds that it is one, and answers the volume's id. Only for an operator's wish: a disk that
 * is not mounted would be made anew. The folder above has to be there. Rejects with `storage-away`, `-full`, `-failed`.
 */
export function initDiskVolume(folder: string, files: DiskFiles = nodeFiles): Promise<string> {
  return markVolume(files, layoutOf(resolve(folder)));
}

/** The volume `id` in `folder`; may be away now and come later. Touches nothing until it is used. */
export function openDiskVolume({ folder, id, maxOpenFiles = 1000, files: allFiles = nodeFiles }: DiskVolumeOptions): Store {
  const layout = layoutOf(resolve(folder));
  const files = limitOpenFiles(allFiles, maxOpenFiles);
  const objects = diskObjects(files, layout);
  const uploads = diskUploads(files, layout, objects);
  const puts = new Set<string>();
  const present = (): Promise<void> => requireVolume(files, layout, id);

  return {
    id,
    async put(key, content, expected) {
      checkKey(key);
      checkExpected(expected);
      await present();
      const stored = await objects.settle(key, expected);
      if (stored !== undefined) return stored;
      const part = newPartName();
      puts.add(part);
      return putPart(files, objects, layout.part(part), { key, content, expected }).finally(() => puts.delete(part));
    },
    async begin(key, expected) {
      checkKey(key);
      checkExpected(expected);
      await present();
      return uploads.begin(key, expected);
    },
    async append(key, offset, content) {
      checkKey(key);
      await present();
      return uploads.append(key, offset, content);
    },
    async finish(key) {
      checkKey(key);
      await present();
      return uploads.finish(key);
    },
    async abort(key) {
      checkKey(key);
      await present();
      await uploads.abort(key);
    },
    async uploadOf(key) {
      checkKey(key);
      return present().then(() => uploads.uploadOf(key));
    },
    uploads: () => present().then(uploads.uploads),
    sweep: (before) => present().then(() => uploads.sweep(before, (part) => puts.has(part))),
    async get(key, range) {
      checkKey(key);
      try {
        return await objects.get(key, range);
      } catch (error) {
        if (error instanceof AppError && error.code === 'object-not-found') await present();
        throw error;
      }
    },
    async head(key) {
      checkKey(key);
      const object = await objects.head(key);
      if (object === undefined) await present();
      return object;
    },
    async delete(key) {
      checkKey(key);
      await present();
      return objects.delete(key);
    },
    async list({ prefix, after, limit }) {
      checkPrefix(prefix);
      if (after !== undefined) checkKey(after);
      if (!Number.isInteger(limit) || limit < 1 || limit > 1000) throw new AppError('invalid', 'limit-invalid', 'limit is 1 to 1,000');
      const page = await objects.list(prefix, after, limit);
      // A disk that goes away in between looks like a shorter list.
      await present();
      return page;
    },
    space: () => present().then(() => files.space(layout.folder)),
    check: () => checkHealth(files, layout, present),
  };
}

type Put = { key: string; content: Content; expected: Expected };

async function putPart(files: DiskFiles, objects: DiskObjects, path: string, { key, content, expected }: Put): Promise<StoredObject> {
  const file = await files.create(path);
  const sum = startChecksum();
  try {
    try {
      await receive(file, content, { at: 0 }, expected, sum);
      sum.compare(expected);
      await file.sync();
    } finally {
      await file.close();
    }
    return await objects.publish(path, key, expected);
  } catch (error) {
    // What can't be removed now goes with the next sweep.
    await files.remove(path).catch(() => false);
    throw error;
  }
}

async function checkHealth(files: DiskFiles, layout: DiskLayout, present: () => Promise<void>): Promise<Health> {
  let space: { totalBytes: number | undefined; freeBytes: number | undefined } = { totalBytes: undefined, freeBytes: undefined };
  try {
    await present();
    space = await files.space(layout.folder);
    await probe(files, layout.part(newDraftName()));
    return { state: 'ready', detail: 'written and read back', ...space };
  } catch (error) {
    return { state: troubleOf(error) ?? 'failed', detail: error instanceof Error ? error.message : 'unknown fault', ...space };
  }
}

/** Rejects unless a few bytes can be written, synced, read back and removed. */
async function probe(files: DiskFiles, path: string): Promise<void> {
  const file = await files.create(path);
  try {
    const sent = Buffer.alloc(4096, path);
    const back = Buffer.alloc(4096);
    await file.write(sent, 0);
    await file.sync();
    await file.read(back, 0);
    if (!sent.equals(back)) throw storageFailed('other bytes came back than were written');
  } finally {
    await file.close();
    await files.remove(path);
  }
}
