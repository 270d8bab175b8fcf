// Installing and starting: what is printed, the first administrator, faults that are told, an end without leftovers.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { freePorts } from '../free-ports.ts';
import { noBrowser, openBrowser, screenshots } from './browser.ts';
import { cleanEnv, eventually, getJson, install, root, settingsFor } from './installation.ts';

/** Runs the start to its end; for starts that are refused. */
async function startToEnd(env: Record<string, string>, args: string[] = []) {
  const child = spawn(process.execPath, [join(root, 'packages/supervisor/src/main.ts'), ...args], {
    cwd: tmpdir(),
    env: { ...cleanEnv(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const code = await new Promise<number | null>((resolve) => void child.once('close', resolve));
  return { code, lines: output.trim().split('\n') };
}

const isAnswered = async (url: string): Promise<boolean> => {
  try {
    await fetch(url);
    return true;
  } catch {
    return false;
  }
};

describe('a start that can not succeed', () => {
  test('INST-5: unknown and wrong settings are told with line and what is allowed, and nothing runs', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'lubo-config-'));
    const file = join(folder, 'lubo.yaml');
    writeFileSync(file, 'site:\n  prot: 8000\nlive:\n  rtmpPort: 70000\n');
    const { code, lines } = await startToEnd({ LUBO_CONFIG: file });
    assert.equal(code, 78);
    assert.equal(lines.length, 2);
    assert.match(lines.join('\n'), /lubo\.yaml:2: site\.prot is not a setting \(did you mean port\?\); allowed here: host, port, publicUrl, embedOrigins, tls/);
    assert.match(lines.join('\n'), /lubo\.yaml:4: live\.rtmpPort: /);
    rmSync(folder, { recursive: true });
  });

  test('a port in use is one line that says what to do', async () => {
    const settings = await settingsFor();
    const other = createServer().listen(Number(settings['LUBO_LIVE_HTTP_PORT']), '0.0.0.0');
    await new Promise((resolve) => void other.once('listening', resolve));
    const { code, lines } = await startToEnd(settings);
    assert.equal(code, 78);
    assert.deepEqual(lines.length, 1, lines.join('\n'));
    assert.match(lines[0] ?? '', /live server \(HTTP\): port \d+ is in use: .*LUBO_LIVE_HTTP_PORT/);
    assert.equal(await isAnswered(`http://127.0.0.1:${settings['LUBO_SITE_PORT']}/`), false);
    other.close();
  });

  test('a data folder that can not be written is one line that says what to do', async () => {
    const { code, lines } = await startToEnd(await settingsFor({ dataDir: '/proc/lubo' }));
    assert.equal(code, 78);
    assert.equal(lines.length, 1);
    assert.match(lines[0] ?? '', /data folder \/proc\/lubo can't be written .*LUBO_DATA_DIR/);
  });

  test('unknown words after npm start are refused', async () => {
    const { code, lines } = await startToEnd(await settingsFor(), ['--dmeo']);
    assert.equal(code, 78);
    assert.match(lines[0] ?? '', /--dmeo/);
  });
});

describe('a fresh start', () => {
  test('INST-1: prints addresses that answer, and Ctrl-C ends everything within 5 s', async () => {
    const lubo = await install();
    assert.match(lubo.output(), new RegExp(lubo.siteUrl));
    for (const url of [lubo.siteUrl, lubo.liveUrl, lubo.consoleUrl]) assert.equal((await fetch(`${url}/healthz`)).status, 200, url);
    const pids = [...lubo.pids().values()];
    assert.equal(pids.length, 3);
    const start = performance.now();
    lubo.supervisor.ref();
    lubo.supervisor.kill('SIGINT');
    assert.equal(await new Promise((resolve) => void lubo.supervisor.once('close', resolve)), 0);
    assert.ok(performance.now() - start < 5000);
    for (const pid of pids) assert.throws(() => process.kill(pid, 0), /ESRCH/);
    rmSync(lubo.dataDir, { recursive: true });
  });

  test('nothing is left running when the supervisor itself is killed', async () => {
    const lubo = await install();
    const pids = [...lubo.pids().values()];
    lubo.supervisor.kill('SIGKILL');
    await eventually('all parts end', 6, () => pids.every((pid) => !isRunning(pid)));
    rmSync(lubo.dataDir, { recursive: true });
  });

  test('two installations run side by side and know nothing of each other', async () => {
    const [one, two] = await Promise.all([install({ args: ['--demo'] }), install()]);
    const list = (url: string) => getJson<{ total: number }>(`${url}/api/channels`);
    await eventually('the demo channel of the first', 15, async () => (await list(one.siteUrl)).total === 1);
    assert.equal((await list(two.siteUrl)).total, 0);
    assert.deepEqual(await Promise.all([one.stop(), two.stop()]), [0, 0]);
  });

  test('INST-4: a changed port is followed by every part', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'lubo-moved-'));
    const demo = await install({ dataDir, args: ['--demo'] });
    await eventually('the demo channel', 15, async () => (await getJson<{ total: number }>(`${demo.siteUrl}/api/channels`)).total === 1);
    await demo.stop();
    const moved = await install({ dataDir, ports: await freePorts(4) });
    const { rows } = await eventually('the channel is online again', 15, async () => {
      const list = await getJson<{ rows: { isOnline: boolean }[] }>(`${moved.siteUrl}/api/channels`);
      return list.rows[0]?.isOnline && list;
    });
    assert.equal(rows.length, 1);
    await moved.stop();
    rmSync(dataDir, { recursive: true });
  });
});

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe('the first administrator', () => {
  test('INST-3: is made by the printed link, once, and by nobody else', { skip: noBrowser }, async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'lubo-admin-'));
    const lubo = await install({ dataDir });
    const link = /http:\/\/127\.0\.0\.1:\d+\/setup#\S+/.exec(lubo.output())?.[0];
    assert.ok(link !== undefined, lubo.output());
    const guess = await fetch(`${lubo.siteUrl}/api/setup`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ code: 'guessed-guessed-guessed', name: 'eve', password: 'long enough' }),
    });
    assert.equal(guess.status, 403);

    const browser = await openBrowser();
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, locale: 'zh-CN' });
    await page.goto(link);
    await page.locator('input').first().waitFor();
    await page.screenshot({ path: join(screenshots, 'set-up.png') });
    await page.locator('input[autocomplete="username"]').fill('校长');
    for (const field of await page.locator('input[type="password"]').all()) await field.fill('correct horse');
    await page.locator('button[type="submit"]').click();
    await page.getByText('校长').first().waitFor();
    await page.goto(link);
    await page.waitForLoadState('networkidle');
    assert.deepEqual(await getJson(`${lubo.siteUrl}/api/setup`), { isNeeded: false });
    await browser.close();

    await lubo.stop();
    const again = await install({ dataDir });
    assert.doesNotMatch(again.output(), /setup#/);
    await again.stop();
    rmSync(dataDir, { recursive: true });
  });

  test('is made unattended by LUBO_ADMIN_USER and LUBO_ADMIN_PASSWORD', async () => {
    const lubo = await install({ env: { LUBO_ADMIN_USER: 'admin', LUBO_ADMIN_PASSWORD: 'correct horse' } });
    assert.doesNotMatch(lubo.output(), /setup#/);
    const response = await fetch(`${lubo.siteUrl}/api/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'admin', password: 'correct horse' }),
    });
    assert.equal(response.status, 201);
    assert.match(response.headers.get('set-cookie') ?? '', /HttpOnly.*SameSite=Lax/i);
    await lubo.stop();
  });
});
