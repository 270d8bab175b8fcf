// Groups of volumes in memory: choice, spill, volumes that come, go and fall silent.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { storageFull } from './faults.ts';
import { createVolumeGroups } from './group.ts';
import { createMemoryVolume } from './memory.ts';
import { bytesOf, expectedOf, piecesOf, readAll } from './seeded-content.ts';
import type { Store } from './store.ts';
import { withCode } from './store-under-test.ts';

const bytes = bytesOf(1, 4000);
const expected = expectedOf(bytes);
const never = new Promise<never>(() => {});

/** A group `video` of volumes with so many bytes each. */
async function groupOf(capacities: number[], reserveBytes = 0) {
  const groups = createVolumeGroups();
  const volumes = await Promise.all(capacities.map((capacityBytes) => createMemoryVolume({ capacityBytes })));
  for (const { store } of volumes) groups.add({ groupId: 'video', store, reserveBytes });
  const put = (key: string, content = bytes) => groups.put('video', key, piecesOf(content), expectedOf(content));
  return { groups, volumes, put, ids: volumes.map(({ store }) => store.id) };
}

describe('groups of volumes', () => {
  it('put new content on the volume with most free room, and find it there', async () => {
    const { groups, put, ids } = await groupOf([10_000, 30_000, 20_000]);
    const placed: (string | undefined)[] = [];
    for (const key of ['a', 'b', 'c', 'd', 'e', 'f']) {
      const { volumeId } = await put(key);
      placed.push(volumeId);
      assert.ok(bytes.equals(await readAll((await groups.volume(volumeId).get(key)).body)));
      assert.deepEqual(await groups.locate(key), { volumeId, key });
    }
    assert.deepEqual(placed.slice(0, 3), [ids[1], ids[1], ids[1]]);
    assert.ok(placed.includes(ids[2]));
    assert.equal(await groups.locate('none'), undefined);
  });

  it('keep the reserve free and say that they are full before they are', async () => {
    const { groups, put } = await groupOf([10_000, 10_000], 5000);
    await put('a');
    await put('b');
    await assert.rejects(put('c'), withCode('storage-full'));
    await assert.rejects(groups.begin('video', 'c', expected), withCode('storage-full'));
    const small = bytesOf(2, 500);
    await put('small', small);
    await put('other', small);
    for (const { freeBytes = 0 } of await groups.report()) assert.ok(freeBytes >= 5000);
  });

  it('count what uploads under way still need', async () => {
    const { groups } = await groupOf([10_000, 9000]);
    const chosen: string[] = [];
    for (const key of ['a', 'b', 'c', 'd']) chosen.push((await groups.begin('video', key, expected)).volumeId);
    assert.equal(new Set(chosen.slice(0, 2)).size, 2);
    assert.equal(chosen.filter((id) => id === chosen[0]).length, 2);
    await assert.rejects(groups.begin('video', 'e', expected), withCode('storage-full'));
    assert.deepEqual((await groups.report()).map(({ promisedBytes }) => promisedBytes), [8000, 8000]);
    await groups.volume(chosen[0] ?? '').append('a', 0, piecesOf(bytes.subarray(0, 1000)));
    assert.deepEqual((await groups.report()).map(({ promisedBytes }) => String(promisedBytes)).sort(), ['7000', '8000']);
  });

  it('count what puts under way still need', async () => {
    const { put } = await groupOf([10_000, 10_000]);
    const results = await Promise.allSettled(['a', 'b', 'c', 'd', 'e', 'f'].map((key) => put(key)));
    const stored = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value.volumeId] : []));
    assert.equal(new Set(stored).size, 2);
    for (const result of results) if (result.status === 'rejected') assert.equal((result.reason as { code: string }).code, 'storage-full');
    assert.ok(stored.length >= 2 && stored.length <= 4);
  });

  it('spill to the next volume when one fails before anything was read', async () => {
    const { groups, volumes, ids } = await groupOf([30_000, 20_000]);
    const [first] = volumes;
    assert.ok(first);
    const refuse = (): Promise<never> => Promise.reject(storageFull('quota'));
    groups.add({ groupId: 'video', store: { ...first.store, put: refuse, begin: refuse }, reserveBytes: 0 });
    assert.equal((await groups.put('video', 'a', piecesOf(bytes), expected)).volumeId, ids[1]);
    assert.equal((await groups.begin('video', 'b', expected)).volumeId, ids[1]);
  });

  it('do not spill what was read in part, and pass on what is not the volume\'s trouble', async () => {
    const { groups, volumes, put } = await groupOf([30_000, 20_000]);
    const [first] = volumes;
    assert.ok(first);
    const failLate = async (_key: string, content: AsyncIterable<Uint8Array>): Promise<never> => {
      await readAll(content);
      throw storageFull('quota');
    };
    groups.add({ groupId: 'video', store: { ...first.store, put: failLate }, reserveBytes: 0 });
    await assert.rejects(put('a'), withCode('storage-full'));
    const cut = new Error('connection lost');
    const { groups: sound } = await groupOf([30_000]);
    await assert.rejects(sound.put('video', 'a', piecesOf(bytes, 1000, cut), expected), cut);
    await assert.rejects(sound.put('video', 'a', piecesOf(bytes.subarray(1)), expected), withCode('size-mismatch'));
  });

  it('take volumes in while they run', async () => {
    const { groups, put } = await groupOf([3000]);
    await assert.rejects(put('a'), withCode('storage-full'));
    const { store } = await createMemoryVolume();
    groups.add({ groupId: 'video', store, reserveBytes: 0 });
    assert.equal((await put('a')).volumeId, store.id);
    groups.remove(store.id);
    assert.throws(() => groups.volume(store.id), withCode('storage-away'));
    await assert.rejects(put('b'), withCode('storage-full'));
  });

  it('pass by a volume that is away, report it, and use it when it is back', async () => {
    const { groups, volumes, put, ids } = await groupOf([30_000, 20_000]);
    volumes[0]?.disk.unmount();
    assert.equal((await put('a')).volumeId, ids[1]);
    assert.equal((await groups.begin('video', 'b', expected)).volumeId, ids[1]);
    const reports = await groups.report();
    assert.deepEqual(reports.map(({ state }) => state), ['away', 'ready']);
    assert.equal(reports[0]?.totalBytes, undefined);
    assert.equal(reports[1]?.totalBytes, 20_000);
    volumes[1]?.disk.unmount();
    await assert.rejects(put('c'), withCode('storage-away'));
    await assert.rejects(groups.begin('video', 'c', expected), withCode('storage-away'));
    volumes[0]?.disk.mount();
    assert.equal((await put('c')).volumeId, ids[0]);
  });

  it('pass by a volume that does not answer', async () => {
    const groups = createVolumeGroups({ patienceMillis: 5 });
    const silent = (await createMemoryVolume()).store;
    const hung: Store = { ...silent, space: () => never, head: () => never, uploadOf: () => never, uploads: () => never };
    const { store } = await createMemoryVolume({ capacityBytes: 10_000 });
    groups.add({ groupId: 'video', store: hung, reserveBytes: 0 });
    groups.add({ groupId: 'video', store, reserveBytes: 0 });
    assert.equal((await groups.put('video', 'a', piecesOf(bytes), expected)).volumeId, store.id);
    assert.deepEqual((await groups.report()).map(({ state, detail }) => `${state}: ${detail}`), ['away: the volume does not answer', 'ready: there']);
  });

  it('keep groups apart', async () => {
    const { groups, put } = await groupOf([30_000]);
    const { store } = await createMemoryVolume();
    groups.add({ groupId: 'picture', store, reserveBytes: 0 });
    assert.notEqual((await put('a')).volumeId, store.id);
    assert.equal((await groups.put('picture', 'b', piecesOf(bytes), expected)).volumeId, store.id);
    await assert.rejects(groups.put('none', 'c', piecesOf(bytes), expected), withCode('storage-away'));
  });

  it('store a key once, however often and whichever way it comes', async () => {
    const { groups, volumes, put } = await groupOf([20_000, 20_000, 20_000]);
    const other = bytesOf(2, 4000);
    const results = await Promise.allSettled([put('a'), put('a'), put('a', other), put('a')]);
    // Either the three of one content win or the single other.
    assert.ok([1, 3].includes(results.filter(({ status }) => status === 'rejected').length));
    const { volumeId } = await groups.begin('video', 'b', expected);
    for (let round = 0; round < 4; round++) await put(`filler${round}`);
    assert.equal((await groups.begin('video', 'b', expected)).volumeId, volumeId);
    assert.equal((await put('b')).volumeId, volumeId);
    assert.deepEqual({ ...(await groups.begin('video', 'b', expected)), modified: 0 }, { key: 'b', ...expected, offset: 4000, isStored: true, modified: 0, volumeId });
    await assert.rejects(put('b', other), withCode('key-taken'));
    const holders = await Promise.all(volumes.map(async ({ store }) => [await store.head('a'), await store.head('b')]));
    for (const index of [0, 1]) assert.equal(holders.filter((found) => found[index] !== undefined).length, 1);
  });

  it('move an upload whose volume has filled up, and only then', async () => {
    const { groups, volumes, put, ids } = await groupOf([6000, 5000]);
    const begun = await groups.begin('video', 'a', expected);
    assert.equal(begun.volumeId, ids[0]);
    await groups.volume(begun.volumeId).append('a', 0, piecesOf(bytes.subarray(0, 1000)));
    assert.equal((await groups.begin('video', 'a', expected)).offset, 1000);
    const filler = bytesOf(3, 4500);
    await volumes[0]?.store.put('filler', piecesOf(filler), expectedOf(filler));
    const moved = await groups.begin('video', 'a', expected);
    assert.deepEqual([moved.volumeId, moved.offset], [ids[1], 0]);
    assert.deepEqual(await volumes[0]?.store.uploads(), []);
    await put('more', bytesOf(4, 400));
    const stuck = bytesOf(5, 900);
    await volumes[1]?.store.put('stuck', piecesOf(stuck), expectedOf(stuck));
    assert.equal((await groups.begin('video', 'a', expected)).volumeId, ids[1], 'moved although there is room nowhere');
  });

  it('choose a volume without bounds before all others', async () => {
    const { groups, put } = await groupOf([30_000]);
    const { store } = await createMemoryVolume({ capacityBytes: 10_000 });
    groups.add({ groupId: 'video', store: { ...store, space: async () => ({ totalBytes: undefined, freeBytes: undefined }) }, reserveBytes: 1e12 });
    assert.equal((await put('a')).volumeId, store.id);
    assert.deepEqual((await groups.report()).map(({ state }) => state), ['ready', 'ready']);
  });
});
