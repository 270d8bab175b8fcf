// Live for others: the addresses that administrators hand out, and the player in frames of foreign pages, in Chromium.
import assert from 'node:assert/strict';
import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';
import type { Channel, Problem } from '@lubo/contract';
import type { Browser, Page } from 'playwright-core';
import { administratorSettings } from './administrator.ts';
import { lookAtVideo, noBrowser, openBrowser, screenshots } from './browser.ts';
import { type Installation, eventually, getJson, install, pushesOf } from './installation.ts';

/** A site of somebody else's whose only page is `html()`; another port is another origin. */
async function startForeignSite(html: () => string): Promise<{ origin: string; server: Server }> {
  const server = createServer((_request, response) => response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(`<!doctype html><title>x</title>${html()}`));
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
}

describe('live for others', { skip: noBrowser, concurrency: false }, () => {
  let lubo: Installation;
  let browser: Browser;
  let demo: Channel;
  let embedCode = '';
  const servers: Server[] = [];
  let friend = '';
  let stranger = '';

  before(async () => {
    for (const which of ['friend', 'stranger'] as const) {
      const { origin, server } = await startForeignSite(() => embedCode);
      servers.push(server);
      if (which === 'friend') friend = origin;
      else stranger = origin;
    }
    lubo = await install({ args: ['--demo'], env: { ...administratorSettings, LUBO_SITE_EMBED_ORIGINS: `https://www.school.example,${friend}` } });
    browser = await openBrowser();
    demo = await eventually('the demo channel is online', 20, async () => (await channels()).find(({ isOnline }) => isOnline));
  });
  afterEach(async () => {
    for (const context of browser.contexts()) await context.close();
  });
  after(async () => {
    await browser?.close();
    for (const server of servers) server.close();
    await lubo?.stop();
  });

  const channels = async (): Promise<Channel[]> => (await getJson<{ rows: Channel[] }>(`${lubo.siteUrl}/api/channels`)).rows;
  const openPage = async (url: string): Promise<Page> => {
    const page = await (await browser.newContext({ locale: 'zh-CN', viewport: { width: 1280, height: 900 } })).newPage();
    await page.goto(url);
    return page;
  };
  const addressIn = (page: Page, name: string): Promise<string> => page.locator(`[data-address="${name}"]`).inputValue();

  test('LIVE-8: an administrator finds addresses and embed code below the picture and copies them; others see none', async () => {
    const page = await openPage(`${lubo.siteUrl}/sign-in`);
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'], { origin: lubo.siteUrl });
    await page.getByLabel('用户名').fill(administratorSettings.LUBO_ADMIN_USER);
    await page.getByLabel('密码', { exact: true }).fill(administratorSettings.LUBO_ADMIN_PASSWORD);
    await page.getByRole('button', { name: '登录', exact: true }).click();
    await page.waitForURL((url) => url.pathname !== '/sign-in');
    await page.goto(`${lubo.siteUrl}/live/${demo.id}`);
    await page.locator('[data-addresses] summary').click();
    await page.locator('[data-until]').waitFor();
    assert.match(await addressIn(page, 'rtmp'), new RegExp(`^${lubo.rtmpUrl}/live/${demo.id}\\?token=`));
    assert.match(await addressIn(page, 'hls'), new RegExp(`^${lubo.liveUrl}/live/${demo.id}\\.m3u8\\?token=`));
    await page.locator('.line', { has: page.locator('[data-address="flv"]') }).getByRole('button').click();
    await page.getByRole('button', { name: '已复制' }).waitFor();
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), await addressIn(page, 'flv'));
    embedCode = await addressIn(page, 'embed');
    assert.doesNotMatch(embedCode, /token/);
    await page.screenshot({ path: join(screenshots, 'watch-addresses.png'), fullPage: true });

    const other = await openPage(`${lubo.siteUrl}/live/${demo.id}`);
    await other.locator('h1').waitFor();
    await other.waitForTimeout(500);
    assert.equal(await other.locator('[data-addresses]').count(), 0);
    const { status } = await fetch(`${lubo.siteUrl}/api/channels/${demo.id}/addresses`);
    assert.equal(status, 401);
  });

  test('LIVE-8: an address that is opened when nobody else watches makes the gather push, and gives the picture', async () => {
    const session = await fetch(`${lubo.siteUrl}/api/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name: administratorSettings.LUBO_ADMIN_USER, password: administratorSettings.LUBO_ADMIN_PASSWORD }),
    });
    const [cookie = ''] = (session.headers.get('set-cookie') ?? '').split(';');
    const answer = await fetch(`${lubo.siteUrl}/api/channels/${demo.id}/addresses`, { headers: { cookie } });
    const addresses = (await answer.json()) as { flv: string; hlsTs: string } & Partial<Problem>;
    assert.equal(answer.status, 200, addresses.detail);
    await eventually('nobody is sent to', 40, async () => (await pushesOf(lubo)) === 0);
    const stop = new AbortController();
    const { body, status } = await fetch(addresses.flv, { signal: stop.signal });
    assert.equal(status, 200);
    const { value } = (await body?.getReader().read()) ?? {};
    assert.equal(Buffer.from(value ?? []).subarray(0, 3).toString(), 'FLV');
    stop.abort();
    assert.match(await (await fetch(addresses.hlsTs)).text(), /^#EXTM3U/);
  });

  test('VOD-7: a page of an allowed site shows the player by the embed code', async () => {
    const page = await openPage(friend);
    const frame = page.frameLocator('iframe');
    await frame.locator('[data-state="playing"]').waitFor({ timeout: 20_000 });
    const inner = page.frames().find((each) => each.url().includes('/embed/'));
    assert.ok(inner);
    const sight = await eventually('picture in the frame', 10, async () => {
      const seen = await lookAtVideo(inner);
      return seen.decodedFrames > 50 && seen.contrast > 10 && seen;
    });
    assert.equal(sight.width, 1280);
    assert.equal(await frame.locator('header, footer').count(), 0);
    await page.screenshot({ path: join(screenshots, 'embed.png') });
  });

  test('VOD-7: a page of any other site gets neither the player nor another page of ours', async () => {
    const code = embedCode;
    for (const src of [undefined, `${lubo.siteUrl}/live/${demo.id}`]) {
      embedCode = src === undefined ? code : `<iframe src="${src}"></iframe>`;
      const refusals: string[] = [];
      const page = await (await browser.newContext()).newPage();
      page.on('console', (message) => {
        if (/frame-ancestors|X-Frame-Options/i.test(message.text())) refusals.push(message.text());
      });
      await page.goto(src === undefined ? stranger : friend);
      await eventually('the browser refuses', 10, () => refusals.length > 0);
      assert.equal(await page.frameLocator('iframe').locator('[data-state]').count(), 0);
    }
    embedCode = code;
  });
});
