// A lesson recorded by hand reaches the site and plays there, also when everything is killed in the middle. Real processes, real browser.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ArchivedRecording, Channel, PlayInfo } from '@lubo/contract';
import { ALL_FORMATS, BufferSource, Input } from 'mediabunny';
import { administratorSettings } from './administrator.ts';
import { lookAtVideo, noBrowser, openBrowser } from './browser.ts';
import { type Installation, type PartName, eventually, getJson, install } from './installation.ts';

describe('a recording goes to the site', () => {
  let lubo: Installation;
  let cookie = '';
  let channelId = '';
  before(async () => {
    lubo = await install({ args: ['--demo'], env: administratorSettings });
    await signIn();
    channelId = (await channelWhen('is online', ({ isOnline }) => isOnline)).id;
  });
  after(async () => {
    await lubo?.stop();
  });

  async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
    const json = body === undefined ? {} : { body: JSON.stringify(body) };
    const response = await fetch(`${lubo.siteUrl}${path}`, { method, headers: { 'content-type': 'application/json', cookie }, ...json });
    assert.ok(response.ok, `${response.status} from ${path}`);
    if (path === '/api/session') cookie = (response.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
    return (response.status === 204 ? undefined : await response.json()) as T;
  }
  const signIn = () => call('POST', '/api/session', { name: administratorSettings.LUBO_ADMIN_USER, password: administratorSettings.LUBO_ADMIN_PASSWORD });
  const channelWhen = (what: string, isSo: (channel: Channel) => boolean): Promise<Channel> =>
    eventually(`the channel ${what}`, 30, async () => (await getJson<{ rows: Channel[] }>(`${lubo.siteUrl}/api/channels`)).rows.find(isSo));
  const archive = async () => (await call<{ rows: ArchivedRecording[] }>('GET', '/api/archive')).rows;
  const kill = (part: PartName): void => void process.kill(lubo.pids().get(part) ?? assert.fail(`${part} does not run`), 'SIGKILL');

  /** The stored file, read by a foreign reader. */
  async function judge(recording: ArchivedRecording): Promise<{ seconds: number; tracks: string[] }> {
    const { videoUrl } = await call<PlayInfo>('GET', `/api/recordings/${recording.id}/play`);
    const bytes = Buffer.from(await (await fetch(`${lubo.siteUrl}${videoUrl}`)).arrayBuffer());
    assert.equal(bytes.length, recording.size);
    assert.equal(createHash('sha256').update(bytes).digest('hex'), recording.sha256);
    assert.ok(bytes.indexOf('moov') < bytes.indexOf('mdat'), 'moov comes first');
    const input = new Input({ source: new BufferSource(bytes), formats: ALL_FORMATS });
    return { seconds: await input.computeDuration(), tracks: (await input.getTracks()).map(({ type }) => type).toSorted() };
  }

  test('recorded by hand, it is in the list with its picture', async () => {
    await call('POST', `/api/channels/${channelId}/recording`, { minutes: 5 });
    await channelWhen('is recording', ({ isRecording }) => isRecording);
    await sleep(9_000);
    await call('DELETE', `/api/channels/${channelId}/recording`);
    const [recording] = await eventually('the recording is on the site', 30, async () => {
      const rows = await archive();
      return rows.length === 1 && rows;
    });
    assert.ok(recording !== undefined && recording.durationMillis > 5_000, `${recording?.durationMillis} ms`);
    const { seconds, tracks } = await judge(recording);
    assert.deepEqual(tracks, ['audio', 'video']);
    assert.ok(Math.abs(seconds - recording.durationMillis / 1000) < 0.3, `${seconds} s of ${recording.durationMillis} ms`);
    const { recording: shown, thumbnails } = await eventually('its pictures are there', 30, async () => {
      const info = await call<PlayInfo>('GET', `/api/recordings/${recording.id}/play`);
      return info.recording.posterUrl !== undefined && info.thumbnailsUrl !== undefined && info;
    });
    assert.equal((await fetch(`${lubo.siteUrl}${shown.posterUrl}`)).headers.get('content-type'), 'image/jpeg');
    assert.ok((thumbnails?.millis.length ?? 0) > 0);
    const { snapshotUrl } = await channelWhen('has a snapshot', (channel) => channel.snapshotUrl !== undefined);
    assert.equal((await fetch(`${lubo.siteUrl}${snapshotUrl}`)).headers.get('content-type'), 'image/jpeg');
    const [, shownHere = ''] = /<img src="([^"]*)"/.exec(await (await fetch(lubo.consoleUrl)).text()) ?? [];
    assert.equal((await fetch(new URL(shownHere, lubo.consoleUrl))).headers.get('content-type'), 'image/jpeg', 'on the screen of the gather, too');
  });

  test('it plays in a browser, and seeks at once', { skip: noBrowser }, async () => {
    const [recording] = await archive();
    const { videoUrl } = await call<PlayInfo>('GET', `/api/recordings/${recording?.id}/play`);
    const browser = await openBrowser();
    try {
      const page = await browser.newPage();
      await page.goto(lubo.siteUrl);
      await page.evaluate((url) => {
        document.body.innerHTML = `<video src="${url}" muted autoplay></video>`;
      }, videoUrl);
      await eventually('it plays', 10, async () => (await lookAtVideo(page)).currentTime > 0.5);
      const millis = await page.evaluate(async () => {
        const video = document.querySelector('video') as HTMLVideoElement;
        const start = performance.now();
        const sought = new Promise((resolve) => video.addEventListener('seeked', resolve, { once: true }));
        video.currentTime = video.duration - 2;
        await sought;
        return performance.now() - start;
      });
      assert.ok(millis < 2_000, `seeking took ${millis} ms`);
      const { contrast, currentTime } = await lookAtVideo(page);
      assert.ok(contrast > 5 && currentTime > 3, `${contrast}, ${currentTime}`);
    } finally {
      await browser.close();
    }
  });

  test('kill -9 of gather and site while it is recorded and sent: it is there once, and plays', async () => {
    await call('POST', `/api/channels/${channelId}/recording`, { minutes: 5 });
    await channelWhen('is recording', ({ isRecording }) => isRecording);
    await sleep(5_000);
    kill('gather');
    kill('site');
    await eventually('the site is back', 20, async () => (await fetch(`${lubo.siteUrl}/healthz`)).ok);
    await channelWhen('is recording again', ({ isRecording }) => isRecording);
    await sleep(3_000);
    await call('DELETE', `/api/channels/${channelId}/recording`);
    kill('site');
    await eventually('the site is back again', 20, async () => (await fetch(`${lubo.siteUrl}/healthz`)).ok);
    const rows = await eventually('both halves are on the site', 60, async () => {
      const found = await archive();
      return found.length >= 3 && found;
    });
    await sleep(3_000);
    assert.equal((await archive()).length, 3, 'none is there twice');
    assert.equal(new Set(rows.map(({ id }) => id)).size, 3);
    for (const recording of rows) assert.ok((await judge(recording)).seconds > 1);
  });
});
