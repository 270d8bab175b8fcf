// A site of its own with an administrator, and pages of its administration in every dress: languages, themes, widths.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { freePorts } from '../free-ports.ts';
import { administratorSettings } from './administrator.ts';
import { screenshots } from './browser.ts';
import { eventually } from './installation.ts';
import { type LonePart, dataFolder, startPart } from './part.ts';

export type AdminSite = {
  url: string;
  site: LonePart;
  /** Calls the API as the administrator; throws what is not 2xx. Answers parsed JSON. */
  call<T = unknown>(method: string, path: string, body?: unknown): Promise<T>;
  /** A browser's window that is signed in. */
  context(browser: Browser): Promise<BrowserContext>;
};

/** Starts the site alone and signs the administrator in. `dataDir`: with what is there already. */
export async function startAdminSite(dataDir: string = dataFolder()): Promise<AdminSite> {
  const [port = 0] = await freePorts(1);
  const url = `http://127.0.0.1:${port}`;
  const site = startPart('site', { LUBO_DATA_DIR: dataDir, LUBO_SITE_PORT: String(port), LUBO_SITE_HOST: '127.0.0.1', ...administratorSettings });
  await eventually('the site answers', 30, async () => (await fetch(`${url}/healthz`).catch(() => undefined))?.ok === true);
  let cookie = '';
  const send = async (method: string, path: string, body?: unknown): Promise<Response> => {
    const json = body === undefined ? {} : { body: JSON.stringify(body) };
    const response = await fetch(`${url}${path}`, { method, headers: { 'content-type': 'application/json', cookie }, ...json });
    if (!response.ok) throw new Error(`${response.status} from ${method} ${path}: ${await response.text()}`);
    return response;
  };
  const { LUBO_ADMIN_USER: name, LUBO_ADMIN_PASSWORD: password } = administratorSettings;
  const session = await send('POST', '/api/session', { name, password });
  cookie = (session.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  return {
    url,
    site,
    async call<T>(method: string, path: string, body?: unknown) {
      const response = await send(method, path, body);
      return (response.status === 204 ? undefined : await response.json()) as T;
    },
    async context(browser) {
      const [cookieName = '', value = ''] = cookie.split('=');
      const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'zh-CN', reducedMotion: 'reduce' });
      await context.addCookies([{ name: cookieName, value, url }]);
      return context;
    },
  };
}

const dresses = [
  { width: 1440, language: 'zh-CN', theme: 'light' },
  { width: 1440, language: 'en', theme: 'dark' },
  { width: 768, language: 'zh-CN', theme: 'dark' },
  { width: 768, language: 'en', theme: 'light' },
  { width: 390, language: 'zh-CN', theme: 'light' },
] as const;

/**
 * Shows the page in every dress: a picture of each in test-output/screenshots, and nothing may overflow, stand there in the
 * other language or be a serious fault to axe. `prepare` brings an opened page to what is to be seen.
 */
export async function inEveryDress(page: Page, name: string, prepare: (page: Page) => Promise<void> = async () => {}): Promise<void> {
  for (const { width, language, theme } of dresses) {
    await page.setViewportSize({ width, height: width === 390 ? 844 : 900 });
    await page.evaluate(([words, look]) => {
      localStorage.setItem('lubo.language', words);
      localStorage.setItem('lubo.theme', look);
    }, [language, theme] as const);
    await page.reload();
    await page.locator('h1').waitFor();
    await page.waitForLoadState('networkidle');
    await prepare(page);
    const where = `${name}-${width}-${language === 'en' ? 'en' : 'zh'}-${theme}`;
    await page.screenshot({ path: join(screenshots, `admin-${where}.png`) });
    assert.equal(await sidewaysPixels(page), 0, `${where} scrolls sideways`);
    assert.deepEqual(await seriousFaults(page), [], where);
  }
}

/** How far the page itself can be scrolled sideways. */
function sidewaysPixels(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

type AxeResult = { violations: { id: string; impact: string; nodes: { html: string; failureSummary: string }[] }[] };

/** What axe calls serious or worse on the page as it is now. */
export async function seriousFaults(page: Page): Promise<string[]> {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axeSource);
  const { violations } = await page.evaluate(() => (window as unknown as { axe: { run(): Promise<AxeResult> } }).axe.run());
  const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  return serious.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html.slice(0, 200)} ${node.failureSummary.slice(0, 300)}`));
}
