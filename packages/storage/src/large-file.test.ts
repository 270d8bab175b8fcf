// A file larger than the memory that a volume may take for it.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { it } from 'node:test';
import { initDiskVolume, openDiskVolume } from './disk.ts';
import { bytesOf } from './seeded-content.ts';
import type { Content } from './store.ts';

const megabyte = 1024 * 1024;
const megabytes = 256;
const mostGrowth = 96 * megabyte;

it('a large file goes through put, upload and get without being held in memory', async (t) => {
  const above = await mkdtemp(join(tmpdir(), 'lubo-large-'));
  t.after(() => rm(above, { recursive: true }));
  const folder = join(above, 'volume');
  const id = await initDiskVolume(folder);
  const store = openDiskVolume({ folder, id });
  const piece = bytesOf(1, megabyte);
  let peak = 0;
  const watch = (): void => void (peak = Math.max(peak, process.memoryUsage.rss()));
  const content = async function* (): Content {
    for (let index = 0; index < megabytes; index++) {
      watch();
      yield piece;
    }
  };
  const hash = createHash('sha256');
  for (let index = 0; index < megabytes; index++) hash.update(piece);
  const expected = { size: megabytes * megabyte, sha256: hash.digest('hex') };
  const before = process.memoryUsage.rss();

  await store.put('put', content(), expected);
  await store.begin('upload', expected);
  await store.append('upload', 0, content());
  // Another process has to read it all again before it can finish.
  await openDiskVolume({ folder, id }).finish('upload');
  const { body } = await store.get('upload');
  const back = createHash('sha256');
  for await (const chunk of body) {
    back.update(chunk as Uint8Array);
    watch();
  }
  assert.equal(back.digest('hex'), expected.sha256);
  assert.ok(peak - before < mostGrowth, `${(peak - before) / megabyte} MB more`);
});

it('reading is no faster than taking', async (t) => {
  const above = await mkdtemp(join(tmpdir(), 'lubo-large-'));
  t.after(() => rm(above, { recursive: true }));
  const folder = join(above, 'volume');
  const store = openDiskVolume({ folder, id: await initDiskVolume(folder) });
  const bytes = bytesOf(1, 8 * megabyte);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  await store.put('a', (async function* () { yield bytes; })(), { size: bytes.length, sha256 });
  const { body } = await store.get('a');
  for await (const chunk of body) {
    assert.ok((chunk as Uint8Array).length <= 256 * 1024);
    assert.ok(body.readableLength <= 256 * 1024, String(body.readableLength));
  }
});
