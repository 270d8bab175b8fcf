// The public pages as pupils, parents and teachers see them: PC, tablet and phone, both languages, both themes. Real processes, Chromium.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';
import type { Channel, Home, PlayInfo } from '@lubo/contract';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { administratorSettings } from './administrator.ts';
import { lookAtVideo, noBrowser, openBrowser, screenshots } from './browser.ts';
import { type Installation, eventually, getJson, install } from './installation.ts';
import { type Maker, makeJpeg, makeMp4, startMaker } from './recording-maker.ts';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const sizes = { pc: { width: 1440, height: 900 }, tablet: { width: 768, height: 1024 }, phone: { width: 390, height: 844 } } as const;
const markup = '<b>三班</b><script>window.hacked=1</script>';
const long = '这是一个非常非常长的教室名称用来检查页面会不会被撑破'.repeat(2).slice(0, 60);
const seconds = 12;

type Shifted = { shift?: number };

/** Adds up how far things moved by themselves (Cumulative Layout Shift) since the page was opened. */
function addUpShifts(): void {
  const told = window as unknown as Shifted;
  told.shift = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries() as (PerformanceEntry & { value: number; hadRecentInput: boolean })[]) if (!entry.hadRecentInput) told.shift = (told.shift ?? 0) + entry.value;
  }).observe({ type: 'layout-shift', buffered: true });
}

