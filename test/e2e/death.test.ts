// kill -9 of one part at a time while somebody watches: the picture comes back by itself, and what should be is so afterwards.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Channel } from '@lubo/contract';
import type { Browser, Page } from 'playwright-core';
import { lookAtVideo, noBrowser, openBrowser } from './browser.ts';
import { type Installation, type PartName, eventually, getJson, install, pushesOf } from './installation.ts';

describe('a part dies while a viewer watches', { skip: noBrowser }, () => {
  let lubo: Installation;
  let browser: Browser;
  let page: Page;
  before(async () => {
    lubo = await install({ args: ['--demo'] });
    browser = await openBrowser();
    page = await browser.newPage();
    const channel = await eventually('the channel is online', 15, async () => {
      const [first] = (await getJson<{ rows: Channel[] }>(`${lubo.siteUrl}/api/channels`)).rows;
      return first?.isOnline && first;
    });
    await page.goto(`${lubo.siteUrl}/live/${channel.id}`);
    await page.locator('[data-state="playing"]').waitFor({ timeout: 10_000 });
  });
  after(async () => {
    await browser?.close();
    await lubo?.stop();
  });

  const kill = (part: PartName): void => {
    const pid = lubo.pids().get(part);
    assert.ok(pid !== undefined, `${part} does not run`);
    process.kill(pid, 'SIGKILL');
  };

  /** One viewer, one push, seen by site and gather. */
  const allIsRight = (): Promise<true> =>
    eventually('one viewer and one push are known everywhere', 30, async () => {
      const [channel] = (await getJson<{ rows: Channel[] }>(`${lubo.siteUrl}/api/channels`)).rows;
      return channel?.isLive && channel.viewers === 1 && (await pushesOf(lubo)) === 1;
    });

  test('the death of the site does not even interrupt the picture', async () => {
    const earlier = await lookAtVideo(page);
    await page.evaluate(() => {
      const video = document.querySelector('video') as HTMLVideoElement;
      const seen = window as unknown as { breaks: number };
      seen.breaks = 0;
      // Not `waiting`: a busy machine alone makes a player wait that stays near live.
      for (const name of ['emptied', 'pause', 'error']) video.addEventListener(name, () => void seen.breaks++);
    });
    kill('site');
    await eventually('the site is back', 15, async () => (await fetch(`${lubo.siteUrl}/healthz`)).ok);
    await allIsRight();
    const later = await lookAtVideo(page);
    assert.equal(await page.evaluate(() => (window as unknown as { breaks: number }).breaks), 0);
    assert.ok(later.decodedFrames > earlier.decodedFrames);
  });

  for (const part of ['live', 'gather'] as const) {
    test(`after the death of ${part} the picture comes back within 10 s`, async () => {
      const old = lubo.pids().get(part);
      kill(part);
      await eventually(`${part} runs again`, 10, () => {
        const pid = lubo.pids().get(part);
        return pid !== undefined && pid !== old;
      });
      await eventually('a new picture', 10, async () => {
        const one = await lookAtVideo(page);
        await new Promise((resolve) => setTimeout(resolve, 500));
        const two = await lookAtVideo(page);
        return two.decodedFrames > one.decodedFrames && two.currentTime > one.currentTime;
      });
      await allIsRight();
    });
  }

  test('the viewer leaves and the push ends, after all these deaths', async () => {
    await page.close();
    await eventually('the push stops', 15, async () => (await pushesOf(lubo)) === 0);
  });
});
