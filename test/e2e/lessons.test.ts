// Lessons' completeness in a real browser: what a gather told of a day, drawn and in words; recording by hand.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { type AdminSite, inEveryDress, startAdminSite } from './admin-pages.ts';
import { noBrowser, openBrowser } from './browser.ts';
import { eventually } from './installation.ts';

describe('the lessons of a day', { skip: noBrowser }, () => {
  let lubo: AdminSite;
  let browser: Browser;
  let page: Page;
  let channelId: string;
  const today = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Shanghai' }).format(new Date());
  const moment = (time: string): string => new Date(`${today}T${time}+08:00`).toISOString();

  before(async () => {
    [lubo, browser] = await Promise.all([startAdminSite(), openBrowser()]);
    const { code } = await lubo.call<{ code: string }>('POST', '/api/enrolment-codes', { kind: 'gather', title: '一号机' });
    const facts = { hostname: 'pc', os: 'Linux', ip: '10.0.0.1', mac: '00:11:22:33:44:55', version: '1' };
    const gather = await lubo.call<{ id: string; key: string }>('POST', '/api/agents', { kind: 'gather', code, facts });
    const source = { mode: 'file', path: '/a.mp4' };
    channelId = (await lubo.call<{ id: string }>('POST', '/api/channels', { name: '高一（1）班', gatherId: gather.id, source })).id;
    const lesson = (index: number, start: string, end: string, over: object) => ({
      id: `interval000${index}-${today.replaceAll('-', '')}`,
      channelId,
      kind: 'planned',
      intervalId: `interval000${index}`,
      subjectId: null,
      teacherId: null,
      plannedStart: moment(start),
      plannedEnd: moment(end),
      state: 'over',
      recordedMillis: 45 * 60_000,
      gaps: [],
      recordingIds: [],
      ...over,
    });
    const gap = (from: string, to: string, cause: string) => ({ from: moment(from), to: moment(to), cause, detail: '' });
    const lessons = [
      lesson(0, '08:00', '08:45', {}),
      lesson(1, '09:00', '09:45', { recordedMillis: 37 * 60_000, gaps: [gap('09:10:12', '09:15:12', 'source-lost'), gap('09:42', '09:45', 'disk-full')] }),
      lesson(2, '10:00', '10:45', { recordedMillis: 0, gaps: [gap('10:00', '10:45', 'gather-down')] }),
    ];
    const answer = await fetch(`${lubo.url}/api/gather/lessons`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${gather.id}.${gather.key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ lessons }),
    });
    assert.equal(answer.status, 204, await answer.text());
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'zh-CN', reducedMotion: 'reduce', timezoneId: 'Asia/Shanghai' });
    const signedIn = await lubo.context(browser);
    await context.addCookies(await signedIn.cookies());
    page = await context.newPage();
  });
  after(async () => {
    await browser.close();
    await lubo.site.end();
  });

  it('tells of each lesson what is missing and why', async () => {
    await page.goto(`${lubo.url}/admin/lessons`);
    await page.getByText('09:10:12–09:15:12 缺失：摄像机无信号').waitFor();
    await page.getByText('10:00:00–10:45:00 缺失：采集端未运行').waitFor();
    assert.deepEqual(await page.locator('.verdict').allInnerTexts(), ['完整', '不完整', '不完整']);
    await page.getByText('2 节不完整').waitFor();
    assert.equal(await page.locator('li.lesson').nth(1).locator('.bar .missing').count(), 2);
    await page.locator('li.lesson').nth(1).getByRole('link', { name: '查看录像' }).click();
    await page.waitForURL(/\/admin\/recordings\?lessonId=/);
    await page.goBack();
    await page.locator('.verdict').first().waitFor();
  });

  it('filters stay in the address', async () => {
    await page.locator('.filters .health').click();
    await page.getByRole('option', { name: '不完整', exact: true }).click();
    await eventually('the others are gone', 5, async () => (await page.locator('.verdict').count()) === 2);
    assert.match(page.url(), /health=red/);
    await page.reload();
    await eventually('the same is shown', 10, async () => (await page.locator('.verdict').count()) === 2);
  });

  it('records now, says that the gather is away, and stops', async () => {
    await page.goto(`${lubo.url}/admin/lessons`);
    await page.getByRole('button', { name: '立即录制' }).click();
    const dialog = page.getByRole('dialog', { name: '立即录制' });
    await dialog.getByRole('combobox', { name: '科目' }).click();
    await page.getByRole('option', { name: '语文' }).click();
    await dialog.getByRole('button', { name: '立即录制' }).click();
    await page.getByText('采集端离线，上线后才会开始录制').waitFor();
    const running = async () => (await lubo.call<{ recording: object | null }>('GET', `/api/channels/${channelId}/recording`)).recording;
    assert.ok(await running());
    await page.getByRole('button', { name: '停止录制' }).click();
    await eventually('it ends', 5, async () => (await running()) === null);
  });

  it('looks right in every dress', async () => {
    await inEveryDress(page, 'lessons', async (on) => {
      await on.locator('.verdict').first().waitFor();
    });
  });
});
