// The administration of what is captured, in a real browser with a real gather: channels, gathers, codes, recordings, components.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Browser, Locator, Page } from 'playwright-core';
import { freePorts } from '../free-ports.ts';
import { startFakeCamera } from '../../packages/gather/src/source/camera/fake-camera.ts';
import { type AdminSite, inEveryDress, seriousFaults, startAdminSite } from './admin-pages.ts';
import { noBrowser, openBrowser, screenshots } from './browser.ts';
import { eventually, root } from './installation.ts';
import { type LonePart, dataFolder, startPart } from './part.ts';

const clip = join(root, 'packages', 'gather', 'demo', 'classroom.mp4');

describe('capture', { skip: noBrowser }, () => {
  let lubo: AdminSite;
  let browser: Browser;
  let page: Page;
  let gather: LonePart | undefined;
  let gatherId: string;

  before(async () => {
    [lubo, browser] = await Promise.all([startAdminSite(), openBrowser()]);
    page = await (await lubo.context(browser)).newPage();
    page.setDefaultTimeout(10_000);
  });
  after(async () => {
    await browser.close();
    await gather?.end();
    await lubo.site.end();
  });

  /** The page in the first language and the usual width again, at this address. */
  const open = async (path: string): Promise<void> => {
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.goto(`${lubo.url}${path}`);
    await page.evaluate(() => localStorage.clear());
    await page.goto(`${lubo.url}${path}`);
    await page.locator('h1').waitFor();
  };

  it('an empty site says what to do first, each list for itself', async () => {
    await open('/admin');
    await page.waitForURL(/admin\/overview/);
    await page.getByRole('link', { name: /添加学校/ }).waitFor();
    await inEveryDress(page, 'overview-empty');
    for (const [path, words] of [['gathers', '还没有采集端'], ['enrolment-codes', '还没有接入码'], ['recordings', '还没有录像'], ['recordings/bin', '回收站是空的']]) {
      await open(`/admin/${path}`);
      await page.getByRole('heading', { name: words ?? '' }).waitFor();
    }
  });

  it('without a gather, the empty list of channels leads to enrolling one', async () => {
    await open('/admin/channels');
    await page.getByRole('heading', { name: '还没有通道' }).waitFor();
    await page.getByRole('link', { name: '接入采集端' }).waitFor();
    await inEveryDress(page, 'channels-empty');
  });

  it('a code is made on the page, shown once with its command, and the gather that uses it appears by itself', async () => {
    const [consolePort = 0] = await freePorts(1);
    await lubo.call('POST', '/api/schools', { name: '南湖小学', timeZone: null });
    await open('/admin/gathers');
    await page.getByRole('button', { name: '接入采集端' }).first().click();
    const dialog = page.getByRole('dialog', { name: '接入采集端' });
    await dialog.getByLabel('名称').fill('教学楼一层');
    await dialog.getByLabel('学校').click();
    await page.getByRole('option', { name: '南湖小学' }).click();
    await dialog.getByRole('button', { name: '生成接入码' }).click();
    const shown = page.getByRole('dialog', { name: '接入码已生成' });
    const code = (await shown.locator('[data-code]').textContent()) ?? '';
    await shown.getByText(`LUBO_GATHER_SITE_URL=${lubo.url} LUBO_GATHER_CODE=${code} npm run gather`).waitFor();
    assert.deepEqual(await seriousFaults(page), []);
    await page.screenshot({ path: join(screenshots, 'admin-code-made.png') });
    await shown.getByRole('button', { name: '完成' }).click();
    gather = startPart('gather', { LUBO_DATA_DIR: dataFolder(), LUBO_GATHER_CONSOLE_PORT: String(consolePort), LUBO_GATHER_SITE_URL: lubo.url, LUBO_GATHER_CODE: code });
    const row = page.getByRole('row', { name: /教学楼一层/ });
    await row.locator('[data-state=online]').waitFor({ timeout: 30_000 });
    const { rows } = await lubo.call<{ rows: { id: string }[] }>('GET', '/api/gathers');
    gatherId = rows[0]?.id ?? '';
    await open('/admin/enrolment-codes');
    await page.getByRole('row', { name: /教学楼一层/ }).getByText('已使用').waitFor();
    assert.doesNotMatch(await page.content(), new RegExp(code));
    await inEveryDress(page, 'codes');
  });

  it('a channel is added, started at once, and shows that it runs without a reload', async () => {
    await open('/admin/channels');
    await page.getByRole('button', { name: '添加通道' }).first().click();
    const dialog = page.getByRole('dialog', { name: '添加通道' });
    await dialog.getByLabel('班级').fill('一班');
    await dialog.getByText('MP4 文件', { exact: true }).click();
    await dialog.getByRole('button', { name: '保存' }).click();
    await dialog.getByText('请填写').or(dialog.getByText('至少')).first().waitFor();
    await dialog.getByLabel('MP4 文件路径').fill(clip);
    await dialog.getByRole('button', { name: '保存' }).click();
    const row = page.getByRole('row', { name: /一班/ });
    await row.locator('[data-state=running]').waitFor({ timeout: 20_000 });
    await row.getByRole('button', { name: '停止' }).click();
    await row.locator('[data-state=stopped]').waitFor();
    await row.getByRole('button', { name: '启动' }).click();
    await row.locator('[data-state=running]').waitFor({ timeout: 20_000 });
  });

  it('a camera and an address are told by their reason, their passwords as dots', async () => {
    const add = (name: string, source: object): Promise<unknown> => lubo.call('POST', '/api/channels', { name, gatherId, source });
    await add('二班', { mode: 'pull', url: 'rtsp://admin:Geheim%21@127.0.0.1:9/main' });
    await add('三班', { mode: 'file', path: '/not/there.mp4' });
    await add('四班', { mode: 'camera', address: '127.0.0.1', port: 9, user: 'admin', password: 'Geheim!' });
    await open('/admin/channels');
    await page.getByText('rtsp://admin:••••••@127.0.0.1:9/main').waitFor();
    await page.getByText('admin:••••••@127.0.0.1:9', { exact: true }).waitFor();
    await page.getByText('找不到视频文件，请检查路径').waitFor({ timeout: 20_000 });
    assert.doesNotMatch(await page.content(), /Geheim/);
    await inEveryDress(page, 'channels');
  });

  it('filters stand in the address, several are stopped at once', async () => {
    await open('/admin/channels?mode=pull');
    await page.getByText('共 1 项').waitFor();
    await page.getByRole('row', { name: /二班/ }).waitFor();
    await open('/admin/channels?search=班');
    await page.getByText('共 4 项').waitFor();
    for (const name of ['三班', '四班']) await page.getByRole('checkbox', { name: `选择 ${name}` }).check();
    await page.locator('.bulk').getByRole('button', { name: '停止' }).click();
    await page.getByText('已停止 2 个通道').waitFor();
    await page.getByRole('row', { name: /三班/ }).locator('[data-state=stopped]').waitFor();
    await page.getByRole('row', { name: /四班/ }).locator('[data-state=stopped]').waitFor();
  });

  it('a password that is left empty stays, and goes when that is asked for', async () => {
    const source = async (): Promise<object> => {
      const { rows } = await lubo.call<{ rows: { source: object }[] }>('GET', '/api/admin/channels?search=二班');
      return rows[0]?.source ?? {};
    };
    const save = async (change: () => Promise<void>): Promise<void> => {
      await page.getByRole('row', { name: /二班/ }).getByRole('button', { name: '编辑' }).click();
      const dialog = page.getByRole('dialog', { name: '编辑通道' });
      await dialog.getByPlaceholder('已设置').waitFor();
      await change();
      await dialog.getByRole('button', { name: '保存' }).click();
      await dialog.waitFor({ state: 'hidden' });
    };
    await open('/admin/channels');
    await save(() => page.getByRole('dialog').getByLabel('子码流地址').fill('rtsp://127.0.0.1:9/sub'));
    assert.deepEqual(await source(), { mode: 'pull', url: 'rtsp://127.0.0.1:9/main', subUrl: 'rtsp://127.0.0.1:9/sub', user: 'admin', transport: 'auto', hasPassword: true });
    await save(() => page.getByRole('dialog').getByRole('button', { name: '清除密码' }).click());
    assert.equal((await source() as { hasPassword: boolean }).hasPassword, false);
  });

  it('a camera is set from its form: text, bitrate, frame rate, the way its picture is turned (CAP-8)', async () => {
    const [osds, rotation, encoders] = [new Map<string, string>(), { mode: 'OFF' }, new Map([['e_main', { kbps: 1024, framesPerSecond: 25 }]])];
    const profiles = [{ token: 'main', encoding: 'H264', width: 1920, height: 1080, uri: 'rtsp://127.0.0.1:9/main' }];
    const camera = await startFakeCamera({ user: 'admin', password: 'Geheim!', profiles, osds, rotation, encoders });
    const { id } = await lubo.call<{ id: string }>('POST', '/api/channels', { name: '五班', gatherId, source: { mode: 'camera', address: '127.0.0.1', port: camera.port, user: 'admin', password: 'Geheim!' } });
    const save = async (change: (dialog: Locator) => Promise<void>): Promise<void> => {
      await page.getByRole('row', { name: /五班/ }).getByRole('button', { name: '编辑' }).click();
      const dialog = page.getByRole('dialog', { name: '编辑通道' });
      await change(dialog);
      await dialog.getByRole('button', { name: '保存' }).click();
      await dialog.waitFor({ state: 'hidden' });
    };
    await open('/admin/channels');
    await save(async (dialog) => {
      await dialog.getByLabel('画面文字').fill('初一 5 班');
      await dialog.getByRole('spinbutton', { name: '主码流码率（kbps）' }).fill('3000');
      await dialog.getByRole('spinbutton', { name: '帧率（帧/秒）' }).fill('15');
      await dialog.getByText('保持摄像机的设置', { exact: true }).click();
      await page.getByRole('option', { name: '旋转 180°（吊装）' }).click();
    });
    await eventually('the camera is set', 30, () => encoders.get('e_main')?.kbps === 3000 && rotation.mode === 'ON' && [...osds.values()].includes('初一 5 班'));
    assert.deepEqual(encoders.get('e_main'), { kbps: 3000, framesPerSecond: 15 });
    await save((dialog) => dialog.getByLabel('画面文字').fill(''));
    await eventually('the text goes', 30, () => osds.size === 0);
    for (const action of ['delete', 'purge']) await lubo.call('POST', '/api/admin/channels/actions', { action, ids: [id] });
    await camera.close();
  });

  it('the drawer tells of one channel, records it now and ends that', async () => {
    await open('/admin/channels');
    await page.getByRole('button', { name: '查看通道“一班”' }).click();
    await page.waitForURL(/open=/);
    const drawer = page.getByRole('dialog', { name: /一班/ });
    await drawer.getByText(clip).waitFor();
    await drawer.getByRole('button', { name: '立即录像' }).click();
    await drawer.locator('[data-state=recording]').waitFor({ timeout: 20_000 });
    await inEveryDress(page, 'channel-drawer', async (shown) => {
      await shown.locator('.el-drawer__body dl').waitFor();
      await shown.locator('.el-drawer__body [data-state=recording]').waitFor();
    });
    await open(page.url().slice(lubo.url.length));
    await drawer.getByRole('button', { name: '停止录像' }).click();
    await drawer.locator('[data-state=recording]').waitFor({ state: 'detached', timeout: 20_000 });
  });

  it('deleting shows what goes, and the recycle bin gives it back or lets it go', async () => {
    await open('/admin/channels');
    for (const name of ['三班', '四班']) await page.getByRole('checkbox', { name: `选择 ${name}` }).check();
    await page.locator('.bulk').getByRole('button', { name: '删除' }).click();
    const dialog = page.getByRole('dialog', { name: '删除选中的 2 项' });
    await dialog.getByText('通道会先进入回收站').waitFor();
    await dialog.getByRole('button', { name: '删除' }).click();
    await page.getByText('共 2 项').waitFor();
    await page.getByRole('link', { name: '回收站' }).click();
    await page.getByRole('row', { name: /三班/ }).waitFor();
    await inEveryDress(page, 'channels-bin');
    await open('/admin/channels/bin');
    await page.getByRole('row', { name: /三班/ }).getByRole('button', { name: '恢复' }).click();
    await page.getByText('共 1 项').waitFor();
    await page.getByRole('row', { name: /四班/ }).getByRole('button', { name: '彻底删除' }).click();
    await page.getByRole('dialog').getByRole('button', { name: '删除', exact: true }).click();
    await page.getByRole('heading', { name: '回收站是空的' }).waitFor();
    await open('/admin/channels');
    await page.getByRole('row', { name: /三班/ }).locator('[data-state=stopped]').waitFor();
  });

  it('settings of a gather are applied, and what is out of range is refused at its field', async () => {
    await open(`/admin/gathers/${gatherId}`);
    const slices = page.getByRole('spinbutton', { name: '录像切片（分钟）' });
    await slices.fill('31');
    await page.getByRole('button', { name: '保存' }).click();
    await page.getByText('不能大于 30').waitFor();
    await slices.fill('10');
    await page.getByRole('button', { name: '保存' }).click();
    await page.getByText('已保存，采集端马上生效').waitFor();
    const { tuning } = await lubo.call<{ tuning: { sliceMinutes: number } }>('GET', `/api/gathers/${gatherId}`);
    assert.equal(tuning.sliceMinutes, 10);
    await page.getByText(/已用 \d+%/).first().waitFor({ timeout: 15_000 });
    await inEveryDress(page, 'gather', async (shown) => shown.locator('form').waitFor());
    await open('/admin/gathers');
    await page.getByRole('row', { name: /教学楼一层/ }).waitFor();
    await inEveryDress(page, 'gathers');
  });

  it('what was recorded is there: edited, kept, played, deleted and brought back', async () => {
    await eventually('the recording is stored', 60, async () => (await lubo.call<{ total: number }>('GET', '/api/archive')).total > 0);
    await open('/admin/recordings');
    const row = page.getByRole('row', { name: /一班/ });
    await row.getByRole('button', { name: '编辑' }).click();
    const dialog = page.getByRole('dialog', { name: '编辑录像' });
    await dialog.getByText('长期保留，不会到期删除').click();
    await dialog.getByRole('button', { name: '保存' }).click();
    await row.getByText('长期保留').waitFor();
    await inEveryDress(page, 'recordings');
    await open('/admin/recordings');
    await row.getByRole('button', { name: '播放', exact: true }).click();
    await page.locator('.el-drawer video').waitFor();
    await page.waitForFunction(() => document.querySelector<HTMLVideoElement>('.el-drawer video')?.readyState !== 0);
    await inEveryDress(page, 'recording-drawer', (shown) => shown.locator('.el-drawer video').waitFor());
    await open('/admin/recordings');
    await page.getByRole('button', { name: '保留规则' }).click();
    await page.getByRole('dialog', { name: '保留规则' }).getByText('录像到期后自动移入回收站').click();
    await page.getByText('按此规则，现在有 0 段录像').waitFor();
    assert.deepEqual(await seriousFaults(page), []);
    await open('/admin/recordings');
    await row.getByRole('button', { name: '删除' }).click();
    const sure = page.getByRole('dialog', { name: '删除录像' });
    await sure.getByText(/1 段录像，共/).waitFor();
    await sure.getByText('其中 1 段标记为长期保留').waitFor();
    await sure.getByRole('button', { name: '删除' }).click();
    await page.getByRole('heading', { name: '还没有录像' }).waitFor();
    await open('/admin/recordings/bin');
    await row.waitFor();
    await inEveryDress(page, 'recordings-bin');
    await open('/admin/recordings/bin');
    await row.getByRole('button', { name: '恢复' }).click();
    await page.getByRole('heading', { name: '回收站是空的' }).waitFor();
  });

  it('components are shown as they are; a group and a volume are added while the site runs', async () => {
    await open('/admin/components');
    await page.getByRole('button', { name: '测试连接' }).first().click();
    await page.locator('[data-check=ready]').waitFor();
    await page.getByRole('button', { name: '添加存储组' }).click();
    await page.getByLabel('存储组名称').fill('二号柜');
    await page.getByRole('dialog').getByRole('button', { name: '保存' }).click();
    const group = page.locator('[data-group=二号柜]');
    await group.getByRole('button', { name: '添加卷' }).click();
    const folder = dataFolder();
    const dialog = page.getByRole('dialog', { name: /二号柜/ });
    await dialog.getByLabel('文件夹').fill(folder);
    await dialog.getByRole('button', { name: '测试连接' }).click();
    await dialog.getByText(/正常 · 可用/).waitFor();
    await dialog.getByRole('button', { name: '保存' }).click();
    await group.getByText(folder).waitFor();
    await group.getByRole('button', { name: '预留空间' }).click();
    const reserve = page.getByRole('dialog', { name: /预留空间/ });
    await reserve.getByRole('spinbutton', { name: '预留空间' }).fill('0.5');
    await reserve.getByRole('button', { name: '保存' }).click();
    await group.getByText('预留 500 MB').waitFor();
    await page.getByRole('row', { name: /采集端.*教学楼一层.*127\.0\.0\.1/ }).waitFor();
    await inEveryDress(page, 'components', async (shown) => shown.locator('[data-group]').first().waitFor());
  });

  it('a live server that enrols is listed with channels, viewers and bytes, leads to its channels, and is offline by itself', async () => {
    const [httpPort = 0, rtmpPort = 0] = await freePorts(2);
    const { code } = await lubo.call<{ code: string }>('POST', '/api/enrolment-codes', { kind: 'live', title: '一号直播' });
    const live = startPart('live', {
      LUBO_DATA_DIR: dataFolder(),
      LUBO_LIVE_HTTP_PORT: String(httpPort),
      LUBO_LIVE_RTMP_PORT: String(rtmpPort),
      LUBO_LIVE_SITE_URL: lubo.url,
      LUBO_LIVE_CODE: code,
    });
    const viewer = new AbortController();
    try {
      await open('/admin/components');
      const row = page.getByRole('row', { name: /一号直播/ }).first();
      await row.locator('[data-state=online]').waitFor({ timeout: 20_000 });
      const { rows } = await lubo.call<{ rows: { id: string }[] }>('GET', '/api/admin/channels?search=一班');
      const { flv } = await eventually('the site knows where the live server is', 15, () => lubo.call<{ flv: string }>('POST', `/api/channels/${rows[0]?.id}/watch`).catch(() => undefined));
      const watched = await fetch(flv, { signal: viewer.signal });
      assert.equal(watched.status, 200);
      await row.getByRole('cell', { name: '1', exact: true }).nth(1).waitFor({ timeout: 20_000 });
      await row.getByRole('button', { name: '查看通道' }).click();
      const drawer = page.getByRole('dialog', { name: '一号直播' });
      await drawer.getByRole('link', { name: '一班' }).waitFor();
      await drawer.getByRole('button', { name: '查看观众' }).click();
      await drawer.getByRole('row', { name: /127\.0\.0\.1.*FLV/ }).waitFor();
      assert.deepEqual(await seriousFaults(page), []);
      await page.screenshot({ path: join(screenshots, 'admin-live-server.png') });
      await page.keyboard.press('Escape');
      await live.end('SIGKILL');
      await row.locator('[data-state=offline]').waitFor({ timeout: 20_000 });
    } finally {
      viewer.abort();
      if (live.child.exitCode === null && live.child.signalCode === null) await live.end('SIGKILL');
    }
  });

  it('the overview tells what is wrong, and a gather that dies is offline there within 30 s', async () => {
    await open('/admin/overview');
    await page.getByText('没有直播服务器在线').waitFor();
    await page.getByRole('link', { name: /二班/ }).waitFor();
    await gather?.end('SIGKILL');
    gather = undefined;
    await page.getByText('采集端“教学楼一层”离线').waitFor({ timeout: 30_000 });
    await inEveryDress(page, 'overview');
  });
});