describe('the public pages', { skip: noBrowser, concurrency: false }, () => {
  let lubo: Installation;
  let browser: Browser;
  let maker: Maker;
  let first = '';
  let second = '';
  let demo: Channel;

  before(async () => {
    lubo = await install({ args: ['--demo'], env: administratorSettings });
    browser = await openBrowser();
    maker = await startMaker(lubo.siteUrl);
    demo = await eventually('the demo channel is online', 30, async () => (await getJson<{ rows: Channel[] }>(`${lubo.siteUrl}/api/channels`)).rows.find(({ isOnline }) => isOnline));
  });
  afterEach(async () => {
    const shifts = await Promise.all(browser.contexts().flatMap((context) => context.pages()).map(async (page) => ({ at: page.url(), shift: await page.evaluate(() => (window as unknown as Shifted).shift) })));
    for (const context of browser.contexts()) await context.close();
    for (const { at, shift = 0 } of shifts) assert.ok(shift < 0.1, `${at} moved by ${shift} while it came up`);
  });
  after(async () => {
    await browser?.close();
    await lubo?.stop();
  });

  async function open(path: string, size: keyof typeof sizes, over: BrowserContextOptions = {}): Promise<Page> {
    const phone = size === 'phone' ? { hasTouch: true, isMobile: true } : {};
    const context = await browser.newContext({ locale: 'zh-CN', timezoneId: 'Asia/Shanghai', viewport: sizes[size], ...phone, ...over });
    await context.addInitScript(addUpShifts);
    const page = await context.newPage();
    await page.goto(`${lubo.siteUrl}${path}`);
    return page;
  }
  const playerWidth = async (page: Page): Promise<number> => (await page.locator('section.player').boundingBox())?.width ?? 0;
  const shot = (page: Page, name: string): Promise<Buffer> => page.screenshot({ path: join(screenshots, `front-${name}.png`) });
  const state = (page: Page): Promise<string | null> => page.locator('section.player').getAttribute('data-state');
  const playing = (page: Page): Promise<string | undefined> => eventually('it plays', 15, async () => ((await state(page)) === 'playing' ? 'playing' : undefined));

  async function requireFit(page: Page, what: string): Promise<void> {
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert.ok(overflow <= 0, `${what} is ${overflow} px too wide`);
  }

  /** What the page says is fetched ahead is just what it then shows. */
  async function requirePreload(page: Page): Promise<void> {
    const { ahead, shown } = await page.evaluate(() => {
      const link = document.querySelector<HTMLLinkElement>('link[rel="preload"][as="image"]');
      const pictures = [...document.querySelectorAll('picture source')].map((source) => [source.getAttribute('srcset'), source.getAttribute('sizes')].join(' for '));
      const plain = [...document.querySelectorAll('picture img')].map((each) => each.getAttribute('src'));
      return { ahead: link === null ? undefined : link.imageSrcset === '' ? link.getAttribute('href') : [link.imageSrcset, link.imageSizes].join(' for '), shown: [...pictures, ...plain] };
    });
    assert.ok(ahead !== undefined && shown.includes(ahead), `${page.url()} fetches ${ahead} ahead and shows ${shown.slice(0, 4).join(', ')}`);
  }

  async function requireAccessible(page: Page, what: string): Promise<void> {
    await page.evaluate(axe);
    const { violations } = await page.evaluate(() => (window as unknown as { axe: { run(): Promise<{ violations: { id: string; impact: string; nodes: { target: string[] }[] }[] }> } }).axe.run());
    const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
    assert.deepEqual(serious.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).slice(0, 3).join(', ')}`), [], what);
  }

  test('without any recording home says so and leads on', async () => {
    const page = await open('/', 'pc');
    await page.getByRole('heading', { name: '还没有录像' }).waitFor();
    await shot(page, 'empty');
    const phone = await open('/', 'phone');
    await phone.getByRole('heading', { name: '还没有录像' }).waitFor();
    await shot(phone, 'empty-phone');
  });

  test('VOD-1, MOB-2: home shows banner, newest, most played and subjects, at every width, from what came with the page', async () => {
    const mp4s = [makeMp4(seconds), makeMp4(seconds, 120)];
    const [maths, english] = maker.subjects;
    const classes = [await maker.addChannel('高一（1）班'), await maker.addChannel(markup), await maker.addChannel(long)];
    const lessonId = 'hand-00000000000a';
    const at = (minute: number): string => new Date(Date.UTC(2026, 8, 1, 1, minute)).toISOString();
    first = await maker.record(classes[0] ?? '', mp4s[0] as Buffer, seconds, { subjectId: maths?.id ?? null, lessonId, startedAt: at(0) });
    second = await maker.record(classes[0] ?? '', mp4s[1] as Buffer, seconds, { subjectId: maths?.id ?? null, lessonId, sliceIndex: 1, startedAt: at(1) });
    for (let n = 0; n < 14; n += 1) {
      const id = await maker.record(classes[n % 3] ?? '', mp4s[n % 2] as Buffer, seconds, { subjectId: (n % 2 === 0 ? maths : english)?.id ?? null, startedAt: at(10 + n) });
      if (n > 8) await maker.putPicture(id, 'poster', makeJpeg(`testsrc2=size=640x360,hue=h=${n * 40}`));
    }
    const sheet = makeJpeg('testsrc2=size=480x180');
    await maker.putPicture(first, 'thumbnails', sheet, '?tileWidth=160&tileHeight=90&columns=3&millis=0,2000,4000,6000,8000,10000');
    for (const size of ['pc', 'tablet', 'phone'] as const) {
      const asked: string[] = [];
      const context = await browser.newContext({ locale: 'zh-CN', viewport: sizes[size], ...(size === 'phone' ? { hasTouch: true, isMobile: true } : {}) });
      await context.addInitScript(addUpShifts);
      const page = await context.newPage();
      page.on('request', (request) => void asked.push(new URL(request.url()).pathname));
      await page.goto(`${lubo.siteUrl}/`);
      await page.locator('[data-newest] [data-recording]').first().waitFor();
      assert.equal(asked.filter((path) => path === '/api/front/home').length, 0, 'the first paint asked nothing');
      await page.locator('[data-newest] [data-recording]').nth(9).waitFor();
      await requirePreload(page);
      await requireFit(page, `home ${size}`);
      await page.waitForTimeout(400);
      await shot(page, `home-${size}`);
      await requireAccessible(page, `home ${size}`);
      assert.equal(await page.evaluate(() => (window as unknown as { hacked?: number }).hacked), undefined);
    }
    const page = await open('/', 'pc');
    assert.equal(await page.locator('nav [data-subject]').count(), 6);
    assert.equal(await page.locator('[data-subject-row]').first().locator('[data-recording]').count(), 8);
    await page.getByRole('button', { name: '更多' }).click();
    await shot(page, 'home-more');
    const dark = await open('/', 'pc', { colorScheme: 'dark', locale: 'en-US' });
    await dark.getByRole('heading', { name: 'Newest' }).waitFor();
    await shot(dark, 'home-dark-en');
    await requireAccessible(dark, 'home dark');
  });

  test('VOD-3: a recording plays at once, seeks at once, shows what it is and pictures while seeking', async () => {
    const page = await open(`/recordings/${first}`, 'pc');
    await playing(page);
    assert.equal(await page.title(), `${maker.subjects[0]?.name} - 录播`);
    await page.locator('[data-plays]').waitFor();
    const bar = page.getByRole('slider', { name: '播放进度' });
    const box = await bar.boundingBox();
    assert.ok(box !== null);
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    await page.locator('[data-preview]').waitFor();
    await shot(page, 'watch-pc');
    await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
    await eventually('it is at the middle', 5, async () => (await lookAtVideo(page)).currentTime > seconds / 2 - 1);
    const middle = (await lookAtVideo(page)).currentTime;
    await page.locator('section.player').hover({ position: { x: 40, y: 40 } });
    await page.keyboard.press('ArrowLeft');
    assert.ok((await lookAtVideo(page)).currentTime < middle - 3);
    await page.keyboard.press('k');
    await eventually('it pauses', 5, async () => (await lookAtVideo(page)).isPaused);
    await page.keyboard.press('m');
    // The player shows what the video element tells it in an event.
    await page.locator('section.player[data-muted="true"]').waitFor();
    await page.getByRole('combobox', { name: '播放速度' }).selectOption('2');
    await eventually('it plays at double speed', 5, () => page.evaluate(() => document.querySelector('video')?.playbackRate === 2));
    await page.locator('aside [data-recording]').nth(9).waitFor();
    await requireAccessible(page, 'watch');
    await requireFit(page, 'watch');
  });

  test('VOD-4: a view counts once, also when the page is loaded again', async () => {
    const plays = async (): Promise<number> => (await getJson<{ plays: number }>(`${lubo.siteUrl}/api/recordings/${second}`)).plays;
    const earlier = await plays();
    const page = await open(`/recordings/${second}`, 'pc', { userAgent: 'Mozilla/5.0 (X11; Linux x86_64) Chrome/130.0 Safari/537.36' });
    await eventually('it counts', 10, async () => (await plays()) === earlier + 1);
    for (let n = 0; n < 3; n += 1) {
      await page.reload();
      await playing(page);
      await page.waitForTimeout(1_500);
    }
    assert.equal(await plays(), earlier + 1);
  });

  test('VOD-3: the next slice plays by itself, or not, as the viewer wants; a recording goes on where it was left', async () => {
    const page = await open(`/recordings/${first}`, 'pc');
    await playing(page);
    await page.evaluate((to) => void ((document.querySelector('video') as HTMLVideoElement).currentTime = to), seconds - 1);
    await page.locator('[data-next-up]').waitFor({ timeout: 10_000 });
    await shot(page, 'next-up');
    await page.getByRole('button', { name: '取消' }).click();
    assert.equal(await page.locator('[data-next-up]').count(), 0);
    await page.reload();
    await playing(page);
    await page.evaluate((to) => void ((document.querySelector('video') as HTMLVideoElement).currentTime = to), seconds - 1);
    await page.waitForURL((url) => url.pathname === `/recordings/${second}`, { timeout: 20_000 });
    await playing(page);
    await page.evaluate((to) => void ((document.querySelector('video') as HTMLVideoElement).pause(), (document.querySelector('video') as HTMLVideoElement).currentTime = to), 0);
  });

  test('an expired address is asked for anew and the recording goes on', async () => {
    const page = await open('/live', 'pc');
    let refusals = 1;
    await page.route(/\/video\?token=/, (route) => (refusals-- > 0 ? route.fulfill({ status: 403, body: '' }) : route.continue()));
    await page.goto(`${lubo.siteUrl}/recordings/${first}`);
    await playing(page);
    assert.ok(refusals <= 0);
  });

  test('VOD-2, VOD-5: subjects page by page, and search by words and day', async () => {
    const page = await open(`/subjects/${maker.subjects[0]?.id}`, 'pc');
    await page.locator('[data-recording]').first().waitFor();
    await shot(page, 'subject');
    await requireAccessible(page, 'subject');
    const asked: string[] = [];
    page.on('request', (request) => void asked.push(new URL(request.url()).pathname));
    await page.goto(`${lubo.siteUrl}/search?q=${encodeURIComponent('高一')}`);
    await page.locator('[data-found]').waitFor();
    assert.ok(!asked.includes('/api/recordings'), 'the first paint asked nothing');
    const found = await page.locator('[data-recording]').count();
    assert.ok(found >= 2, String(found));
    await shot(page, 'search');
    await requireAccessible(page, 'search');
    await page.goto(`${lubo.siteUrl}/search?from=2031-01-01`);
    await page.getByRole('heading', { name: '没有找到录像' }).waitFor();
    await page.getByRole('searchbox').first().fill('<b>三');
    await page.getByRole('button', { name: '搜索', exact: true }).click();
    await page.waitForURL(/q=/);
  });

  test('MOB-1, MOB-3: a phone has its own layout: tabs, inline play, me; a PC page has a QR code', async () => {
    const phone = await open(`/recordings/${first}`, 'phone');
    await playing(phone);
    assert.equal(await phone.evaluate(() => document.querySelector('video')?.hasAttribute('playsinline')), true);
    await requireFit(phone, 'watch phone');
    assert.equal(await playerWidth(phone), 390, 'the picture spans the phone');
    await shot(phone, 'watch-phone');
    await requireAccessible(phone, 'watch phone');
    await phone.getByRole('navigation', { name: '底部导航' }).getByRole('link', { name: '科目' }).tap();
    await phone.waitForURL(/\/subjects$/);
    await phone.locator('[data-recording]').first().waitFor();
    await requireFit(phone, 'subjects phone');
    await shot(phone, 'subjects-phone');
    await phone.getByRole('link', { name: '我的' }).tap();
    await phone.getByRole('heading', { name: '最近观看' }).waitFor();
    await shot(phone, 'me-phone');
    await phone.getByRole('navigation', { name: '底部导航' }).getByRole('link', { name: '直播' }).tap();
    await phone.locator('[data-channel]').first().waitFor();
    await shot(phone, 'live-phone');

    const page = await open(`/recordings/${first}`, 'tablet');
    await page.getByRole('button', { name: '手机观看' }).click();
    await page.locator('[data-qr]').waitFor();
    await requireFit(page, 'watch tablet');
    assert.ok((await playerWidth(page)) > 700, 'the picture spans the tablet');
    await shot(page, 'watch-tablet-qr');
    if (existsSync('/usr/bin/zbarimg')) {
      const path = join(screenshots, 'front-qr.png');
      await page.locator('[data-qr]').screenshot({ path });
      assert.equal(execFileSync('zbarimg', ['--raw', '--quiet', path], { stdio: ['ignore', 'pipe', 'ignore'] }).toString().trim(), `${lubo.siteUrl}/recordings/${first}`, 'what a phone reads in the picture');
    }
  });

  test('LIVE-7, MOB-3: the live list, and a live page with what its channel has recorded', async () => {
    const page = await open('/live', 'pc');
    await page.locator('[data-channel]').first().waitFor();
    assert.equal(await page.locator('[data-channel]').first().getAttribute('data-online'), 'true');
    await requirePreload(page);
    await shot(page, 'live-pc');
    await requireAccessible(page, 'live');
    const home = await getJson<Home>(`${lubo.siteUrl}/api/front/home`);
    const channelId = home.newest[0]?.channelId ?? '';
    await page.goto(`${lubo.siteUrl}/live/${channelId}`);
    await page.locator('[data-channel-recordings] [data-recording]').first().waitFor();
    await shot(page, 'live-watch-offline');
    await page.goto(`${lubo.siteUrl}/live/${demo.id}`);
    await playing(page);
    await shot(page, 'live-watch');
  });

  test('LIVE-10: the wall plays the channels in sight, one with sound', async () => {
    const page = await open('/wall', 'pc');
    const tile = page.locator(`[data-tile="${demo.id}"]`);
    await eventually('the tile plays', 20, async () => (await tile.getAttribute('data-state')) === 'playing');
    assert.equal(await tile.locator('video').evaluate((video) => (video as HTMLVideoElement).muted), true);
    await tile.getByRole('button').click();
    assert.equal(await tile.locator('video').evaluate((video) => (video as HTMLVideoElement).muted), false);
    await shot(page, 'wall');
    await requireAccessible(page, 'wall');
  });

  test('VOD-6, VOD-7: download where it is allowed; the player alone for frames', async () => {
    const page = await open(`/recordings/${first}`, 'pc');
    await playing(page);
    assert.equal(await page.getByRole('link', { name: '下载' }).count(), 0);
    await maker.call('PUT', '/api/archive/rules', { retentionDays: null, binDays: 30, allowsDownload: true });
    await page.reload();
    const link = page.getByRole('link', { name: '下载' });
    await link.waitFor();
    const { downloadUrl } = await getJson<PlayInfo>(`${lubo.siteUrl}/api/recordings/${first}/play`);
    assert.equal(await link.getAttribute('href'), downloadUrl);
    assert.equal(await page.locator('[data-embed]').count(), 0, 'the embed code is for administrators');
    await page.goto(`${lubo.siteUrl}/embed/recordings/${first}`);
    await playing(page);
    assert.equal(await page.locator('header').count(), 0);
  });
});
