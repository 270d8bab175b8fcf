// The disk driver killed at every single operation of a story, without and with loss of power.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Killed, breakAt } from './breaking-disk.ts';
import { initDiskVolume, openDiskVolume } from './disk.ts';
import { layoutOf } from './disk-layout.ts';
import { type MemoryDisk, createMemoryDisk } from './memory-disk.ts';
import { bytesOf, expectedOf, keysOf, piecesOf, readAll, seededRandom } from './seeded-content.ts';
import type { Store } from './store.ts';
import { withCode } from './store-under-test.ts';

const contents: Record<string, Buffer> = { put: bytesOf(1, 3000), upload: bytesOf(2, 5000), gone: bytesOf(3, 1000), open: bytesOf(4, 4000) };
const contentOf = (key: string): Buffer => contents[key] ?? Buffer.alloc(0);

/** What the store has acknowledged. */
type Told = { stored: Set<string>; deleted: Set<string>; deleting: Set<string>; offsets: Map<string, number> };

async function tellStory(store: Store, told: Told): Promise<void> {
  const put = async (key: string): Promise<void> => {
    await store.put(key, piecesOf(contentOf(key)), expectedOf(contentOf(key)));
    told.stored.add(key);
  };
  const append = async (key: string, from: number, to: number): Promise<void> => {
    told.offsets.set(key, await store.append(key, from, piecesOf(contentOf(key).subarray(from, to))));
  };
  await put('put');
  await put('gone');
  await store.begin('upload', expectedOf(contentOf('upload')));
  told.offsets.set('upload', 0);
  await append('upload', 0, 2500);
  await append('upload', 2500, 5000);
  told.offsets.delete('upload');
  await store.finish('upload');
  told.stored.add('upload');
  told.deleting.add('gone');
  await store.delete('gone');
  told.deleted.add('gone');
  await store.begin('open', expectedOf(contentOf('open')));
  told.offsets.set('open', 0);
  await append('open', 0, 1500);
  await store.put('put', piecesOf(contentOf('put')), expectedOf(contentOf('put')));
}

/** Runs the story up to operation `last`; answers what was told and how many operations there were. */
async function runUntil(disk: MemoryDisk, id: string, last: number): Promise<{ told: Told; count: number }> {
  const broken = breakAt(disk, last);
  const told: Told = { stored: new Set(), deleted: new Set(), deleting: new Set(), offsets: new Map() };
  try {
    await tellStory(openDiskVolume({ folder: disk.root, id, files: broken.files }), told);
  } catch (error) {
    assert.ok(error instanceof Killed, String(error));
  }
  return { told, count: broken.count() };
}

async function checkKept(store: Store, told: Told): Promise<void> {
  const keys = await keysOf(store);
  for (const key of keys) assert.ok(contentOf(key).equals(await readAll((await store.get(key)).body)), `${key} is not whole`);
  for (const key of told.stored) if (!told.deleting.has(key)) assert.ok(keys.includes(key), `${key} is lost`);
  for (const key of told.deleted) assert.ok(!keys.includes(key), `${key} is back`);
  for (const [key, offset] of told.offsets) {
    if (keys.includes(key)) continue;
    const upload = await store.uploadOf(key);
    assert.ok(upload !== undefined && upload.offset >= offset, `${key} stands at ${upload?.offset}, was told ${offset}`);
  }
}

/** How a gather goes on that knows nothing of what happened: it asks anew, it repeats its last call, or it sends as a whole. */
const ways = ['begin', 'finish', 'put'] as const;
type Way = (typeof ways)[number];

async function complete(store: Store, key: string, way: Way): Promise<void> {
  const bytes = contentOf(key);
  if (way === 'put') return void (await store.put(key, piecesOf(bytes), expectedOf(bytes)));
  if (way === 'finish' && (await store.finish(key).catch(() => undefined)) !== undefined) return;
  const { offset, isStored } = await store.begin(key, expectedOf(bytes));
  if (isStored) return;
  if (offset < bytes.length) await store.append(key, offset, piecesOf(bytes.subarray(offset)));
  await store.finish(key);
}

