// A disk that really is full: a small tmpfs, mounted for the test.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { initDiskVolume, openDiskVolume } from './disk.ts';
import { createVolumeGroups } from './group.ts';
import { bytesOf, expectedOf, keysOf, piecesOf, readAll } from './seeded-content.ts';
import type { Store } from './store.ts';
import { withCode } from './store-under-test.ts';

const run = promisify(execFile);
const megabyte = 1024 * 1024;
const small = bytesOf(1, megabyte);
const large = bytesOf(2, 3 * megabyte);

/** A volume on a disk of 4 MB; `fill` takes all room but about `leave` bytes until the returned function gives it back. */
async function mountSmall(t: TestContext, options = 'size=4m'): Promise<{ store: Store; fill(leave: number): Promise<() => Promise<void>> } | undefined> {
  const mountPoint = await mkdtemp(join(tmpdir(), 'lubo-full-'));
  try {
    await run('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', mountPoint]);
  } catch (error) {
    await rm(mountPoint, { recursive: true });
    t.skip(`a tmpfs can not be mounted: ${String((error as { stderr?: string }).stderr ?? error).trim()}`);
    return undefined;
  }
  t.after(async () => {
    await run('umount', ['-l', mountPoint]);
    await rm(mountPoint, { recursive: true });
  });
  const folder = join(mountPoint, 'volume');
  const store = openDiskVolume({ folder, id: await initDiskVolume(folder) });
  return {
    store,
    async fill(leave) {
      const path = join(mountPoint, 'filler');
      await writeFile(path, Buffer.alloc(((await store.space()).freeBytes ?? 0) - leave));
      return () => rm(path);
    },
  };
}

describe('a full disk', () => {
  it('refuses a put, keeps what exists, and takes it when there is room', async (t) => {
    const disk = await mountSmall(t);
    if (disk === undefined) return;
    const { store } = disk;
    await store.put('small', piecesOf(small, 60_000), expectedOf(small));
    const makeRoom = await disk.fill(2 * megabyte);
    const before = await store.space();
    await assert.rejects(store.put('large', piecesOf(large, 60_000), expectedOf(large)), withCode('storage-full'));
    assert.deepEqual(await store.space(), before, 'bytes of the failed put are left');
    assert.deepEqual(await keysOf(store), ['small']);
    assert.ok(small.equals(await readAll((await store.get('small')).body)));
    await makeRoom();
    await store.delete('small');
    await store.put('large', piecesOf(large, 60_000), expectedOf(large));
    assert.ok(large.equals(await readAll((await store.get('large')).body)));
  });

  it('stops an upload, which goes on from there when there is room', async (t) => {
    const disk = await mountSmall(t);
    if (disk === undefined) return;
    const { store } = disk;
    await store.begin('large', expectedOf(large));
    const makeRoom = await disk.fill(2 * megabyte);
    await assert.rejects(store.append('large', 0, piecesOf(large, 70_000)), withCode('storage-full'));
    const offset = (await store.uploadOf('large'))?.offset ?? 0;
    assert.ok(offset > megabyte && offset < large.length && offset % 70_000 === 0, String(offset));
    await makeRoom();
    await store.append('large', offset, piecesOf(large.subarray(offset), 70_000));
    await store.finish('large');
    assert.ok(large.equals(await readAll((await store.get('large')).body)));
  });

  it('with no byte left lets nothing begin, and reads, finishes and deletes all the same', async (t) => {
    const disk = await mountSmall(t);
    if (disk === undefined) return;
    const { store } = disk;
    await store.put('old', piecesOf(small, 60_000), expectedOf(small));
    await store.begin('whole', expectedOf(small));
    await store.append('whole', 0, piecesOf(small, 60_000));
    await disk.fill(0);
    await assert.rejects(store.put('new', piecesOf(small), expectedOf(small)), withCode('storage-full'));
    await assert.rejects(store.begin('new', expectedOf(small)), withCode('storage-full'));
    assert.equal((await store.check()).state, 'full');
    await store.finish('whole');
    assert.ok(small.equals(await readAll((await store.get('whole')).body)));
    await store.delete('old');
    await store.put('new', piecesOf(small, 60_000), expectedOf(small));
    assert.deepEqual((await keysOf(store)).sort(), ['new', 'whole']);
  });

  it('without an inode left says that it is full', async (t) => {
    const disk = await mountSmall(t, 'size=4m,nr_inodes=40');
    if (disk === undefined) return;
    const { store } = disk;
    const fill = async (): Promise<void> => {
      for (let index = 0; index < 50; index++) await store.put(`a${index}`, piecesOf(Buffer.from('x')), expectedOf(Buffer.from('x')));
    };
    await assert.rejects(fill(), withCode('storage-full'));
    for (const key of await keysOf(store)) assert.equal((await readAll((await store.get(key)).body)).toString(), 'x');
  });

  it('makes a group spill to the next disk, and an upload that it stopped move there', async (t) => {
    const disk = await mountSmall(t);
    if (disk === undefined) return;
    const otherFolder = await mkdtemp(join(tmpdir(), 'lubo-other-'));
    t.after(() => rm(otherFolder, { recursive: true }));
    await mkdir(join(otherFolder, 'above'));
    const other = openDiskVolume({ folder: join(otherFolder, 'above', 'volume'), id: await initDiskVolume(join(otherFolder, 'above', 'volume')) });
    const groups = createVolumeGroups();
    groups.add({ groupId: 'video', store: disk.store, reserveBytes: 0 });
    const begun = await groups.begin('video', 'large', expectedOf(large));
    assert.equal(begun.volumeId, disk.store.id);
    await disk.fill(megabyte);
    groups.add({ groupId: 'video', store: other, reserveBytes: 0 });
    await assert.rejects(disk.store.append('large', 0, piecesOf(large, 70_000)), withCode('storage-full'));
    const moved = await groups.begin('video', 'large', expectedOf(large));
    assert.deepEqual([moved.volumeId, moved.offset], [other.id, 0]);
    assert.deepEqual(await disk.store.uploads(), []);
    await other.append('large', 0, piecesOf(large));
    await other.finish('large');
    assert.deepEqual(await groups.locate('large'), { volumeId: other.id, key: 'large' });
    assert.deepEqual((await readdir(join(otherFolder, 'above', 'volume', 'partial'))), []);
  });
});
