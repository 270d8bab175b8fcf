// The first minute of a newcomer: demo start → live list → picture and sound → page closed → the push stops.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Channel, WatchAddresses } from '@lubo/contract';
import type { Browser } from 'playwright-core';
import { lookAtVideo, noBrowser, openBrowser, screenshots } from './browser.ts';
import { addHost, noNamespaces } from './hosts.ts';
import { type Installation, eventually, getJson, install, pushesOf } from './installation.ts';

async function onlyChannel(lubo: Installation): Promise<Channel> {
  const { rows } = await getJson<{ rows: Channel[] }>(`${lubo.siteUrl}/api/channels`);
  assert.equal(rows.length, 1);
  return rows[0] as Channel;
}

const running = (lubo: Installation) =>
  eventually('the demo channel is online', 15, async () => (await onlyChannel(lubo)).isOnline);

describe('a newcomer watches the demo', { skip: noBrowser }, () => {
  let lubo: Installation;
  let browser: Browser;
  before(async () => {
    lubo = await install({ args: ['--demo'] });
    browser = await openBrowser();
  });
  after(async () => {
    await browser?.close();
    await lubo?.stop();
  });

  test('INST-2, LIVE-1: a channel that nobody watches is online and sends nothing', async () => {
    await running(lubo);
    assert.equal(await pushesOf(lubo), 0);
    const channel = await onlyChannel(lubo);
    assert.equal(channel.isLive, false);
    assert.equal(channel.viewers, 0);
  });

  test('LIVE-1, LIVE-2, LIVE-3: click, watch with picture and sound, a second viewer, leave', async () => {
    await running(lubo);
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, locale: 'zh-CN' });
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(error.message));
    await page.goto(`${lubo.siteUrl}/live`);
    await page.getByRole('link', { name: /示例|demo/i }).first().waitFor();
    await page.screenshot({ path: join(screenshots, 'live-list.png') });
    await page.locator('a[href^="/live/"]').first().click();
    await page.locator('[data-state="playing"]').waitFor({ timeout: 10_000 });

    const first = await eventually('decoded frames', 10, async () => {
      const sight = await lookAtVideo(page);
      return sight.decodedFrames > 10 && sight;
    });
    assert.deepEqual([first.width, first.height], [1280, 720]);
    const later = await eventually('the picture goes on', 10, async () => {
      const sight = await lookAtVideo(page);
      return sight.currentTime > first.currentTime + 1 && sight.decodedFrames > first.decodedFrames + 20 && sight;
    });
    assert.equal(later.isPaused, false);
    assert.ok(later.contrast > 10, `the picture is flat: ${later.contrast}`);
    assert.ok(later.decodedAudioBytes > 0, 'no sound was decoded');
    await eventually('LIVE shows on the site', 5, async () => (await onlyChannel(lubo)).isLive && (await onlyChannel(lubo)).viewers === 1);
    await page.screenshot({ path: join(screenshots, 'watch.png') });

    const second = await browser.newPage();
    await second.goto(page.url());
    await second.locator('[data-state="playing"]').waitFor({ timeout: 10_000 });
    await eventually('two viewers are counted', 5, async () => (await onlyChannel(lubo)).viewers === 2);
    assert.equal(await pushesOf(lubo), 1);

    await second.close();
    await eventually('one viewer is counted', 5, async () => (await onlyChannel(lubo)).viewers === 1);
    assert.equal(await pushesOf(lubo), 1);
    assert.deepEqual(errors, []);
    await page.close();
    await eventually('the push stops', 15, async () => (await pushesOf(lubo)) === 0);
    await eventually('the site shows it', 5, async () => !(await onlyChannel(lubo)).isLive);
  });

  test('LIVE-7: a phone fetches the snapshot in the width that it shows, a large screen a wider one, each once', async () => {
    await eventually('its snapshot is there', 30, async () => (await onlyChannel(lubo)).snapshotWidths);
    const phone = { viewport: { width: 412, height: 823 }, deviceScaleFactor: 1.75, isMobile: true, hasTouch: true };
    const large = { viewport: { width: 1440, height: 900 }, deviceScaleFactor: 2 };
    const { id } = await onlyChannel(lubo);
    for (const [path, screen, wanted] of [['/live', phone, '320'], ['/', phone, '640'], [`/embed/live/${id}`, phone, '640'], ['/live', large, '640']] as const) {
      const context = await browser.newContext({ locale: 'zh-CN', ...screen });
      const page = await context.newPage();
      const asked: string[] = [];
      page.on('request', (request) => void (request.url().includes('/snapshot?') && asked.push(request.url())));
      // The player's goes when the video plays.
      if (path.startsWith('/embed')) await page.route('**/watch', () => {});
      await page.goto(`${lubo.siteUrl}${path}`);
      const picture = page.locator('picture img').first();
      await picture.waitFor();
      await picture.evaluate((image: HTMLImageElement) => image.decode());
      const src = await picture.evaluate((image: HTMLImageElement) => image.currentSrc);
      const widthOf = (address: string) => new URL(address).searchParams.get('width');
      assert.equal(widthOf(src), wanted, `${path} on ${screen.viewport.width} px`);
      assert.ok(asked.includes(src) && new Set(asked).size === asked.length, 'none is fetched twice');
      assert.deepEqual(asked.filter((address) => widthOf(address) !== wanted), [], 'what was fetched ahead is what the page shows');
      await page.screenshot({ path: join(screenshots, `snapshot-${path.split('/')[1] || 'home'}-${screen.viewport.width}.png`) });
      await context.close();
    }
  });

  test('LIVE-2: a browser that is killed without goodbye stops counting within 40 s', async () => {
    await running(lubo);
    const other = await openBrowser();
    const page = await other.newPage();
    await page.goto(`${lubo.siteUrl}/live/${(await onlyChannel(lubo)).id}`);
    await page.locator('[data-state="playing"]').waitFor({ timeout: 10_000 });
    await eventually('it is counted', 5, async () => (await onlyChannel(lubo)).viewers === 1);
    for (const pid of await processesOf(other)) process.kill(pid, 'SIGKILL');
    await eventually('it is counted no more', 40, async () => (await onlyChannel(lubo)).viewers === 0);
    await eventually('the push stops', 15, async () => (await pushesOf(lubo)) === 0);
  });

  test('LIVE-2: a viewer whose network is gone stops counting within 40 s', { skip: noNamespaces }, async () => {
    await running(lubo);
    const host = await addHost();
    try {
      const { flv } = (await (await fetch(`${lubo.siteUrl}/api/channels/${(await onlyChannel(lubo)).id}/watch`, { method: 'POST' })).json()) as WatchAddresses;
      const address = new URL(flv);
      address.hostname = host.outerAddress;
      const viewer = host.run('curl', ['--silent', '--output', '/dev/null', address.href]);
      await eventually('it is counted', 10, async () => (await onlyChannel(lubo)).viewers === 1);
      await eventually('it is being sent to', 10, async () => (await onlyChannel(lubo)).isLive);
      host.cut();
      await eventually('it is counted no more', 40, async () => (await onlyChannel(lubo)).viewers === 0);
      viewer.kill('SIGKILL');
    } finally {
      host.remove();
    }
  });
});

/** All process ids of a browser. */
async function processesOf(browser: Browser): Promise<number[]> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = (await session.send('SystemInfo.getProcessInfo')) as { processInfo: { id: number }[] };
  assert.ok(processInfo.length > 1);
  return processInfo.map((each) => each.id);
}
