// A disk in memory that tests hold in their hand: it fills up, refuses, is killed at an operation, and loses power.
import { basename, dirname } from 'node:path';
import type { RecordDisk, RecordFile } from './disk.ts';

export type FakeDisk = RecordDisk & {
  /** Bytes of content by path. */
  content(path: string): Uint8Array | undefined;
  /** All files, with their folders. */
  paths(): string[];
  capacityBytes: number;
  /** Below this folder there is no space for content; it is a disk of its own. */
  fullFolder: string | undefined;
  /** Every operation fails with this code; `undefined`: all is well again. */
  refusal: string | undefined;
  /** No operation from this one on (counted from 1) is done, a write by half: the process is dead. */
  killAt: number;
  readonly operations: number;
  /** Of all content, over all life. */
  readonly writtenBytes: number;
  /** Keeps what was synced; of the rest, `random` decides what reached the disk. Operations are done again. */
  losePower(random: () => number): void;
  /** The process is gone, the machine is not: operations are done again. */
  restart(): void;
};

export class Killed extends Error {
  override name = 'Killed';
}

type Inode = { bytes: Uint8Array; size: number; safeSize: number };

/** An empty disk. Folders need not be made. */
export function createFakeDisk(capacityBytes = 2 ** 30): FakeDisk {
  let names = new Map<string, Inode>();
  let safeNames = new Map<string, Inode>();
  let operations = 0;
  let life = 0;
  let writtenBytes = 0;
  const used = (): number => [...new Set(names.values())].reduce((sum, { size }) => sum + size, 0);

  const step = (born: number): void => {
    if (born !== life) throw new Killed('of an earlier life');
    if (++operations >= disk.killAt) throw new Killed(`operation ${operations}`);
    if (disk.refusal !== undefined) throw Object.assign(new Error(disk.refusal), { code: disk.refusal });
  };
  const put = (path: string, inode: Inode, bytes: Uint8Array, at: number): void => {
    const isFull = disk.fullFolder !== undefined && path.startsWith(disk.fullFolder);
    const room = isFull ? bytes.length / 2 : disk.capacityBytes - used() + Math.max(0, inode.size - at);
    const fitting = bytes.subarray(0, Math.max(0, room));
    const end = at + fitting.length;
    if (end > inode.bytes.length) {
      const grown = new Uint8Array(end * 2);
      grown.set(inode.bytes.subarray(0, inode.size));
      inode.bytes = grown;
    }
    inode.bytes.set(fitting, at);
    inode.size = Math.max(inode.size, end);
    writtenBytes += fitting.length;
    if (fitting.length < bytes.length) throw Object.assign(new Error('the disk is full'), { code: 'ENOSPC' });
  };
  const fileOf = (path: string, inode: Inode, born: number): RecordFile => ({
    async size() {
      step(born);
      return inode.size;
    },
    async write(bytes, at) {
      if (born === life && operations + 1 === disk.killAt) put(path, inode, bytes.subarray(0, bytes.length / 2), at);
      step(born);
      put(path, inode, bytes, at);
    },
    async read(at, length) {
      step(born);
      return inode.bytes.slice(Math.min(at, inode.size), Math.min(inode.size, at + length));
    },
    async truncate(size) {
      step(born);
      inode.size = size;
      inode.safeSize = Math.min(inode.safeSize, size);
    },
    async sync() {
      step(born);
      inode.safeSize = inode.size;
    },
    close: async () => {},
  });
  const disk: FakeDisk = {
    capacityBytes,
    fullFolder: undefined,
    refusal: undefined,
    killAt: Infinity,
    get operations() {
      return operations;
    },
    get writtenBytes() {
      return writtenBytes;
    },
    content(path) {
      const inode = names.get(path);
      return inode && inode.bytes.slice(0, inode.size);
    },
    paths: () => [...names.keys()],
    restart() {
      disk.killAt = Infinity;
      life += 1;
    },
    losePower(random) {
      disk.restart();
      for (const path of new Set([...names.keys(), ...safeNames.keys()])) {
        const [now, safe] = [names.get(path), safeNames.get(path)];
        if (now === safe || random() < 0.5) continue;
        if (safe === undefined) names.delete(path);
        else names.set(path, safe);
      }
      safeNames = new Map(names);
      for (const inode of new Set(names.values())) loseTail(inode, random());
    },
    async create(path) {
      step(life);
      if (names.has(path)) throw Object.assign(new Error(`${path} exists`), { code: 'EEXIST' });
      const inode = { bytes: new Uint8Array(0), size: 0, safeSize: 0 };
      names.set(path, inode);
      return fileOf(path, inode, life);
    },
    async open(path) {
      step(life);
      const inode = names.get(path);
      return inode && fileOf(path, inode, life);
    },
    async readText(path) {
      step(life);
      const inode = names.get(path);
      return inode && new TextDecoder().decode(inode.bytes.subarray(0, inode.size));
    },
    async names(folder) {
      step(life);
      return [...names.keys()].filter((path) => dirname(path) === folder).map((path) => basename(path));
    },
    async rename(from, to) {
      step(life);
      const inode = names.get(from);
      if (inode === undefined) throw Object.assign(new Error(`${from} is missing`), { code: 'ENOENT' });
      names.delete(from);
      names.set(to, inode);
    },
    async remove(path) {
      step(life);
      names.delete(path);
    },
    async makeFolder() {
      step(life);
    },
    async syncFolder(folder) {
      step(life);
      safeNames = new Map([
        ...[...safeNames].filter(([path]) => dirname(path) !== folder),
        ...[...names].filter(([path]) => dirname(path) === folder),
      ]);
    },
    async space() {
      step(life);
      return { totalBytes: disk.capacityBytes, freeBytes: disk.capacityBytes - used() };
    },
  };
  return disk;
}

/** What a journalling file system may leave of bytes that were not synced: none, zeros in their place, or the bytes. */
function loseTail(inode: Inode, chance: number): void {
  if (chance < 0.4) inode.size = inode.safeSize;
  else if (chance < 0.7) inode.bytes.fill(0, inode.safeSize, inode.size);
  inode.safeSize = inode.size;
}
