// The timetable in a real browser: drawn, moved and stretched by mouse, keys and fields, saved whole; two people at once.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { freePorts } from '../free-ports.ts';
import { type AdminSite, inEveryDress, seriousFaults, startAdminSite } from './admin-pages.ts';
import { noBrowser, openBrowser, screenshots } from './browser.ts';
import { eventually } from './installation.ts';
import { type LonePart, dataFolder, startPart } from './part.ts';

type Interval = { id: string; weekday: number; startSecond: number; endSecond: number; subjectId: string | null; teacherId: string | null };
type Timetable = { revision: number; intervals: Interval[]; isOnGather: boolean | null };

describe('the timetable editor', { skip: noBrowser }, () => {
  let lubo: AdminSite;
  let browser: Browser;
  let page: Page;
  let channelId: string;
  let key: { id: string; key: string };
  let gather: LonePart | undefined;
  let subjectId: string;

  const saved = () => lubo.call<Timetable>('GET', `/api/channels/${channelId}/timetable`);
  const save = async (intervals: Interval[]): Promise<void> => {
    await lubo.call('PUT', `/api/channels/${channelId}/timetable`, { basedOn: (await saved()).revision, intervals });
  };
  const lesson = (id: string, weekday: number, start: number, minutes = 45, subject: string | null = null): Interval => ({
    id: id.padEnd(12, '0'),
    weekday,
    startSecond: start * 3600,
    endSecond: start * 3600 + minutes * 60,
    subjectId: subject,
    teacherId: null,
  });
  const open = async (on: Page): Promise<void> => {
    await on.goto(`${lubo.url}/admin/timetable?channel=${channelId}`);
    await on.locator('.day').first().waitFor();
  };
  const at = async (on: Page, weekday: number, hour: number): Promise<{ x: number; y: number }> => {
    const scroller = on.locator('.scroller');
    await scroller.evaluate((element) => (element.scrollTop = (element.scrollHeight * 7) / 24));
    const box = await on.locator(`.day[data-weekday="${weekday}"]`).boundingBox();
    assert.ok(box);
    return { x: box.x + box.width / 2, y: box.y + (hour / 24) * box.height };
  };
  const drag = async (on: Page, from: { x: number; y: number }, to: { x: number; y: number }, whileDown?: () => Promise<void>): Promise<void> => {
    await on.mouse.move(from.x, from.y);
    await on.mouse.down();
    await on.mouse.move((from.x + to.x) / 2, (from.y + to.y) / 2, { steps: 4 });
    await on.mouse.move(to.x, to.y, { steps: 4 });
    await whileDown?.();
    await on.mouse.up();
  };
  const saveAll = (on: Page) => on.getByRole('button', { name: '保存全部' }).click();
  const spans = async (): Promise<string[]> => (await saved()).intervals.map(({ weekday, startSecond, endSecond }) => `${weekday} ${startSecond / 60}–${endSecond / 60}`).toSorted();

  before(async () => {
    [lubo, browser] = await Promise.all([startAdminSite(), openBrowser()]);
    const { code } = await lubo.call<{ code: string }>('POST', '/api/enrolment-codes', { kind: 'gather', title: '一号机' });
    const facts = { hostname: 'pc', os: 'Linux', ip: '10.0.0.1', mac: '00:11:22:33:44:55', version: '1' };
    key = await lubo.call<{ id: string; key: string }>('POST', '/api/agents', { kind: 'gather', code, facts });
    const gatherId = key.id;
    const make = (name: string) => lubo.call<{ id: string }>('POST', '/api/channels', { name, gatherId, source: { mode: 'file', path: '/a.mp4' } });
    channelId = (await make('高一（1）班')).id;
    await make('高一（2）班');
    const { rows } = await lubo.call<{ rows: { id: string; name: string }[] }>('GET', '/api/subjects');
    subjectId = rows.find(({ name }) => name === '数学')?.id ?? rows[0]?.id ?? '';
    page = await (await lubo.context(browser)).newPage();
  });
  after(async () => {
    await browser.close();
    await gather?.end('SIGKILL');
    await lubo.site.end();
  });

  it('a lesson is drawn, with its times shown meanwhile, and saved', async () => {
    await open(page);
    await drag(page, await at(page, 1, 8), await at(page, 1, 8.75), async () => {
      assert.equal((await page.locator('.ghost').innerText()).trim(), '08:00–08:45');
      await page.screenshot({ path: join(screenshots, 'admin-timetable-dragging.png') });
    });
    await page.getByText('有修改尚未保存').waitFor();
    await saveAll(page);
    await page.getByText('采集端离线，上线后自动下发。').waitFor();
    assert.deepEqual(await spans(), ['1 480–525']);
  });

  it('a click adds a lesson of 45 minutes; it is moved to another day and stretched', async () => {
    const { x, y } = await at(page, 2, 10);
    await page.mouse.click(x, y);
    await page.getByRole('button', { name: /周二 10:00–10:45/ }).waitFor();
    await drag(page, await at(page, 2, 10.3), await at(page, 3, 11.3));
    await page.getByRole('button', { name: /周三 11:00–11:45/ }).waitFor();
    const edge = await at(page, 3, 11.75);
    await drag(page, { x: edge.x, y: edge.y - 3 }, { x: edge.x, y: edge.y + 20 });
    const stretched = page.getByRole('button', { name: /周三 11:00–12:/ });
    await stretched.waitFor();
    await saveAll(page);
    await eventually('it is saved', 5, async () => (await saved()).revision === 2);
    assert.match((await spans())[1] ?? '', /^3 660–7[2-9]\d$/);
  });

  it('with Ctrl held it goes by minutes', async () => {
    await page.keyboard.down('Control');
    const from = await at(page, 1, 8.3);
    await drag(page, from, { x: from.x, y: from.y + 5.7 });
    await page.keyboard.up('Control');
    const label = await page.locator('.day[data-weekday="1"] .lesson').innerText();
    assert.match(label, /08:0[6-8]–08:5[1-3]/);
    await page.keyboard.press('Control+z');
    await page.getByRole('button', { name: /周一 08:00–08:45/ }).waitFor();
  });

  it('an overlap is refused at once, and shown while dragging', async () => {
    await drag(page, await at(page, 1, 8.5), await at(page, 1, 9.5));
    await drag(page, await at(page, 1, 10), await at(page, 1, 11));
    await page.getByRole('button', { name: /周一 10:00–11:00/ }).waitFor();
    const count = await page.locator('.lesson').count();
    await drag(page, await at(page, 1, 10.5), await at(page, 1, 9.3), async () => {
      await page.locator('.ghost.refused').waitFor();
    });
    await page.getByText('与当天其他区间重叠').waitFor();
    assert.equal(await page.locator('.lesson').count(), count);
    await page.reload();
  });

  it('everything goes by keys alone', async () => {
    await open(page);
    await page.getByRole('button', { name: '在周五添加区间' }).press('Enter');
    const dialog = page.getByRole('dialog', { name: '添加区间' });
    await dialog.getByLabel('开始时间').fill('13:00');
    await dialog.getByLabel('结束时间').fill('13:00:30');
    await page.keyboard.press('Enter');
    await dialog.getByText('区间必须长于 30 秒').waitFor();
    await dialog.getByLabel('结束时间').fill('13:40');
    await page.keyboard.press('Enter');
    const made = page.getByRole('button', { name: /周五 13:00–13:40/ });
    await made.focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Shift+ArrowDown');
    await page.keyboard.press('Control+ArrowUp');
    await page.getByRole('button', { name: /周五 13:04–13:49/ }).waitFor();
    await page.keyboard.press('ArrowRight');
    await page.getByRole('button', { name: /周六 13:04–13:49/ }).waitFor();
    await page.keyboard.press('Delete');
    await page.getByRole('button', { name: /周六 13:04/ }).waitFor({ state: 'detached' });
    await page.keyboard.press('Control+z');
    await page.getByRole('button', { name: /周六 13:04/ }).waitFor();
    await page.keyboard.press('Control+s');
    await eventually('it is saved', 5, async () => (await spans()).includes('6 784–829'));
  });

  it('a double-click edits subject and times; a day is copied onto others; all is deleted', async () => {
    await save([lesson('aa', 1, 8), lesson('bb', 1, 9)]);
    await open(page);
    const { x, y } = await at(page, 1, 8.3);
    await page.mouse.dblclick(x, y);
    const dialog = page.getByRole('dialog', { name: '编辑区间' });
    await dialog.getByLabel('科目').click();
    await page.getByRole('option', { name: '数学' }).click();
    await dialog.getByRole('button', { name: '确定' }).click();
    await page.getByRole('button', { name: /周一 08:00–08:45 数学/ }).waitFor();
    await page.getByRole('button', { name: '把周一复制到其他日' }).click();
    await page.getByRole('dialog').getByRole('button', { name: '复制', exact: true }).click();
    await page.getByRole('button', { name: /周五 08:00–08:45 数学/ }).waitFor();
    await saveAll(page);
    await eventually('it is saved', 5, async () => (await saved()).intervals.length === 10);
    assert.equal((await saved()).intervals.filter((each) => each.subjectId === subjectId).length, 5);
    await page.getByRole('button', { name: '全部删除' }).click();
    await page.getByText('全部 10 个区间').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: '全部删除' }).click();
    assert.equal(await page.locator('.lesson').count(), 0);
    await page.getByRole('button', { name: '撤销' }).click();
    assert.equal(await page.locator('.lesson').count(), 10);
  });

  it('a teacher among many is found by typing, chosen by keys, and named though not in the first page', async () => {
    for (let n = 1; n <= 60; n++) await lubo.call('POST', '/api/teachers', { name: `老师${n}` });
    await save([lesson('aa', 1, 8)]);
    await open(page);
    const { x, y } = await at(page, 1, 8.3);
    await page.mouse.dblclick(x, y);
    const dialog = page.getByRole('dialog', { name: '编辑区间' });
    const teacher = dialog.getByRole('combobox', { name: '教师' });
    await teacher.click();
    await page.getByText('还有 10 项，输入关键词缩小范围').waitFor();
    await page.screenshot({ path: join(screenshots, 'admin-choose-many.png') });
    assert.equal(await page.getByRole('option').count(), 50);
    await teacher.pressSequentially('师60');
    await eventually('the site has found one', 5, async () => (await page.getByRole('option').count()) === 1);
    await teacher.press('Enter');
    await dialog.getByText('老师60', { exact: true }).waitFor();
    await dialog.getByRole('button', { name: '确定' }).click();
    await page.getByRole('button', { name: /周一 08:00–08:45 .*老师60/ }).waitFor();
    await saveAll(page);
    await eventually('it is saved', 5, async () => (await saved()).intervals[0]?.teacherId !== null);
    await open(page);
    await page.getByRole('button', { name: /周一 08:00–08:45 .*老师60/ }).dblclick();
    await dialog.getByText('老师60', { exact: true }).waitFor();
    await teacher.click();
    await teacher.pressSequentially('没有的');
    await page.getByText('没有找到').waitFor();
    await dialog.getByText('编辑区间').click();
    await dialog.getByText('老师60', { exact: true }).waitFor();
    await page.screenshot({ path: join(screenshots, 'admin-choose-chosen.png') });
    await dialog.getByRole('button', { name: '取消' }).click();
  });

  it('a saved week is copied onto several channels, each found by typing, and it is said what they lose', async () => {
    const gatherId = key.id;
    const others: string[] = [];
    for (let n = 1; n <= 60; n++) others.push((await lubo.call<{ id: string }>('POST', '/api/channels', { name: `实验室${n}`, gatherId, source: { mode: 'file', path: '/a.mp4' } })).id);
    await save([lesson('aa', 1, 8), lesson('bb', 4, 14)]);
    await open(page);
    await page.getByRole('button', { name: '复制到其他通道' }).click();
    const dialog = page.getByRole('dialog', { name: '把“高一（1）班”的录像表复制到其他通道' });
    const channels = dialog.getByRole('combobox', { name: '选择通道，可多选' });
    await dialog.getByText('选择通道，可多选').click();
    await page.getByText(/还有 \d+ 项，输入关键词缩小范围/).waitFor();
    for (const name of ['室59', '室60']) {
      await channels.fill(name);
      await page.getByRole('option', { name: `实验${name}` }).waitFor();
      assert.equal(await page.getByRole('option').count(), 1);
      await channels.press('Enter');
      await dialog.getByText(`实验${name}`, { exact: true }).waitFor();
    }
    await dialog.getByText('把“高一（1）班”的录像表复制到其他通道').click();
    await dialog.getByText('2 个通道原有的录像表将被替换，并立即下发。').waitFor();
    await page.screenshot({ path: join(screenshots, 'admin-timetable-copy-week.png') });
    await dialog.getByRole('button', { name: '复制', exact: true }).click();
    await page.getByText('已复制到 2 个通道').waitFor();
    const weekOf = async (id: string): Promise<string[]> => (await lubo.call<Timetable>('GET', `/api/channels/${id}/timetable`)).intervals.map(({ weekday, startSecond }) => `${weekday} ${startSecond / 3600}`).toSorted();
    assert.deepEqual(await Promise.all(others.slice(57).map(weekOf)), [[], ['1 8', '4 14'], ['1 8', '4 14']]);
  });

  it('what is not saved is not lost by leaving unasked', async () => {
    await open(page);
    await page.locator('.lesson').first().focus();
    await page.keyboard.press('Delete');
    await page.getByRole('link', { name: '学校' }).click();
    await page.getByRole('button', { name: '继续编辑' }).waitFor();
    await page.screenshot({ path: join(screenshots, 'admin-timetable-leaving.png') });
    await page.getByRole('button', { name: '继续编辑' }).click();
    assert.match(page.url(), /timetable/);
    await page.getByRole('button', { name: '撤销' }).click();
  });

  it('a second editor is told, sees what the other changed, chooses, and nothing is overwritten', async () => {
    await save([lesson('aa', 1, 8), lesson('bb', 2, 9), lesson('cc', 3, 10)]);
    const other = await (await lubo.context(browser)).newPage();
    await Promise.all([open(page), open(other)]);
    const press = async (on: Page, name: RegExp, keys: string): Promise<void> => {
      await on.getByRole('button', { name }).focus();
      await on.keyboard.press(keys);
    };
    await press(page, /周一 08:00/, 'ArrowDown');
    await press(page, /周三 10:00/, 'ArrowDown');
    await press(other, /周二 09:00/, 'Delete');
    await press(other, /周三 10:00/, 'ArrowUp');
    await saveAll(other);
    await other.getByText('采集端离线').waitFor();
    await page.getByText('在您编辑期间保存了这张录像表').waitFor();
    await saveAll(page);
    const dialog = page.getByRole('dialog', { name: '录像表已被他人修改' });
    await dialog.waitFor();
    assert.equal(await dialog.locator('tbody tr').count(), 3);
    await page.screenshot({ path: join(screenshots, 'admin-timetable-merge.png') });
    assert.deepEqual(await seriousFaults(page), []);
    await dialog.locator('tr.both').getByText('我的').click();
    await dialog.getByRole('button', { name: '合并到编辑中' }).click();
    await saveAll(page);
    await eventually('both are saved', 5, async () => (await spans()).join() === ['1 485–530', '3 605–650'].join());
    // Whoever edits nothing sees it at once.
    await other.getByRole('button', { name: /周一 08:05/ }).waitFor();
    await other.close();
  });

  it('tells without a reload when the gather comes and goes by it, and when it goes', async () => {
    await save([lesson('aa', 1, 8)]);
    await open(page);
    await page.getByText('采集端离线，上线后自动下发。').waitFor();
    const [port = 0] = await freePorts(1);
    const dataDir = dataFolder();
    mkdirSync(join(dataDir, 'gather'), { recursive: true });
    writeFileSync(join(dataDir, 'gather', 'agent.json'), JSON.stringify(key));
    gather = startPart('gather', { LUBO_DATA_DIR: dataDir, LUBO_GATHER_SITE_URL: lubo.url, LUBO_GATHER_CONSOLE_PORT: String(port) });
    await page.getByText(/采集端自 .* 起使用/).waitFor();
    await page.locator('.lesson').first().focus();
    await page.keyboard.press('ArrowDown');
    await saveAll(page);
    await page.getByText(/采集端自 .* 起使用/).waitFor();
    assert.equal((await saved()).isOnGather, true);
    await gather.end('SIGKILL');
    gather = undefined;
    await page.getByText('采集端离线，上线后自动下发。').waitFor();
  });

  it('fingers add by a tap on an empty place and edit by a tap on a lesson', async () => {
    await save([lesson('aa', 1, 8)]);
    const phone = await browser.newContext({ viewport: { width: 1024, height: 768 }, hasTouch: true, locale: 'zh-CN' });
    await phone.addCookies(await page.context().cookies());
    const touched = await phone.newPage();
    await open(touched);
    const { x, y } = await at(touched, 2, 10);
    await touched.touchscreen.tap(x, y);
    await touched.getByRole('button', { name: /周二 10:00–10:45/ }).waitFor();
    await touched.touchscreen.tap(x, y + 12);
    await touched.getByRole('dialog', { name: '编辑区间' }).waitFor();
    await phone.close();
  });

  it('looks right in every dress', async () => {
    const week = [1, 2, 3, 4, 5].flatMap((day) =>
      [8, 9, 10, 14, 15].map((hour) => lesson(`d${day}h${hour}`, day, hour, 45, hour % 2 === 0 ? subjectId : null)),
    );
    await save([...week, lesson('short', 6, 9, 20), lesson('long', 0, 8, 240)]);
    await inEveryDress(page, 'timetable', async (on) => {
      await on.locator('.lesson').first().waitFor();
    });
  });
});
