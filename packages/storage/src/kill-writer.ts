// A process for kill.test.ts that stores, uploads and deletes without end, and tells of each step before and after it.
// Arguments: folder, volume id, seed, and one JSON of the keys that are stored already.
import { writeSync } from 'node:fs';
import process from 'node:process';
import { openDiskVolume } from './disk.ts';
import { bytesOf, expectedOf, piecesOf, seededRandom } from './seeded-content.ts';

/** Each key has one content for ever, so that whoever reads it knows what it has to be. */
export const contentOf = (index: number): Buffer => bytesOf(index, (index * 7919) % 200_000);
export const keyOf = (index: number): string => `kill/${index}.mp4`;
export const keyCount = 30;
const workers = 3;

/** A line of the child: before a step (`start`) and after it (`done`). */
export type Told = { at: 'start' | 'done'; step: 'store' | 'append' | 'delete'; index: number; offset: number };

const tell = (told: Told): void => void writeSync(1, `${JSON.stringify(told)}\n`);

if (process.argv[1] === import.meta.filename) {
  const [, , folder = '', id = '', seed = '0', stored = '[]'] = process.argv;
  const store = openDiskVolume({ folder, id });
  const isStored = new Set(JSON.parse(stored) as number[]);
  await Promise.all(Array.from({ length: workers }, (_, worker) => work(worker, seededRandom(Number(seed) * workers + worker))));

  async function work(worker: number, random: () => number): Promise<void> {
    for (;;) {
      const index = worker + workers * Math.floor((random() * keyCount) / workers);
      if (isStored.has(index)) await remove(index);
      else if (random() < 0.4) await put(index);
      else await upload(index, random);
    }
  }

  async function remove(index: number): Promise<void> {
    tell({ at: 'start', step: 'delete', index, offset: 0 });
    await store.delete(keyOf(index));
    isStored.delete(index);
    tell({ at: 'done', step: 'delete', index, offset: 0 });
  }

  async function put(index: number): Promise<void> {
    const bytes = contentOf(index);
    tell({ at: 'start', step: 'store', index, offset: 0 });
    await store.put(keyOf(index), piecesOf(bytes, 20_000), expectedOf(bytes));
    await store.abort(keyOf(index));
    isStored.add(index);
    tell({ at: 'done', step: 'store', index, offset: 0 });
  }

  async function upload(index: number, random: () => number): Promise<void> {
    const bytes = contentOf(index);
    tell({ at: 'start', step: 'store', index, offset: 0 });
    let { offset } = await store.begin(keyOf(index), expectedOf(bytes));
    while (offset < bytes.length) {
      const end = offset + 1 + Math.floor(random() * 60_000);
      offset = await store.append(keyOf(index), offset, piecesOf(bytes.subarray(offset, end), 20_000));
      tell({ at: 'done', step: 'append', index, offset });
    }
    await store.finish(keyOf(index));
    isStored.add(index);
    tell({ at: 'done', step: 'store', index, offset: 0 });
  }
}