async function completeAll(store: Store, way: Way): Promise<void> {
  for (const key of Object.keys(contents)) {
    // Bytes that a loss of power spoilt are noticed at the end, and sent anew once.
    await complete(store, key, way).catch(async (error: unknown) => {
      await assert.rejects(Promise.reject(error), withCode('checksum-mismatch'));
      await complete(store, key, way);
    });
    assert.ok(contentOf(key).equals(await readAll((await store.get(key)).body)));
  }
}

type Crash = { last: number; way: Way; /** Of the loss of power with the kill, if any. */ powerSeed?: number; /** Of one later. */ laterSeed: number };

async function crash({ last, way, powerSeed, laterSeed }: Crash): Promise<number> {
  const disk = createMemoryDisk();
  const id = await initDiskVolume(disk.root, disk);
  const { told, count } = await runUntil(disk, id, last);
  if (powerSeed !== undefined) disk.losePower(seededRandom(powerSeed));
  const reopen = (): Store => openDiskVolume({ folder: disk.root, id, files: disk });
  await checkKept(reopen(), told);
  await completeAll(reopen(), way);
  disk.losePower(seededRandom(laterSeed));
  const store = reopen();
  assert.deepEqual((await keysOf(store)).sort(), Object.keys(contents).sort());
  for (const [key, bytes] of Object.entries(contents)) assert.ok(bytes.equals(await readAll((await store.get(key)).body)), `${key} is spoilt later`);
  await store.sweep(new Date(Date.now() + 1_000_000));
  assert.deepEqual(await disk.names(layoutOf(disk.root).partial), []);
  assert.equal((await disk.space(disk.root)).freeBytes, 64 * 1024 * 1024 - usedBytes, 'bytes without a name are left');
  return count;
}

/** What the complete volume holds: its mark, a line with a uuid, and the contents. */
const usedBytes = Object.values(contents).reduce((sum, { length }) => sum + length, JSON.stringify({ format: 1, id: 'x'.repeat(36) }).length + 1);

describe('a volume whose process is killed', async () => {
  const operations = await crash({ last: Infinity, way: 'begin', laterSeed: 1 });

  it('is told a story of many operations', () => assert.ok(operations > 80, String(operations)));

  it('keeps what was told, wherever the kill comes', async () => {
    for (const story of storiesOf(operations)) await labelled(story);
  });

  it('keeps what was told, wherever the power goes', async () => {
    for (const story of storiesOf(operations)) await labelled({ ...story, powerSeed: story.laterSeed + 50_000 });
  });

  it('can be made a volume again, wherever its making was cut', async () => {
    for (let round = 0; round < 400; round++) {
      const last = 1 + (round % 40);
      const disk = createMemoryDisk();
      await initDiskVolume(disk.root, breakAt(disk, last).files).catch((error: unknown) => assert.ok(error instanceof Killed));
      if (round < 200) disk.losePower(seededRandom(round));
      const id = await initDiskVolume(disk.root, disk);
      disk.losePower(seededRandom(round + 1000));
      assert.equal(await initDiskVolume(disk.root, disk), id);
      await completeAll(openDiskVolume({ folder: disk.root, id, files: disk }), 'begin');
    }
  });
});

/** Every operation, gone on from in every way, with a few losses of power each. */
function* storiesOf(operations: number): Generator<Crash> {
  for (let last = 1; last <= operations; last++) {
    for (const way of ways) for (let seed = 1; seed <= 2; seed++) yield { last, way, laterSeed: seed * 1000 + last };
  }
}

async function labelled(story: Crash): Promise<void> {
  try {
    await crash(story);
  } catch (error) {
    throw new Error(JSON.stringify(story), { cause: error });
  }
}
