import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createFakeDisk } from './fake-disk.ts';
import { lesson, log, picturesOf, takeInHand } from './fake-recording.ts';
import { recoverFolder } from './recovery.ts';
import { createSyncPool } from './sync-pool.ts';
import { range } from '../fake-units.ts';

/** A disk as a killed gather leaves it: one slice that was being recorded, twenty seconds long. */
async function killedDisk() {
  const disk = createFakeDisk();
  const { recorder, play } = await takeInHand({ disk });
  recorder.record(lesson('a', 0, 10));
  await play(0, 101);
  disk.restart();
  const media = disk.paths().find((path) => path.endsWith('.mp4'))!;
  return { disk, media, journal: media.replace(/mp4$/, 'json') };
}

async function cutTo(disk: ReturnType<typeof createFakeDisk>, path: string, size: number): Promise<void> {
  await (await disk.open(path, 'write'))?.truncate(size);
}

test('a torn tail is cut at the last whole fragment, wherever it is torn', async () => {
  const { disk, media } = await killedDisk();
  const whole = disk.content(media)!.length;
  for (let cut = 0; cut <= 700; cut += 7) {
    await cutTo(disk, media, whole - cut);
    const { recordings } = await takeInHand({ disk });
    const [pictures = []] = await picturesOf(recordings);
    assert.deepEqual(pictures, range(0, pictures.length));
    assert.ok(pictures.length >= 90, String(pictures.length));
  }
});

test('a last fragment that a loss of power has left hollow is cut', async () => {
  const { disk, media } = await killedDisk();
  const size = disk.content(media)!.length;
  await (await disk.open(media, 'write'))!.write(new Uint8Array(60), size - 60);
  const { recordings } = await takeInHand({ disk });
  const [pictures = []] = await picturesOf(recordings);
  assert.deepEqual(pictures, range(0, 97));
});

test('what was recovered is told the same the next time, and nothing is written for it', async () => {
  const { disk } = await killedDisk();
  const first = (await takeInHand({ disk })).recordings.store.finished();
  disk.restart();
  const before = disk.writtenBytes;
  const again = await recoverFolder({ disk, sync: createSyncPool(), log }, '/disk/a');
  assert.deepEqual(again.slices.map(({ journal }) => [journal.id, journal.durationMillis]), first.map(({ id, durationMillis }) => [id, durationMillis]));
  assert.equal(disk.writtenBytes, before);
});

test('a slice without a whole fragment goes, journal and all', async () => {
  const { disk, media } = await killedDisk();
  for (const size of [0, 10, 1_000]) {
    await cutTo(disk, media, size);
    if (size === 1_000) continue;
    const { slices } = await recoverFolder({ disk, sync: createSyncPool(), log }, '/disk/a');
    assert.deepEqual([slices, disk.paths().filter((path) => path.startsWith('/disk'))], [[], []]);
    return;
  }
});

test('media without a readable journal are kept aside and told, never recorded as somebody\'s', async () => {
  for (const text of [undefined, '', '{"id": 1}', '{"torn": tr']) {
    const { disk, media, journal } = await killedDisk();
    await disk.remove(journal);
    if (text !== undefined) await (await disk.create(journal)).write(new TextEncoder().encode(text), 0);
    const content = disk.content(media)!;
    const { recordings } = await takeInHand({ disk });
    assert.deepEqual(recordings.store.finished(), []);
    assert.deepEqual(recordings.notices().map(({ code }) => code), ['recordings-aside']);
    assert.deepEqual(disk.content(media.replace('/disk/a/', '/disk/a/aside/')), content);
  }
});

test('files that are not ours are left alone', async () => {
  const { disk } = await killedDisk();
  for (const name of ['notes.txt', 'lesson.mp4', '.DS_Store']) await disk.create(`/disk/a/${name}`);
  await takeInHand({ disk });
  assert.deepEqual(disk.paths().filter((path) => !/[0-9a-f-]{36}\.(mp4|json)$/.test(path) && path.startsWith('/disk')), ['/disk/a/notes.txt', '/disk/a/lesson.mp4', '/disk/a/.DS_Store']);
});

test('a disk that can\'t be read now is tried again later', async () => {
  const { disk, media } = await killedDisk();
  const open = disk.open.bind(disk);
  disk.open = async (path, mode) => {
    if (path === media) throw Object.assign(new Error('EIO'), { code: 'EIO' });
    return open(path, mode);
  };
  const { recordings, clock } = await takeInHand({ disk });
  assert.deepEqual(recordings.store.finished(), []);
  disk.open = open;
  await clock.advance(11_000);
  assert.equal(recordings.store.finished().length, 1);
});

test('a damaged ledger is put aside and begun anew from the recordings', async () => {
  const { disk } = await killedDisk();
  await cutTo(disk, '/data/lessons.json', 20);
  const { recordings } = await takeInHand({ disk });
  assert.equal(recordings.lessons.pending()[0]?.report.id, lesson('a', 0, 10).lessonId);
  assert.ok(disk.paths().includes('/data/lessons.json.damaged'));
});
