// The disk driver on the machine's own file system: the suite, and what only real disks do.
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, readdir, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { type TestContext, describe, it } from 'node:test';
import { initDiskVolume, openDiskVolume } from './disk.ts';
import { nodeFiles } from './disk-files.ts';
import { layoutOf, spreadOf } from './disk-layout.ts';
import { storageFailed } from './faults.ts';
import { bytesOf, expectedOf, keysOf, piecesOf, readAll } from './seeded-content.ts';
import type { Store } from './store.ts';
import { describeStore } from './store-suite.ts';
import { withCode } from './store-under-test.ts';

const bytes = bytesOf(1, 300_000);
const expected = expectedOf(bytes);

async function newFolder(t?: TestContext): Promise<string> {
  const above = await mkdtemp(join(tmpdir(), 'lubo-volume-'));
  t?.after(() => rm(above, { recursive: true }));
  return join(above, 'volume');
}

async function newVolume(t: TestContext, maxOpenFiles = 100): Promise<{ store: Store; folder: string; reopen(): Store }> {
  const folder = await newFolder(t);
  const id = await initDiskVolume(folder);
  const reopen = (): Store => openDiskVolume({ folder, id, maxOpenFiles });
  return { store: reopen(), folder, reopen };
}

describeStore('a volume in a folder', async () => {
  const folder = await newFolder();
  const id = await initDiskVolume(folder);
  const reopen = (): Store => openDiskVolume({ folder, id });
  return {
    store: reopen(),
    reopen,
    async unmount() {
      await rename(folder, `${folder}-away`);
      await mkdir(folder);
    },
    async mount() {
      assert.deepEqual(await readdir(folder), [], 'something was written while the disk was away');
      await rm(folder, { recursive: true });
      await rename(`${folder}-away`, folder);
    },
    close: () => rm(join(folder, '..'), { recursive: true }),
  };
});

