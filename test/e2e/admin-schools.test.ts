// The administration in a real browser: who gets in, and the school room as the pattern of all lists.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { type AdminSite, inEveryDress, startAdminSite } from './admin-pages.ts';
import { administratorSettings } from './administrator.ts';
import { noBrowser, openBrowser } from './browser.ts';

const markup = '<img src=x onerror="document.title=1">学校';
const long = '很长的学校名称'.repeat(9);

describe('schools', { skip: noBrowser }, () => {
  let lubo: AdminSite;
  let browser: Browser;
  let page: Page;

  before(async () => {
    [lubo, browser] = await Promise.all([startAdminSite(), openBrowser()]);
    page = await (await lubo.context(browser)).newPage();
  });
  after(async () => {
    await browser.close();
    await lubo.site.end();
  });

  it('nobody is asked to sign in first, and comes back to the very list', async () => {
    const context = await browser.newContext({ locale: 'zh-CN' });
    const stranger = await context.newPage();
    await stranger.goto(`${lubo.url}/admin/schools?sort=-createdAt`);
    await stranger.getByLabel('用户名').fill(administratorSettings.LUBO_ADMIN_USER);
    await stranger.getByLabel('密码', { exact: true }).fill(administratorSettings.LUBO_ADMIN_PASSWORD);
    await stranger.getByRole('button', { name: '登录', exact: true }).click();
    await stranger.waitForURL(`${lubo.url}/admin/schools?sort=-createdAt`);
    await stranger.getByRole('heading', { name: '学校', level: 1 }).waitFor();
    await context.close();
  });

  it('an empty list says what to do first', async () => {
    await page.goto(`${lubo.url}/admin/schools`);
    await page.getByRole('heading', { name: '还没有学校' }).waitFor();
    await inEveryDress(page, 'schools-empty');
  });

  it('a school is added, a second of its name is refused at the field, what was typed is not thrown away unasked', async () => {
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.evaluate(() => localStorage.clear());
    await page.goto(`${lubo.url}/admin/schools`);
    await page.getByRole('button', { name: '添加学校' }).first().click();
    const dialog = page.getByRole('dialog', { name: '添加学校' });
    await dialog.getByRole('button', { name: '保存' }).click();
    await dialog.getByText('请填写').waitFor();
    await dialog.getByLabel('学校名称').fill('南湖小学');
    await page.keyboard.press('Enter');
    await page.getByRole('row', { name: /南湖小学/ }).waitFor();
    await page.getByRole('button', { name: '添加学校' }).click();
    await dialog.getByLabel('学校名称').fill('南湖小学');
    await dialog.getByRole('button', { name: '保存' }).click();
    await dialog.getByText('已经有同名的了').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: '继续编辑' }).click();
    await page.getByRole('button', { name: '继续编辑' }).waitFor({ state: 'detached' });
    assert.equal(await dialog.getByLabel('学校名称').inputValue(), '南湖小学');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: '放弃修改' }).click();
    await dialog.waitFor({ state: 'hidden' });
  });

  it('search, sort and page stand in the address, a reload shows the same', async () => {
    for (const name of [markup, long, ...Array.from({ length: 60 }, (_, i) => `第${i + 1}中学`)]) {
      await lubo.call('POST', '/api/schools', { name, timeZone: name === long ? 'America/Argentina/ComodRivadavia' : null });
    }
    await page.goto(`${lubo.url}/admin/schools`);
    await page.getByPlaceholder('搜索学校名称').fill('中学');
    await page.waitForURL(/search=/);
    await page.getByText('共 60 项').waitFor();
    await page.getByRole('button', { name: '学校名称' }).click();
    await page.waitForURL(/sort=-name/);
    await page.locator('.el-pager').getByText('2', { exact: true }).click();
    await page.waitForURL(/page=2/);
    await page.getByRole('row', { name: /第40中学/ }).waitFor();
    await page.reload();
    await page.getByRole('row', { name: /第40中学/ }).waitFor();
    assert.equal(await page.getByPlaceholder('搜索学校名称').inputValue(), '中学');
    await page.goBack();
    await page.getByRole('row', { name: /第60中学/ }).waitFor();
  });

  it('names with markup are names, long ones do not break the page', async () => {
    await page.goto(`${lubo.url}/admin/schools?sort=-createdAt`);
    await page.getByText(long).or(page.getByText('第60中学')).first().waitFor();
    await inEveryDress(page, 'schools');
    assert.equal(await page.locator('td img').count(), 0);
  });

  it('several are deleted at once after the site was asked what hangs on them', async () => {
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.evaluate(() => localStorage.clear());
    await page.goto(`${lubo.url}/admin/schools?search=第5`);
    await page.getByText('共 11 项').waitFor();
    await page.getByRole('checkbox', { name: '选择本页全部' }).check();
    await page.getByText('已选 11 项').waitFor();
    await page.locator('.bulk').getByRole('button', { name: '删除' }).click();
    const dialog = page.getByRole('dialog', { name: '删除选中的 11 项' });
    await dialog.getByText('没有其他内容受影响').waitFor();
    await dialog.getByRole('button', { name: '删除' }).click();
    await page.getByText('没有找到').waitFor();
  });
});
