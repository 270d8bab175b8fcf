// A capture agent when the power goes in mid-lesson, and with a site whose certificate is of the school's own authority. Real processes.
import assert from 'node:assert/strict';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fakeCertificate, noOpenssl } from '@lubo/config/fake-certificate';
import { freePorts } from '../../free-ports.ts';
import { eventually } from '../installation.ts';
import { dataFolder, startPart } from '../part.ts';
import { accountOf, strayRecordings } from './account.ts';
import { makeNumberedClip, noFfmpeg } from './clip.ts';
import { type TestGather, type TestSite, channelWhen, endByHand, planSoon, recordByHand, schoolAtNoon, startTestGather, startTestSite } from './stand.ts';

/** Bytes that are recorded and not on the site yet. */
function bytesOn(gather: TestGather): number {
  const folder = join(gather.dataDir, 'gather', 'recordings');
  return readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
}

async function refusesWithoutAuthority(site: TestSite): Promise<void> {
  const [port = 0] = await freePorts(1);
  const settings = { LUBO_DATA_DIR: dataFolder(), LUBO_GATHER_SITE_URL: site.url, LUBO_GATHER_CODE: 'a-code-for-nothing', LUBO_GATHER_CONSOLE_PORT: String(port) };
  const stranger = startPart('gather', settings);
  await eventually('a gather without the file does not trust the site', 60, () => stranger.lines.some(({ reason }) => /certificate/i.test(reason ?? '')));
  await stranger.end('SIGKILL');
}

describe('a capture agent', { skip: noFfmpeg, concurrency: true, timeout: 180_000 }, () => {
  it('power loss: killed in mid-lesson with its site, it goes on with the lesson, and says what is missing', async () => {
    const clip = makeNumberedClip(dataFolder());
    const site = await startTestSite();
    const { id: schoolId } = await schoolAtNoon(site);
    const gather = await startTestGather(site, { schoolId });
    try {
      const channelId = await gather.channel('A', { mode: 'file', path: clip.path });
      const { lessonIds: [[lessonId = ''] = []] } = await planSoon(site, [{ channelId, spans: [[0, 33]] }]);
      await eventually('some seconds are recorded', 60, () => bytesOn(gather) > 300_000);
      const killedAt = Date.now();
      await Promise.all([gather.end(), site.end()]);
      // Both are back within a second where nothing else runs, and less than a second is no gap.
      await sleep(2_000);
      await Promise.all([gather.start(), site.start()]);
      await channelWhen(site, channelId, 'records again', ({ isRecording }) => isRecording);
      const againAt = Date.now();
      const { lesson, recordings, faults, missing } = await accountOf(site, lessonId, undefined, 120);
      assert.deepEqual([faults, missing, recordings.length, lesson.health === 'none'], [[], 0, 2, false]);
      assert.deepEqual(lesson.gaps.map(({ cause }) => cause), ['gather-down']);
      const [gap] = lesson.gaps;
      assert.ok(Date.parse(gap?.from ?? '') >= killedAt - 1_000, `missing from ${gap?.from}, killed at ${new Date(killedAt).toISOString()}`);
      assert.ok(Date.parse(gap?.to ?? '') <= againAt, `missing to ${gap?.to}, again at ${new Date(againAt).toISOString()}`);
      await gather.emptied();
      assert.equal(await strayRecordings(site, channelId, [lessonId]), 0);
    } finally {
      await Promise.all([gather.end(), site.end()]);
    }
  });

  it('HTTPS: a site of a school\'s own authority is trusted by its file, and by nothing else', { skip: noOpenssl }, async () => {
    const certificate = fakeCertificate('school');
    const clip = makeNumberedClip(dataFolder());
    const site = await startTestSite({ certificate });
    try {
      await refusesWithoutAuthority(site);
      const gather = await startTestGather(site, { env: { LUBO_CA_FILE: certificate.certFile } });
      try {
        const channelId = await gather.channel('A', { mode: 'file', path: clip.path });
        const { lessonId } = await recordByHand(site, channelId);
        await channelWhen(site, channelId, 'records', ({ isRecording }) => isRecording);
        await sleep(3_000);
        await endByHand(site, channelId);
        const { faults, missing, lesson, recordings } = await accountOf(site, lessonId, clip);
        assert.deepEqual([faults, missing, lesson.health, lesson.gaps, recordings.length], [[], 0, 'green', [], 1]);
        await gather.emptied();
      } finally {
        await gather.end();
      }
    } finally {
      await site.end();
      certificate.remove();
    }
  });
});
