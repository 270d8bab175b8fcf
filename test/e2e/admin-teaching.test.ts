// The administration in a real browser: the site's own facts, subjects, grades and teachers.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { type AdminSite, inEveryDress, startAdminSite } from './admin-pages.ts';
import { noBrowser, openBrowser } from './browser.ts';

type Rows<T> = { rows: T[] };

describe('teaching and the site', { skip: noBrowser }, () => {
  let lubo: AdminSite;
  let browser: Browser;
  let page: Page;

  const open = async (path: string): Promise<void> => {
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.goto(`${lubo.url}/admin/${path}`);
    await page.evaluate(() => localStorage.clear());
    await page.reload();
    await page.locator('h1').waitFor();
  };
  const names = async (path: string): Promise<string[]> => (await lubo.call<Rows<{ name: string }>>('GET', path)).rows.map(({ name }) => name);

  before(async () => {
    [lubo, browser] = await Promise.all([startAdminSite(), openBrowser()]);
    page = await (await lubo.context(browser)).newPage();
  });
  after(async () => {
    await browser.close();
    await lubo.site.end();
  });

  it('a new name of the site is in the header and footer of a page that was open, at once', async () => {
    const visitor = await (await browser.newContext({ locale: 'zh-CN' })).newPage();
    await visitor.goto(`${lubo.url}/live`);
    await visitor.waitForLoadState('networkidle');
    await open('site');
    await page.getByLabel('网站名称').fill('云湖录播');
    await page.getByLabel('学校官网').fill('school.example');
    await page.getByRole('button', { name: '保存' }).click();
    await page.getByText('填写不正确').waitFor();
    await page.getByLabel('学校官网').fill('https://school.example/');
    await page.getByLabel('服务电话').fill('010-12345678');
    await page.getByRole('button', { name: '保存' }).click();
    await page.locator('.el-message').getByText('已保存').waitFor();
    await visitor.locator('footer').getByText('云湖录播').waitFor();
    await visitor.locator('header').getByText('云湖录播').waitFor();
    await visitor.locator('footer').getByText('010-12345678').waitFor();
    await visitor.context().close();
    await inEveryDress(page, 'site');
  });

  it('what was typed is not lost by going elsewhere unasked', async () => {
    await open('site');
    await page.getByLabel('网站名称').fill('别的名字');
    await page.getByRole('link', { name: '年级' }).click();
    await page.getByRole('button', { name: '继续编辑' }).click();
    assert.equal(await page.getByLabel('网站名称').inputValue(), '别的名字');
    await page.getByRole('link', { name: '年级' }).click();
    await page.getByRole('button', { name: '放弃修改' }).click();
    await page.waitForURL(/grades/);
  });

  it('subjects are moved by keyboard and by dragging', async () => {
    await open('subjects');
    await page.getByRole('button', { name: '下移 语文' }).focus();
    await page.keyboard.press('Enter');
    await page.keyboard.press('Enter');
    await page.getByText('语文 移到第 3 位').waitFor({ state: 'attached' });
    await page.waitForLoadState('networkidle');
    assert.deepEqual((await names('/api/subjects')).slice(0, 3), ['数学', '英语', '语文']);
    await page.getByRole('listitem').filter({ hasText: '生物' }).dragTo(page.getByRole('listitem').filter({ hasText: '数学' }));
    await page.waitForLoadState('networkidle');
    assert.deepEqual((await names('/api/subjects')).slice(0, 2), ['生物', '数学']);
    await inEveryDress(page, 'subjects');
  });

  it('a grade is added with a stage of its own, and shows in another window without a reload', async () => {
    await open('grades');
    const other = await page.context().newPage();
    await other.goto(`${lubo.url}/admin/grades`);
    await other.getByText('高中 三年级').waitFor();
    await page.getByRole('button', { name: '添加年级' }).click();
    await page.getByLabel('学段').fill('大学');
    await page.keyboard.press('Enter');
    await page.getByLabel('年级名称').fill('<b>大一</b>');
    await page.getByRole('button', { name: '保存' }).click();
    await other.getByText('大学 <b>大一</b>').waitFor();
    await other.close();
    await inEveryDress(page, 'grades');
  });

  it('a grade in use says what hangs on it before it goes', async () => {
    const [grade] = (await lubo.call<Rows<{ id: string; name: string }>>('GET', '/api/grades')).rows;
    const { code } = await lubo.call<{ code: string }>('POST', '/api/enrolment-codes', { kind: 'gather' });
    const facts = { hostname: 'pc', os: 'Linux', ip: '10.0.0.9', mac: '00:11:22:33:44:55', version: '1' };
    const gather = await lubo.call<{ id: string }>('POST', '/api/agents', { kind: 'gather', code, facts });
    await lubo.call('POST', '/api/channels', { name: '一班', gatherId: gather.id, gradeId: grade?.id, source: { mode: 'file', path: '/clip.mp4' } });
    await open('grades');
    const askToDelete = async (): Promise<void> => {
      await page.getByRole('listitem').filter({ hasText: '一年级' }).first().getByRole('button', { name: '删除' }).click();
      await page.getByRole('dialog').getByText('会保留，但不再与它关联').waitFor();
    };
    await askToDelete();
    await page.getByRole('dialog').getByRole('listitem').filter({ hasText: '通道' }).getByText('1', { exact: true }).waitFor();
    await page.keyboard.press('Escape');
    await inEveryDress(page, 'grade-delete', async () => {
      await page.locator('main ol').last().getByRole('button', { name: /^(删除|Delete)$/ }).first().click();
      await page.getByRole('dialog').locator('section').waitFor();
    });
    await open('grades');
    await askToDelete();
    await page.getByRole('dialog').getByRole('button', { name: '删除' }).click();
    await page.getByText('已删除 1 项').waitFor();
    await page.getByRole('listitem').filter({ hasText: '小学 一年级' }).waitFor({ state: 'detached' });
  });

  it('sample teachers come and go in one action; one of our own gets a portrait that is scaled down', async () => {
    await open('teachers');
    await inEveryDress(page, 'teachers-empty');
    await open('teachers');
    await page.getByRole('button', { name: '添加样例教师' }).click();
    await page.getByRole('row', { name: /欧阳晓彤/ }).waitFor();
    await page.getByRole('button', { name: '添加教师' }).click();
    const dialog = page.getByRole('dialog', { name: '添加教师' });
    await dialog.getByLabel('姓名').fill('艾名字很长'.repeat(12));
    await dialog.locator('input[type=file]').setInputFiles({ name: 'x.png', mimeType: 'image/png', buffer: Buffer.from('this is no picture') });
    await dialog.getByRole('alert').waitFor();
    await dialog.locator('input[type=file]').setInputFiles({ name: 'large.png', mimeType: 'image/png', buffer: await largePicture(page) });
    await dialog.locator('img').waitFor();
    await dialog.getByLabel('简介').fill('<script>alert(1)</script>'.repeat(20));
    await dialog.getByRole('button', { name: '保存' }).click();
    await dialog.waitFor({ state: 'hidden' });
    const picture = page.locator('td img');
    await picture.waitFor();
    await picture.evaluate((image: HTMLImageElement) => image.decode());
    assert.deepEqual(await picture.evaluate((image: HTMLImageElement) => [image.naturalWidth, image.naturalHeight]), [320, 240]);
    await inEveryDress(page, 'teachers');
    await inEveryDress(page, 'teacher-form', async () => {
      await page.getByRole('row').nth(1).getByRole('button', { name: /编辑|Edit/ }).click();
      await page.getByRole('dialog').getByRole('textbox').first().waitFor();
    });
    await open('teachers');
    await page.getByRole('button', { name: '移除样例教师' }).click();
    await page.getByRole('dialog').getByText('将一并删除').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: '删除' }).click();
    await page.getByText('共 1 项').waitFor();
  });

  it('the first load stays small: the administration 300 kB, a public page 90 kB, compressed', async () => {
    const weigh = async (path: string): Promise<number> => {
      const context = await lubo.context(browser);
      const fresh = await context.newPage();
      await fresh.goto(lubo.url + path);
      await fresh.waitForLoadState('networkidle');
      const bytes = await fresh.evaluate(() =>
        [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
          .map((entry) => entry as PerformanceResourceTiming)
          .filter(({ name }) => !name.includes('/api/'))
          .reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0),
      );
      await context.close();
      return bytes;
    };
    const sizes = { public: await weigh('/live'), teachers: await weigh('/admin/teachers'), site: await weigh('/admin/site') };
    assert.ok(sizes.public > 20_000 && sizes.public <= 90_000, JSON.stringify(sizes));
    assert.ok(Math.max(sizes.teachers, sizes.site) <= 300_000, JSON.stringify(sizes));
  });
});

/** A PNG of 1600 × 1200 pixels, as a phone would send. */
async function largePicture(page: Page): Promise<Buffer> {
  const url = await page.evaluate(() => {
    const canvas = document.createElement('canvas');
    canvas.width = 1600;
    canvas.height = 1200;
    const context = canvas.getContext('2d') as CanvasRenderingContext2D;
    context.fillStyle = '#3a7';
    context.fillRect(0, 0, 1600, 1200);
    context.fillStyle = '#fed';
    context.arc(800, 600, 400, 0, 7);
    context.fill();
    return canvas.toDataURL('image/png');
  });
  return Buffer.from(url.split(',')[1] ?? '', 'base64');
}
