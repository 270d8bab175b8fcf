// AUTH-1 to AUTH-7 in a browser against a real site: all ways to sign in, the account, users, tokens, audit log.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { freePorts } from '../free-ports.ts';
import { type FakeWechat, startFakeWechat, wechatApp, wechatPageApp } from '../../packages/site/src/testing/fake-wechat.ts';
import { type SchoolProvider, oidcClient, startSchoolProvider } from '../peers/school-provider.ts';
import { inEveryDress } from './admin-pages.ts';
import { administratorSettings } from './administrator.ts';
import { noBrowser, openBrowser, screenshots } from './browser.ts';
import { eventually } from './installation.ts';
import { type LonePart, dataFolder, startPart } from './part.ts';

const { LUBO_ADMIN_USER: name, LUBO_ADMIN_PASSWORD: password } = administratorSettings;
const pc = { width: 1440, height: 900 };
const phoneSize = { width: 390, height: 844 };

describe('people and their ways in', { skip: noBrowser }, () => {
  let site: LonePart;
  let url: string;
  let browser: Browser;
  let wechat: FakeWechat;
  let school: SchoolProvider;

  before(async () => {
    const [port] = await freePorts(1);
    url = `http://127.0.0.1:${port}`;
    wechat = await startFakeWechat();
    wechat.user = { openid: 'o1', unionid: 'u1', nickname: '小明', province: '福建', city: '厦门' };
    school = await startSchoolProvider(`${url}/sign-in/return`);
    site = startPart('site', {
      LUBO_DATA_DIR: dataFolder(),
      LUBO_SITE_HOST: '127.0.0.1',
      LUBO_SITE_PORT: String(port),
      LUBO_SITE_WECHAT_OPEN_URL: wechat.url,
      LUBO_SITE_WECHAT_API_URL: wechat.url,
      ...administratorSettings,
    });
    await eventually('the site answers', 20, async () => (await fetch(`${url}/healthz`)).ok);
    browser = await openBrowser();
  });
  after(async () => {
    await browser?.close();
    await site?.end();
    await wechat?.close();
    await school?.close();
  });

  const open = async (viewport = pc, locale = 'zh-CN'): Promise<{ context: BrowserContext; page: Page }> => {
    const context = await browser.newContext({ viewport, locale });
    return { context, page: await context.newPage() };
  };
  const shoot = async (page: Page, file: string): Promise<void> => {
    await page.evaluate(() => scrollTo(0, 0));
    await page.screenshot({ path: join(screenshots, `people-${file}.png`), fullPage: true });
  };
  const signIn = async (page: Page, as = name, secret = password): Promise<void> => {
    await page.goto(`${url}/sign-in`);
    await page.getByLabel('用户名').fill(as);
    await page.getByLabel('密码', { exact: true }).fill(secret);
    await page.locator('button[type=submit]').click();
    await page.waitForURL((at) => !at.pathname.startsWith('/sign-in'));
  };

  test('an administrator sets up WeChat and the school\'s own provider', async () => {
    const { page, context } = await open();
    await signIn(page);
    await page.goto(`${url}/admin/sign-in`);
    await page.getByText(`${url}/sign-in/return`).waitFor();
    await page.locator('.el-switch').first().click();
    await page.getByLabel('网站应用 AppID').fill(wechatApp.appId);
    await page.getByLabel('公众号 AppID').fill(wechatPageApp.appId);
    const secrets = page.getByLabel('密钥');
    await secrets.nth(0).fill(wechatApp.secret);
    await secrets.nth(1).fill(wechatPageApp.secret);
    await page.getByRole('button', { name: '保存' }).click();
    await page.getByText('已保存').waitFor();
    await page.getByRole('button', { name: '添加认证系统' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('显示名称').fill('学校统一认证');
    await dialog.getByLabel('发行者地址').fill(school.issuer);
    await dialog.getByLabel('客户端编号').fill(oidcClient.clientId);
    await dialog.getByLabel('密钥').fill(oidcClient.secret);
    await dialog.getByRole('button', { name: '保存' }).click();
    await page.getByText(school.issuer).waitFor();
    await page.getByRole('button', { name: '测试连接' }).click();
    await page.getByText('连接正常').waitFor();
    await shoot(page, 'sign-in-settings-1440');
    await page.setViewportSize(phoneSize);
    await shoot(page, 'sign-in-settings-390');
    await context.close();
  });

  test('AUTH-1: by WeChat, by the school\'s provider; AUTH-3: a viewer who opens the administration lands on the front page', async () => {
    const { page, context } = await open();
    await page.goto(`${url}/sign-in`);
    await page.getByRole('button', { name: '微信登录' }).waitFor();
    await shoot(page, 'sign-in-1440');
    await page.setViewportSize(phoneSize);
    await shoot(page, 'sign-in-390');
    await page.setViewportSize(pc);
    await page.getByRole('button', { name: '微信登录' }).click();
    await page.waitForURL(`${url}/`);
    await page.getByRole('button', { name: /小明/ }).waitFor();
    await page.goto(`${url}/admin/people`);
    await page.waitForURL(`${url}/`);
    await context.close();

    const other = await open();
    await other.page.goto(`${url}/sign-in`);
    await other.page.getByRole('button', { name: '学校统一认证登录' }).click();
    await other.page.waitForURL(`${url}/`);
    await other.page.getByRole('button', { name: /王老师/ }).waitFor();
    await other.context.close();
  });

  test('a sign-in that is declined says so', async () => {
    const { page, context } = await open();
    wechat.mood = 'decline';
    await page.goto(`${url}/sign-in`);
    await page.getByRole('button', { name: '微信登录' }).click();
    await page.getByText('登录被拒绝或取消了。').waitFor();
    assert.equal(new URL(page.url()).search, '');
    wechat.mood = 'confirm';
    await context.close();
  });

  test('AUTH-1: a phone that is signed in signs in a PC', async () => {
    const { page, context } = await open();
    const phone = await open(phoneSize);
    await signIn(phone.page);
    const asked = page.waitForResponse((response) => response.url().endsWith('/api/phone-sign-ins'));
    await page.goto(`${url}/sign-in`);
    await page.getByRole('button', { name: '用已登录的手机扫码' }).click();
    const { url: code } = (await (await asked).json()) as { url: string };
    await page.locator('svg[role=img]').waitFor();
    await shoot(page, 'phone-code-1440');
    await phone.page.goto(code);
    await phone.page.getByText('有一台设备请求用你的账号登录。').waitFor();
    await phone.page.getByText(/Chrome/).waitFor();
    await shoot(phone.page, 'phone-confirm-390');
    await page.getByText('已扫描，请在手机上确认').waitFor();
    await phone.page.getByRole('button', { name: '确认登录' }).click();
    await phone.page.getByText('那台设备已经登录。').waitFor();
    await page.waitForURL(`${url}/`);
    await page.getByRole('button', { name: new RegExp(name) }).waitFor();
    await context.close();
    await phone.context.close();
  });

  test('AUTH-5: one sees the own account, links WeChat, signs out everywhere', async () => {
    wechat.user = { openid: 'o9', unionid: 'u9', nickname: '管理员的微信' };
    const { page, context } = await open();
    const other = await open();
    await signIn(page);
    await signIn(other.page);
    await page.goto(`${url}/account`);
    await page.getByRole('listitem').filter({ hasText: '微信' }).getByRole('button', { name: '关联' }).click();
    await page.getByText('管理员的微信').waitFor();
    await shoot(page, 'account-1440');
    await page.setViewportSize(phoneSize);
    await shoot(page, 'account-390');
    await page.setViewportSize(pc);
    await page.getByRole('button', { name: '在所有设备上退出' }).click();
    await page.waitForURL(`${url}/`);
    await other.page.goto(`${url}/account`);
    await other.page.waitForURL(/\/sign-in\?next=/);
    await context.close();
    await other.context.close();
  });

  test('AUTH-2, AUTH-6: users with picture, ways, times and role; the last administrator stays', async () => {
    const { page, context } = await open();
    await signIn(page);
    await page.goto(`${url}/admin/people`);
    await page.getByRole('cell', { name: '小明' }).waitFor();
    await page.getByRole('button', { name: '添加用户' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('姓名').fill('<b>李老师</b>');
    await dialog.getByLabel('用户名').fill('li');
    await dialog.getByLabel('初始密码').fill('short');
    await dialog.getByRole('button', { name: '保存' }).click();
    await dialog.getByRole('alert').first().waitFor();
    await shoot(page, 'user-form-1440');
    await dialog.getByLabel('初始密码').fill('a good password');
    await dialog.getByRole('button', { name: '保存' }).click();
    await page.getByText('<b>李老师</b>').waitFor();
    await shoot(page, 'users-1440');
    await page.setViewportSize(phoneSize);
    await shoot(page, 'users-390');
    await page.setViewportSize(pc);
    const mine = page.getByRole('row').filter({ hasText: '管理员' }).first();
    await mine.getByRole('button', { name: '编辑' }).click();
    await page.getByRole('dialog').getByText('普通用户').click();
    await page.getByRole('dialog').getByRole('button', { name: '保存' }).click();
    await page.getByText('这是最后一位管理员，请先设置另一位管理员。').waitFor();
    await context.close();
  });

  test('AUTH-7: a token is made, shown once, works, and is revoked; the log tells all', async () => {
    const { page, context } = await open();
    await signIn(page);
    await page.goto(`${url}/admin/api-tokens`);
    await page.getByRole('button', { name: '创建令牌' }).first().click();
    await page.getByRole('dialog').getByLabel('名称').fill('巡课系统');
    await page.getByRole('dialog').getByRole('button', { name: '保存' }).click();
    const token = (await page.locator('code').first().textContent()) ?? '';
    assert.match(token, /^lubo_/);
    await shoot(page, 'tokens-1440');
    await page.setViewportSize(phoneSize);
    await shoot(page, 'tokens-390');
    await page.setViewportSize(pc);
    const agents = () => fetch(`${url}/api/agents`, { headers: { authorization: `Bearer ${token}` } });
    assert.equal((await agents()).status, 200);
    await page.getByRole('button', { name: '吊销' }).first().click();
    await page.locator('.el-message-box').getByRole('button', { name: '吊销' }).click();
    await page.getByText('已吊销').waitFor();
    assert.equal((await agents()).status, 401);
    await page.goto(`${url}/admin/audit`);
    await page.getByRole('cell', { name: '吊销接口令牌' }).first().waitFor();
    assert.ok(!(await page.content()).includes(wechatApp.secret));
    await shoot(page, 'audit-1440');
    await page.setViewportSize(phoneSize);
    await shoot(page, 'audit-390');
    await context.close();
    const english = await open(pc, 'en');
    await english.page.goto(`${url}/api/docs`);
    await english.page.locator('#createPerson summary').click();
    await english.page.locator('#createPerson').getByText('Idempotency-Key').waitFor();
    await english.page.screenshot({ path: join(screenshots, 'people-api-docs-1440.png') });
    await english.page.setViewportSize(phoneSize);
    await english.page.screenshot({ path: join(screenshots, 'people-api-docs-390.png') });
    await english.page.setViewportSize(pc);
    await english.page.goto(`${url}/sign-in`);
    await english.page.getByRole('button', { name: 'Sign in with WeChat' }).waitFor();
    await shoot(english.page, 'sign-in-en-1440');
    await english.context.close();
  });

  test('users, sign-in, tokens, audit log and the own account look right in every dress', async () => {
    const context = await browser.newContext({ viewport: pc, locale: 'zh-CN', reducedMotion: 'reduce' });
    const page = await context.newPage();
    await signIn(page);
    const screens = { people: '/admin/people', 'sign-in': '/admin/sign-in', tokens: '/admin/api-tokens', audit: '/admin/audit', account: '/account' };
    for (const [file, path] of Object.entries(screens)) {
      await page.goto(`${url}${path}`);
      await inEveryDress(page, file);
    }
    await context.close();
  });
});
