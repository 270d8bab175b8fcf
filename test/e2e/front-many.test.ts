// The public pages where there is much: a wall of nine channels, lists by touch on a phone, as many subjects as there may be. Real processes, Chromium.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';
import type { Agent, Channel, Home, Subject } from '@lubo/contract';
import type { Browser, CDPSession, Page } from 'playwright-core';
import { administratorSettings } from './administrator.ts';
import { noBrowser, openBrowser, screenshots } from './browser.ts';
import { type Installation, eventually, getJson, install } from './installation.ts';
import { type Maker, makeMp4, startMaker } from './recording-maker.ts';

const recordings = 30;
/** The site refuses more. */
const mostSubjects = 200;

describe('the public pages with much to show', { skip: noBrowser, concurrency: false }, () => {
  let lubo: Installation;
  let browser: Browser;
  let maker: Maker;

  before(async () => {
    lubo = await install({ env: administratorSettings });
    browser = await openBrowser();
    maker = await startMaker(lubo.siteUrl);
  });
  afterEach(async () => {
    for (const context of browser.contexts()) await context.close();
  });
  after(async () => {
    await browser?.close();
    await lubo?.stop();
  });

  test('LIVE-10: of nine channels on the wall those in sight play, and one at most is heard', async () => {
    const clip = join(lubo.dataDir, 'wall.mp4');
    writeFileSync(clip, makeMp4(10));
    // The maker's is none: it only uploads.
    const own = await eventually('the gather is there', 20, async () => (await maker.call<{ rows: Agent[] }>('GET', '/api/agents?kind=gather')).rows.find(({ isOnline }) => isOnline));
    for (let n = 1; n <= 9; n += 1) await maker.call('POST', '/api/channels', { name: `${n}班`, gatherId: own.id, source: { mode: 'file', path: clip } });
    await eventually('nine are online', 30, async () => (await getJson<{ online: number }>(`${lubo.siteUrl}/api/channels`)).online === 9);
    const page = await browser.newPage({ viewport: { width: 1280, height: 700 }, locale: 'zh-CN' });
    await page.goto(`${lubo.siteUrl}/wall`);
    const columns = page.getByRole('group', { name: '每行画面数' });
    await columns.getByRole('button', { name: '3' }).click();
    const playing = (): Promise<string[]> => page.locator('[data-tile][data-state="playing"]').evaluateAll((tiles) => tiles.map((tile) => (tile as HTMLElement).dataset['tile'] ?? ''));
    const seen = (): Promise<string[]> => page.locator('[data-tile][data-plays="true"]').evaluateAll((tiles) => tiles.map((tile) => (tile as HTMLElement).dataset['tile'] ?? ''));
    await eventually('two rows are in sight and play', 25, async () => {
      const ids = await playing();
      return ids.length >= 6 && ids.length === (await seen()).length;
    });
    await columns.getByRole('button', { name: '2' }).click();
    await eventually('the larger pictures leave fewer in sight, and only these play', 25, async () => {
      const ids = await playing();
      return ids.length >= 2 && ids.length < 9 && ids.join() === (await seen()).join();
    });
    const first = page.locator('[data-tile]').first();
    const firstId = await first.getAttribute('data-tile');
    const heard = (): Promise<number> => page.locator('[data-tile] video').evaluateAll((videos) => videos.filter((video) => !(video as HTMLVideoElement).muted).length);
    assert.equal(await heard(), 0);
    await first.getByRole('button').click();
    await page.locator('[data-tile]').nth(1).getByRole('button').click();
    assert.equal(await heard(), 1);
    await page.screenshot({ path: join(screenshots, 'front-wall-nine.png') });
    await page.locator('[data-tile]').last().scrollIntoViewIfNeeded();
    await eventually('the last plays and the first has stopped', 25, async () => {
      const ids = await playing();
      return !ids.includes(firstId ?? '') && ids.includes((await page.locator('[data-tile]').last().getAttribute('data-tile')) ?? '');
    });
    await page.close();
    for (const { id } of (await getJson<{ rows: Channel[] }>(`${lubo.siteUrl}/api/channels`)).rows) await maker.call('DELETE', `/api/channels/${id}`);
  });

  test('MOB-2: on a phone a finger that pulls refreshes, one that pushes loads more', async () => {
    const channel = await maker.addChannel('一班');
    const mp4 = makeMp4(2);
    for (let n = 0; n < recordings; n += 1) await maker.record(channel, mp4, 2, { startedAt: new Date(Date.UTC(2026, 8, 1, 1, n)).toISOString() });
    const context = await browser.newContext({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, locale: 'zh-CN' });
    const page = await context.newPage();
    const finger = await context.newCDPSession(page);
    await page.goto(`${lubo.siteUrl}/`);
    const cards = page.locator('[data-newest] [data-recording]');
    await cards.first().waitFor();
    const newest = await maker.record(channel, mp4, 2, { startedAt: new Date(Date.UTC(2026, 8, 2)).toISOString() });
    await drag(finger, { from: 160, to: 420 }, async () => {
      await page.locator('.pull[data-pulled="true"]').waitFor();
      await page.screenshot({ path: join(screenshots, 'front-pull.png') });
    });
    await eventually('the newest is there', 10, async () => (await cards.first().getAttribute('data-recording')) === newest);
    await eventually('all are there, page after page', 20, async () => {
      await drag(finger, { from: 700, to: 120 });
      return (await cards.count()) === recordings + 1;
    });
    assert.equal(new Set(await cards.evaluateAll((all) => all.map((card) => (card as HTMLElement).dataset['recording']))).size, recordings + 1, 'none twice');
  });

  test('VOD-2: with as many subjects as there may be, some of long names, navigation, their page and home hold', async () => {
    const add = (name: string): Promise<Subject> => maker.call<Subject>('POST', '/api/subjects', { name });
    const count = mostSubjects - maker.subjects.length;
    for (let n = 0; n < count; n += 1) await add(n % 7 === 3 ? `选修课 ${n} <b>这门课的名称非常非常长，长到导航里放不下` : `选修课 ${n}`);
    await assert.rejects(add('多一门'), /too-many-subjects/);
    const lastName = (count - 1) % 7 === 3 ? `选修课 ${count - 2}` : `选修课 ${count - 1}`;
    const home = await getJson<Home>(`${lubo.siteUrl}/api/front/home`);
    assert.equal(home.subjects.length, mostSubjects);
    for (const [width, height] of [[1440, 900], [390, 844]] as const) {
      const page = await browser.newPage({ viewport: { width, height }, locale: 'zh-CN' });
      await page.goto(`${lubo.siteUrl}/`);
      await page.locator('[data-recording]').first().waitFor();
      await requireFit(page, `home ${width}`);
      if (width > 1000) {
        assert.equal(await page.locator('nav [data-subject]').count(), 6);
        await page.getByRole('button', { name: '更多' }).click();
        const last = page.getByRole('link', { name: lastName, exact: true });
        await last.scrollIntoViewIfNeeded();
        await page.screenshot({ path: join(screenshots, 'front-many-more.png') });
        await last.click();
        await page.getByRole('heading', { name: lastName }).waitFor();
      } else {
        await page.goto(`${lubo.siteUrl}/subjects`);
        await page.getByRole('link', { name: lastName, exact: true }).scrollIntoViewIfNeeded();
        await requireFit(page, 'subjects');
      }
      await page.close();
    }
  });
});

async function requireFit(page: Page, what: string): Promise<void> {
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(overflow <= 0, `${what} is ${overflow} px too wide`);
}

/** A finger that moves up or down the screen; `meanwhile` runs while it still touches. */
async function drag(finger: CDPSession, { from, to }: { from: number; to: number }, meanwhile: () => Promise<void> = () => Promise.resolve()): Promise<void> {
  const at = (y: number) => ({ touchPoints: [{ x: 190, y }] });
  await finger.send('Input.dispatchTouchEvent', { type: 'touchStart', ...at(from) });
  for (let step = 1; step <= 8; step += 1) await finger.send('Input.dispatchTouchEvent', { type: 'touchMove', ...at(from + ((to - from) * step) / 8) });
  await meanwhile();
  await finger.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
}
