// A volume in memory for tests: the disk driver itself on a disk that tests hold in their hand.
import { initDiskVolume, openDiskVolume } from './disk.ts';
import { type MemoryDisk, createMemoryDisk } from './memory-disk.ts';
import type { Store } from './store.ts';

/** A new empty volume (64 MiB unless told) and its disk, which can be unmounted. */
export async function createMemoryVolume(options: { capacityBytes?: number; maxOpenFiles?: number } = {}): Promise<{ store: Store; disk: MemoryDisk }> {
  const { capacityBytes, maxOpenFiles } = options;
  const disk = createMemoryDisk(capacityBytes);
  const id = await initDiskVolume(disk.root, disk);
  return { disk, store: openDiskVolume({ folder: disk.root, id, files: disk, ...(maxOpenFiles === undefined ? {} : { maxOpenFiles }) }) };
}
