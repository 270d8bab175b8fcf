// Where recordings are kept: volumes, groups of volumes, and the rules of retention.
export * from './disk.ts';
export { type Trouble, troubleOf } from './faults.ts';
export * from './group.ts';
export { checkKey, isKey, maxKeyLength } from './key.ts';
export { createMemoryVolume } from './memory.ts';
export type { MemoryDisk } from './memory-disk.ts';
export * from './range.ts';
export * from './retention.ts';
export * from './store.ts';
