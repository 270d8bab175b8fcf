// The site's volume is full in the middle of an upload: a small tmpfs. The gather keeps the recording, and the site has it, once and
// whole, when there is space again.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statfsSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Gather } from '@lubo/contract';
import { eventually } from '../installation.ts';
import { dataFolder } from '../part.ts';
import { accountOf, strayRecordings } from './account.ts';
import { makeNumberedClip, noFfmpeg } from './clip.ts';
import { channelWhen, endByHand, recordByHand, startTestGather, startTestSite } from './stand.ts';

const skip = noFfmpeg || (process.platform !== 'linux' || process.getuid?.() !== 0 ? 'only root of a Linux machine can mount a small disk' : false);

test('a volume that is full in mid-upload loses nothing and doubles nothing', { skip, timeout: 180_000 }, async (t) => {
  const volume = mkdtempSync(join(tmpdir(), 'lubo-volume-'));
  const { status, stderr } = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'none', volume], { encoding: 'utf8' });
  if (status !== 0) return t.skip(`no disk could be mounted: ${stderr}`);
  const clip = makeNumberedClip(dataFolder(), 1_000);
  const site = await startTestSite({ env: { LUBO_SITE_STORAGE_DIR: volume, LUBO_SITE_STORAGE_RESERVE_MEGABYTES: '0' } });
  const gather = await startTestGather(site);
  t.after(async () => {
    await Promise.all([gather.end(), site.end()]);
    spawnSync('umount', [volume]);
    rmSync(volume, { recursive: true });
  });
  const channelId = await gather.channel('A', { mode: 'file', path: clip.path });
  await gather.tune({ uploadKbps: 2_000 });
  const { lessonId } = await recordByHand(site, channelId);
  await channelWhen(site, channelId, 'records', ({ isRecording }) => isRecording);
  await sleep(6_000);
  await endByHand(site, channelId);
  const uploads = async () => (await site.call<Gather>('GET', `/api/gathers/${gather.id}`)).uploads;
  const free = (): number => statfsSync(volume).bavail * statfsSync(volume).bsize;
  const before = free();
  await eventually('bytes arrive', 60, () => free() < before - 50_000);
  const filler = join(volume, 'filler');
  writeFileSync(filler, new Uint8Array(Math.max(0, free() - 60_000)));
  await eventually('the gather is told why', 60, async () => (await uploads()).some(({ state }) => state === 'retrying'));
  assert.ok(gather.onDisk().length > 0);
  truncateSync(filler, 0);
  await gather.emptied(120);
  const { faults, missing, lesson, recordings } = await accountOf(site, lessonId, clip);
  assert.deepEqual([faults, missing, lesson.health, lesson.gaps, recordings.length], [[], 0, 'green', [], 1]);
  assert.equal(await strayRecordings(site, channelId, [lessonId]), 0);
});