describe('a volume in a folder', () => {
  it('is made once, only below a folder that is there', async (t) => {
    const folder = await newFolder(t);
    const id = await initDiskVolume(folder);
    assert.equal(await initDiskVolume(folder), id);
    assert.deepEqual((await readdir(folder)).sort(), ['data', 'lubo-volume.json', 'partial']);
    await assert.rejects(initDiskVolume(join(folder, 'not', 'there')), withCode('storage-away'));
  });

  it('is no other volume and none with a damaged mark', async (t) => {
    const { folder, store } = await newVolume(t);
    await store.put('a', piecesOf(bytes), expected);
    const other = openDiskVolume({ folder, id: 'd6a4bc50-0000-4000-8000-000000000000' });
    await assert.rejects(other.put('b', piecesOf(bytes), expected), withCode('storage-away'));
    assert.equal((await other.check()).detail, 'another volume is mounted in its folder');
    for (const mark of ['', '{', 'null', '[]', '{"format":2,"id":"x"}', '{"format":1}']) {
      await writeFile(layoutOf(folder).marker, mark);
      await assert.rejects(store.put('b', piecesOf(bytes), expected), withCode('storage-away'), mark);
      await assert.rejects(initDiskVolume(folder), withCode('storage-away'), mark);
    }
  });

  it('keeps objects as plain files that a person can find', async (t) => {
    const { folder, store } = await newVolume(t);
    await store.put('recording/2026/a.mp4', piecesOf(bytes), expected);
    const path = join(folder, 'data', spreadOf('recording/2026/a.mp4'), '+recording+2026+a.mp4');
    assert.ok(bytes.equals(await readFile(path)));
    assert.deepEqual(await readdir(join(folder, 'partial')), []);
  });

  it('passes by files of strangers', async (t) => {
    const { folder, store, reopen } = await newVolume(t);
    await store.put('a', piecesOf(bytes), expected);
    await store.begin('b', expected);
    const spread = join(folder, 'data', spreadOf('a'));
    for (const name of ['+A', '.DS_Store', 'Thumbs.db', '+b..c', '+b']) await writeFile(join(spread, name), 'x');
    for (const name of ['lost+found', '+c', '+A.json', 'x.json', 'readme.txt']) await writeFile(join(folder, 'partial', name), 'x');
    assert.deepEqual(await keysOf(reopen()), ['a']);
    assert.deepEqual((await reopen().uploads()).map(({ key }) => key), ['b']);
    assert.deepEqual(await reopen().sweep(new Date(Date.now() + 1_000_000)), ['b']);
    assert.deepEqual((await readdir(join(folder, 'partial'))).sort(), ['+A.json', '+c', 'lost+found', 'readme.txt', 'x.json']);
  });

  it('replaces an announcement that is damaged', async (t) => {
    const { folder, store } = await newVolume(t);
    for (const text of ['', '{}', 'null', JSON.stringify({ format: 1, key: 'a', ...expected, part: '../../etc/passwd.part' })]) {
      await writeFile(layoutOf(folder).upload('a'), text);
      assert.equal(await store.uploadOf('a'), undefined);
      assert.equal((await store.begin('a', expected)).offset, 0);
      await store.abort('a');
    }
  });

  it('goes on with an upload whose bytes are gone', async (t) => {
    const { folder, store } = await newVolume(t);
    await store.begin('a', expected);
    await store.append('a', 0, piecesOf(bytes.subarray(0, 1000)));
    for (const name of await readdir(join(folder, 'partial'))) if (name.endsWith('.part')) await rm(join(folder, 'partial', name));
    await assert.rejects(store.append('a', 1000, piecesOf(bytes.subarray(1000))), withCode('offset-mismatch'));
    assert.equal((await store.uploadOf('a'))?.offset, 0);
    await store.append('a', 0, piecesOf(bytes));
    await store.finish('a');
  });

  it('reads on while the object is deleted', { skip: process.platform === 'win32' && 'an open file can not go there' }, async (t) => {
    const { store } = await newVolume(t);
    await store.put('a', piecesOf(bytes), expected);
    const { body } = await store.get('a');
    await store.delete('a');
    assert.ok(bytes.equals(await readAll(body)));
  });

  it('says so when an object has become shorter under its reader', async (t) => {
    const { folder, store } = await newVolume(t);
    const large = bytesOf(1, 2_000_000);
    await store.put('a', piecesOf(large, 100_000), expectedOf(large));
    const { body } = await store.get('a');
    await truncate(layoutOf(folder).object('a'), 500_000);
    await assert.rejects(readAll(body), withCode('storage-failed'));
  });

  it('opens no more files than allowed and frees each, however its reading ends', async (t) => {
    const { store } = await newVolume(t, 3);
    await store.put('a', piecesOf(bytes), expected);
    for (let round = 0; round < 5; round++) {
      const readings = await Promise.all([store.get('a'), store.get('a'), store.get('a')]);
      await assert.rejects(store.get('a'), withCode('storage-busy'));
      await assert.rejects(store.put('b', piecesOf(bytes), expected), withCode('storage-busy'));
      await assert.rejects(store.begin('b', expected), withCode('storage-busy'));
      const [read, left, cut] = readings;
      await readAll(read.body);
      await closed(() => left.body.destroy(), left.body);
      await closed(() => cut.body.destroy(new Error('viewer left')), cut.body);
      await assert.rejects(store.get('a', { from: 300_000 }), withCode('range-not-satisfiable'));
      await assert.rejects(store.get('none'), withCode('object-not-found'));
    }
    await store.put('b', piecesOf(bytes), expected);
  });

  it('keeps two puts of a key apart where the file system has no hard links', async (t) => {
    const { folder } = await newVolume(t);
    const layout = layoutOf(folder);
    await writeFile(layout.part('x'), 'x');
    await writeFile(layout.part('y'), 'y');
    assert.equal(await nodeFiles.link(layout.part('x'), layout.part('z')), 'done');
    assert.equal(await nodeFiles.link(layout.part('y'), layout.part('z')), 'taken');
    // A folder can be renamed and not linked, as every file there.
    await mkdir(layout.part('folder'));
    assert.equal(await nodeFiles.link(layout.part('folder'), layout.part('z')), 'taken');
    assert.equal(await nodeFiles.link(layout.part('folder'), layout.part('moved')), 'done');
    assert.ok((await readdir(layout.partial)).includes('moved'));
  });

  it('follows a link to another disk', { skip: process.platform === 'win32' && 'links need rights there' }, async (t) => {
    const { folder, store } = await newVolume(t);
    await symlink(folder, `${folder}-link`);
    const linked = openDiskVolume({ folder: `${folder}-link`, id: store.id });
    await linked.put('a', piecesOf(bytes), expected);
    assert.deepEqual(await store.head('a'), await linked.head('a'));
  });

  it('lets bytes come again that could not be synced', async (t) => {
    const { folder, store } = await newVolume(t);
    let isBroken = false;
    const sick = openDiskVolume({
      folder,
      id: store.id,
      files: {
        ...nodeFiles,
        async open(path, mode) {
          const file = await nodeFiles.open(path, mode);
          return file && { ...file, sync: () => (isBroken ? Promise.reject(storageFailed('the disk refuses (EIO)')) : file.sync()) };
        },
      },
    });
    await sick.begin('a', expected);
    await sick.append('a', 0, piecesOf(bytes.subarray(0, 1000)));
    isBroken = true;
    await assert.rejects(sick.append('a', 1000, piecesOf(bytes.subarray(1000))), withCode('storage-failed'));
    assert.equal((await sick.uploadOf('a'))?.offset, 1000);
    isBroken = false;
    await sick.append('a', 1000, piecesOf(bytes.subarray(1000)));
    await sick.finish('a');
    assert.ok(bytes.equals(await readAll((await sick.get('a')).body)));
  });

  it('removes what crashed puts left behind, and only that', async (t) => {
    const { folder, store } = await newVolume(t);
    await writeFile(join(folder, 'partial', 'left.part'), 'x');
    await writeFile(join(folder, 'partial', 'left.tmp'), 'x');
    const gate = Promise.withResolvers<undefined>();
    const reached = Promise.withResolvers<undefined>();
    const slow = async function* (): AsyncGenerator<Uint8Array> {
      yield bytes.subarray(0, 10);
      reached.resolve(undefined);
      await gate.promise;
      yield bytes.subarray(10);
    };
    const putting = store.put('a', slow(), expected);
    await reached.promise;
    await store.sweep(new Date(Date.now() - 1_000_000));
    assert.equal((await readdir(join(folder, 'partial'))).length, 3);
    await store.sweep(new Date(Date.now() + 1_000_000));
    assert.equal((await readdir(join(folder, 'partial'))).length, 1);
    gate.resolve(undefined);
    await putting;
    assert.deepEqual(await readdir(join(folder, 'partial')), []);
  });
});

function closed(end: () => void, body: NodeJS.ReadableStream): Promise<void> {
  return new Promise((resolve) => {
    body.on('error', () => {});
    body.on('close', resolve);
    end();
  });
}
