// The memory volume against the suite, and its disk's own ways.
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { openDiskVolume } from './disk.ts';
import { createMemoryVolume } from './memory.ts';
import { bytesOf, expectedOf, piecesOf, readAll } from './seeded-content.ts';
import { describeStore } from './store-suite.ts';
import { withCode } from './store-under-test.ts';

describeStore('a volume in memory', async () => {
  const { store, disk } = await createMemoryVolume();
  return {
    store,
    reopen: () => openDiskVolume({ folder: disk.root, id: store.id, files: disk }),
    unmount: async () => disk.unmount(),
    mount: async () => disk.mount(),
    close: async () => {},
  };
});

it('a volume in memory fills up, and has room again after a deletion', async () => {
  const { store } = await createMemoryVolume({ capacityBytes: 10_000 });
  const bytes = bytesOf(1, 6000);
  await store.put('a', piecesOf(bytes), expectedOf(bytes));
  await assert.rejects(store.put('b', piecesOf(bytes), expectedOf(bytes)), withCode('storage-full'));
  assert.equal(await store.head('b'), undefined);
  assert.ok(bytes.equals(await readAll((await store.get('a')).body)));
  await store.delete('a');
  await store.put('b', piecesOf(bytes), expectedOf(bytes));
});
