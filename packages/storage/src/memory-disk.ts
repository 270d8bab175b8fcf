// A disk in memory that tests hold in their hand: it fills up, is unmounted, and loses power, forgetting what was not synced.
import { basename, dirname, resolve } from 'node:path';
import type { DiskFile, DiskFiles, FileFacts } from './disk-files.ts';
import { storageAway, storageFull } from './faults.ts';

/** A file system whose only folder at first is `root`. */
export type MemoryDisk = DiskFiles & {
  readonly root: string;
  /** Leaves an empty `root` until `mount`. */
  unmount(): void;
  mount(): void;
  /** Keeps what was synced; of the rest, `random` (numbers in [0, 1)) decides what reached the disk. */
  losePower(random: () => number): void;
};

type Inode = { bytes: Uint8Array; size: number; safeSize: number; modifiedNanos: bigint; names: number };
type Entries = Map<string, Inode | 'folder'>;
/** Folders by path; `safe` is what outlives a loss of power. */
type Folders = Map<string, { entries: Entries; safe: Entries }>;

/** An empty disk of `capacityBytes` (content only). */
export function createMemoryDisk(capacityBytes = 64 * 1024 * 1024): MemoryDisk {
  const root = resolve('/volume');
  const newFolders = (): Folders => new Map([[root, { entries: new Map(), safe: new Map() }], [dirname(root), { entries: new Map(), safe: new Map() }]]);
  const mounted = newFolders();
  let folders = mounted;
  let used = 0;
  let tick = 0n;

  const nowNanos = (): bigint => BigInt(Date.now()) * 1_000_000n + (++tick % 1_000_000n);
  const entriesOf = (path: string): Entries | undefined => folders.get(dirname(path))?.entries;
  const inodeOf = (path: string): Inode | undefined => {
    const found = entriesOf(path)?.get(basename(path));
    return found === 'folder' ? undefined : found;
  };
  const entriesToChange = (path: string): Entries => {
    const entries = entriesOf(path);
    if (entries === undefined) throw storageAway('a folder is missing');
    return entries;
  };

  function resize(inode: Inode, size: number): void {
    if (inode.names > 0) used += size - inode.size;
    if (size < inode.size) inode.bytes.fill(0, size, inode.size);
    inode.size = size;
    inode.safeSize = Math.min(inode.safeSize, size);
    inode.modifiedNanos = nowNanos();
  }

  function writeInto(inode: Inode, bytes: Uint8Array, at: number): void {
    const room = capacityBytes - used + Math.max(0, inode.size - at);
    const fitting = bytes.subarray(0, Math.max(0, room));
    const end = at + fitting.length;
    if (end > inode.bytes.length) {
      const grown = new Uint8Array(Math.max(end, inode.bytes.length * 2));
      grown.set(inode.bytes.subarray(0, inode.size));
      inode.bytes = grown;
    }
    if (end > inode.size) resize(inode, end);
    inode.bytes.set(fitting, at);
    if (fitting.length < bytes.length) throw storageFull('the disk is full');
  }

  const openInode = (inode: Inode): DiskFile => ({
    facts: async () => factsOf(inode),
    write: async (bytes, at) => writeInto(inode, bytes, at),
    async read(into, at) {
      const found = inode.bytes.subarray(Math.min(at, inode.size), Math.min(inode.size, at + into.length));
      into.set(found);
      return found.length;
    },
    truncate: async (size) => resize(inode, size),
    sync: async () => void (inode.safeSize = inode.size),
    close: async () => {},
  });

  function losePower(random: () => number): void {
    used = 0;
    for (const folder of mounted.values()) {
      for (const name of new Set([...folder.entries.keys(), ...folder.safe.keys()])) {
        if (folder.entries.get(name) !== folder.safe.get(name) && random() < 0.5) restore(folder.entries, name, folder.safe.get(name));
      }
      folder.safe = new Map(folder.entries);
    }
    for (const path of mounted.keys()) if (!isReachable(mounted, path, root)) mounted.delete(path);
    const inodes: Inode[] = [];
    for (const { entries } of mounted.values()) for (const entry of entries.values()) if (entry !== 'folder') inodes.push(entry);
    for (const inode of new Set(inodes)) {
      inode.names = inodes.filter((each) => each === inode).length;
      loseTail(inode, random());
      used += inode.size;
    }
  }

  return {
    root,
    unmount: () => void (folders = newFolders()),
    mount: () => void (folders = mounted),
    losePower,
    async create(path) {
      const inode: Inode = { bytes: new Uint8Array(0), size: 0, safeSize: 0, modifiedNanos: nowNanos(), names: 1 };
      entriesToChange(path).set(basename(path), inode);
      return openInode(inode);
    },
    async open(path) {
      const inode = inodeOf(path);
      return inode && openInode(inode);
    },
    async facts(path) {
      const inode = inodeOf(path);
      return inode && factsOf(inode);
    },
    async readText(path) {
      const inode = inodeOf(path);
      return inode && new TextDecoder().decode(inode.bytes.subarray(0, inode.size));
    },
    async link(from, to) {
      const inode = inodeOf(from);
      const entries = entriesToChange(to);
      if (inode === undefined) throw storageAway('the file is missing');
      if (entries.has(basename(to))) return 'taken';
      entries.set(basename(to), inode);
      inode.names++;
      return 'done';
    },
    async remove(path) {
      const inode = inodeOf(path);
      if (inode === undefined) return false;
      entriesToChange(path).delete(basename(path));
      if (--inode.names === 0) used -= inode.size;
      return true;
    },
    async makeFolder(path) {
      if (folders.has(path)) return;
      entriesToChange(path).set(basename(path), 'folder');
      folders.set(path, { entries: new Map(), safe: new Map() });
    },
    names: async (folder) => (folders.has(folder) ? [...(folders.get(folder)?.entries.keys() ?? [])] : undefined),
    async syncFolder(path) {
      const folder = folders.get(path);
      if (folder === undefined) throw storageAway('a folder is missing');
      folder.safe = new Map(folder.entries);
    },
    space: async () => ({ totalBytes: capacityBytes, freeBytes: capacityBytes - used }),
  };
}

const factsOf = ({ size, modifiedNanos }: Inode): FileFacts => ({ size, modifiedNanos });

function restore(entries: Entries, name: string, entry: Inode | 'folder' | undefined): void {
  if (entry === undefined) entries.delete(name);
  else entries.set(name, entry);
}

function isReachable(folders: Folders, path: string, root: string): boolean {
  if (path === root || path === dirname(root)) return true;
  return folders.get(dirname(path))?.entries.get(basename(path)) === 'folder' && isReachable(folders, dirname(path), root);
}

/** What a journalling file system may leave of bytes that were not synced: none, zeros in their place, or the bytes. */
function loseTail(inode: Inode, chance: number): void {
  if (chance < 0.4) inode.size = inode.safeSize;
  else if (chance < 0.7) inode.bytes.fill(0, inode.safeSize, inode.size);
  inode.safeSize = inode.size;
}
