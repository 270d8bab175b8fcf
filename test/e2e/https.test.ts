// HTTPS as a school would have it: certificates of Lubo's own, or nginx or Caddy in front as the guides say. A browser watches the demo.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, after, before, describe, test } from 'node:test';
import { connect } from 'node:tls';
import { trustAuthorities } from '@lubo/config';
import { type FakeCertificate, fakeCertificate, noOpenssl } from '@lubo/config/fake-certificate';
import type { Channel, WatchAddresses } from '@lubo/contract';
import type { Browser, Page } from 'playwright-core';
import { freePorts } from '../free-ports.ts';
import { lookAtVideo, noBrowser, openBrowser, screenshots } from './browser.ts';
import { type Installation, cleanEnv, eventually, getJson, install, pushesOf, root, settingsFor } from './installation.ts';
import { examplesIn, noCaddy, noNginx, startCaddy, startNginx } from './proxy.ts';

const administrator = { LUBO_ADMIN_USER: 'admin', LUBO_ADMIN_PASSWORD: 'correct horse' };

/** A page that remembers what must not be: messages of mixed content, and addresses asked over plain HTTP. */
async function watchfulPage(browser: Browser, locale = 'zh-CN'): Promise<{ page: Page; faults: string[] }> {
  const context = await browser.newContext({ ignoreHTTPSErrors: true, locale });
  const page = await context.newPage();
  const faults: string[] = [];
  page.on('console', (message) => {
    if (/mixed content|insecure/i.test(message.text())) faults.push(message.text());
  });
  page.on('request', (request) => {
    if (/^(http|ws):/.test(request.url())) faults.push(request.url().replace(/\?.*/, ''));
  });
  page.on('pageerror', (error) => faults.push(error.message));
  return { page, faults };
}

/** Opens the demo's only channel and waits until picture and sound run. */
async function watchDemo(page: Page, siteUrl: string): Promise<void> {
  const { id } = await onlineChannel(siteUrl);
  await page.goto(`${siteUrl}/live/${id}`);
  await page.locator('[data-state="playing"]').waitFor({ timeout: 15_000 });
  await goesOn(page);
}

/** The picture moves on. */
async function goesOn(page: Page): Promise<void> {
  const first = await lookAtVideo(page);
  await eventually('the picture goes on', 10, async () => {
    const sight = await lookAtVideo(page);
    return sight.currentTime > first.currentTime + 1 && sight.decodedFrames > first.decodedFrames + 20 && sight.decodedAudioBytes > 0;
  });
}

function onlineChannel(siteUrl: string): Promise<Channel> {
  return eventually('the demo channel is online', 20, async () => {
    const [channel] = (await getJson<{ rows: Channel[] }>(`${siteUrl}/api/channels`)).rows;
    return channel?.isOnline && channel;
  });
}

async function addressesOf(siteUrl: string): Promise<WatchAddresses> {
  const { id } = await onlineChannel(siteUrl);
  return (await (await fetch(`${siteUrl}/api/channels/${id}/watch`, { method: 'POST' })).json()) as WatchAddresses;
}

async function cookieOf(siteUrl: string): Promise<string> {
  const body = JSON.stringify({ name: administrator.LUBO_ADMIN_USER, password: administrator.LUBO_ADMIN_PASSWORD });
  const response = await fetch(`${siteUrl}/api/session`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  assert.equal(response.status, 201);
  return response.headers.get('set-cookie') ?? '';
}

/** Common name of the certificate that a port serves. */
function nameServed(url: string): Promise<string> {
  const { port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect({ port: Number(port), host: '127.0.0.1', rejectUnauthorized: false }, () => {
      resolve(String(socket.getPeerCertificate().subject.CN));
      socket.destroy();
    });
    socket.on('error', reject);
  });
}

function certificate(t?: TestContext): FakeCertificate {
  const files = fakeCertificate('first');
  t?.after(() => files.remove());
  trustAuthorities(files.certFile);
  return files;
}

const skip = noBrowser || noOpenssl;

describe('HTTPS with certificates of its own', { skip }, () => {
  let files: FakeCertificate;
  let lubo: Installation;
  let browser: Browser;
  before(async () => {
    files = certificate();
    const [rtmps = 0, ...ports] = await freePorts(5);
    const env = {
      ...administrator,
      LUBO_SITE_TLS_CERT_FILE: files.certFile,
      LUBO_SITE_TLS_KEY_FILE: files.keyFile,
      LUBO_LIVE_TLS_CERT_FILE: files.certFile,
      LUBO_LIVE_TLS_KEY_FILE: files.keyFile,
      LUBO_LIVE_RTMPS_PORT: String(rtmps),
      LUBO_LIVE_WORKERS: '2',
      LUBO_LIVE_PUBLIC_RTMP_URL: `rtmps://localhost:${rtmps}`,
      LUBO_CA_FILE: files.certFile,
    };
    lubo = await install({ args: ['--demo'], env, ports });
    browser = await openBrowser();
  });
  after(async () => {
    await browser?.close();
    await lubo?.stop();
    files?.remove();
  });

  test('a browser watches the demo, pushed over RTMPS, and asks for nothing over plain HTTP', async () => {
    assert.match(lubo.output(), /https:\/\/127\.0\.0\.1:\d+\/live/);
    const { page, faults } = await watchfulPage(browser);
    await watchDemo(page, lubo.siteUrl);
    assert.equal(await pushesOf(lubo), 1);
    const { flv, hls, rtmp } = await addressesOf(lubo.siteUrl);
    for (const url of [flv, hls]) assert.ok(url?.startsWith(lubo.liveUrl), url);
    assert.match(rtmp, /^rtmps:\/\/localhost:/);
    assert.deepEqual(faults, []);
    await page.screenshot({ path: join(screenshots, 'https.png') });
    await page.context().close();
  });

  test('the session cookie is Secure, and browsers are not asked for HTTPS for ever', async () => {
    assert.match(await cookieOf(lubo.siteUrl), /; Secure/);
    assert.equal((await fetch(lubo.siteUrl)).headers.get('strict-transport-security'), null);
  });

  test('a renewed certificate is served without a restart, and nobody who watches is disturbed', async () => {
    const { page, faults } = await watchfulPage(browser);
    await watchDemo(page, lubo.siteUrl);
    const pids = [...lubo.pids().values()];
    files.renew('second');
    trustAuthorities(files.certFile);
    for (const url of [lubo.siteUrl, lubo.liveUrl]) {
      // Often enough to meet each worker.
      await eventually(`${url} serves the second`, 10, async () => {
        const names = await Promise.all(Array.from({ length: 8 }, () => nameServed(url)));
        return names.every((name) => name === 'second');
      });
    }
    await goesOn(page);
    const other = await watchfulPage(browser);
    await watchDemo(other.page, lubo.siteUrl);
    assert.deepEqual([...faults, ...other.faults], []);
    assert.deepEqual([...lubo.pids().values()], pids);
    await page.context().close();
    await other.page.context().close();
  });
});

describe('an HTTPS site whose live server has none', { skip }, () => {
  test('the player says so in both languages, nothing is pushed, and the site logs once what to set', async (t) => {
    const files = certificate(t);
    const env = { LUBO_SITE_TLS_CERT_FILE: files.certFile, LUBO_SITE_TLS_KEY_FILE: files.keyFile };
    const lubo = await install({ args: ['--demo'], env });
    const browser = await openBrowser();
    t.after(async () => {
      await browser.close();
      await lubo.stop();
    });
    const { id } = await onlineChannel(lubo.siteUrl);
    for (const [locale, words] of [['zh-CN', '直播服务器没有开启 HTTPS'], ['en', 'The live server has no HTTPS']] as const) {
      const { page, faults } = await watchfulPage(browser, locale);
      await page.goto(`${lubo.siteUrl}/live/${id}`);
      await page.getByText(words).first().waitFor({ timeout: 10_000 });
      assert.deepEqual(faults, []);
      await page.waitForFunction(() => getComputedStyle(document.querySelector('[role="status"].message') as Element).opacity === '1');
      await page.screenshot({ path: join(screenshots, `https-no-live-${locale}.png`) });
      await page.context().close();
    }
    assert.equal(await pushesOf(lubo), 0);
    assert.equal(lubo.output().split('pages over HTTPS can not play').length - 1, 1);
    assert.match(lubo.output(), /live\.tls\.certFile/);
  });
});

/** Each proxy with its guide's two examples. */
const proxies = [
  { name: 'nginx', skip: noNginx, start: startNginx, examples: examplesIn('https-nginx.md', 'nginx'), redirects: true },
  { name: 'Caddy', skip: noCaddy, start: startCaddy, examples: examplesIn('https-caddy.md', 'caddyfile'), redirects: false },
];

for (const { name, skip: noProxy, start, examples, redirects } of proxies) {
  describe(`HTTPS behind ${name}, as the guide says`, { skip: skip || noProxy }, () => {
    const [oneHost = '', twoHosts = ''] = examples;

    /** An installation whose own agents come through the proxy too, the relay's WebSocket included. */
    async function behind(t: TestContext, example: string, hosts: 1 | 2, liveBase: (httpsPorts: readonly number[]) => string) {
      const files = certificate(t);
      const [first = 0, second = 0, plainPort = 0, ...ports] = await freePorts(8);
      const [sitePort = 0, livePort = 0] = ports;
      const httpsPorts = [first, second].slice(0, hosts);
      const proxy = await start({ example, httpsPorts, plainPort, sitePort, livePort, certFile: files.certFile, keyFile: files.keyFile });
      t.after(() => proxy.stop());
      const url = `https://127.0.0.1:${first}`;
      const env = {
        ...administrator,
        LUBO_SITE_HOST: '127.0.0.1',
        LUBO_SITE_PUBLIC_URL: url,
        LUBO_LIVE_PUBLIC_HTTP_URL: liveBase(httpsPorts),
        LUBO_LIVE_SITE_URL: url,
        LUBO_GATHER_SITE_URL: url,
        LUBO_CA_FILE: files.certFile,
      };
      const lubo = await install({ args: ['--demo'], env, ports });
      const browser = await openBrowser();
      t.after(async () => {
        await browser.close();
        await lubo.stop();
      });
      return { lubo, browser, url, plainPort };
    }

    test('under one host name a browser watches the demo; agents, events and streams pass unbuffered', async (t) => {
      const { lubo, browser, url, plainPort } = await behind(t, oneHost, 1, ([port]) => `https://127.0.0.1:${port}/video`);
      const events = listenTo(`${url}/api/events`);
      t.after(() => events.close());
      await eventually('events begin', 10, () => events.text().includes('retry:'));
      const { page, faults } = await watchfulPage(browser);
      await watchDemo(page, url);
      await eventually('the viewer is told of by an event', 10, () => /"viewers":1/.test(events.text()));
      assert.equal(await pushesOf(lubo), 1);
      assert.deepEqual(faults, []);
      assert.match(await cookieOf(url), /; Secure/);
      assert.equal((await fetch(`${url}/video/metrics`)).status, 404);
      if (redirects) {
        const redirect = await fetch(`http://127.0.0.1:${plainPort}/live?x=1`, { redirect: 'manual' });
        assert.deepEqual([redirect.status, redirect.headers.get('location')], [301, 'https://127.0.0.1/live?x=1']);
      }
      await page.close();
      await eventually('the push stops: the proxy tells that the viewer left', 20, async () => (await pushesOf(lubo)) === 0);

      const { flv, hls = '' } = await addressesOf(url);
      for (const address of [flv, hls]) assert.ok(address.startsWith(`${url}/video/live/`), address);
      const master = await (await fetch(hls)).text();
      const media = await fetch(new URL(/^[^#\s].*/m.exec(master)?.[0] ?? '', hls));
      assert.match(await media.text(), /^#EXTM3U[^]*#EXTINF/);
    });

    test('under two host names a browser watches the demo', async (t) => {
      const { lubo, browser, url } = await behind(t, twoHosts, 2, ([, port]) => `https://127.0.0.1:${port}`);
      const { page, faults } = await watchfulPage(browser);
      await watchDemo(page, url);
      assert.equal(await pushesOf(lubo), 1);
      assert.equal(new URL((await addressesOf(url)).flv).pathname.startsWith('/live/'), true);
      assert.deepEqual(faults, []);
    });
  });
}

/** Server-sent events as they come. */
function listenTo(url: string): { text(): string; close(): void } {
  const stop = new AbortController();
  let text = '';
  const read = async (): Promise<void> => {
    const response = await fetch(url, { signal: stop.signal });
    const decoder = new TextDecoder();
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) text += decoder.decode(chunk, { stream: true });
  };
  read().catch((error: unknown) => {
    if (!stop.signal.aborted) text += String(error);
  });
  return { text: () => text, close: () => stop.abort() };
}

test('a wrong certificate file ends the start with one line, whole or part by part', { skip: noOpenssl }, async (t) => {
  const files = certificate(t);
  const wrong = { LUBO_SITE_TLS_CERT_FILE: files.certFile, LUBO_SITE_TLS_KEY_FILE: '/nowhere/key.pem', LUBO_LIVE_TLS_CERT_FILE: files.certFile, LUBO_LIVE_TLS_KEY_FILE: files.certFile };
  const settings = await settingsFor({ env: wrong });
  const expected = {
    supervisor: [/site\.tls\.keyFile: \/nowhere\/key\.pem can't be read \(ENOENT\)/, /live\.tls\.keyFile holds no private key/],
    site: [/^site: site\.tls\.keyFile: \/nowhere\/key\.pem can't be read \(ENOENT\)$/],
    live: [/^live: live\.tls\.keyFile holds no private key/],
  };
  for (const [part, words] of Object.entries(expected)) {
    const child = spawn(process.execPath, [join(root, 'packages', part, 'src/main.ts')], { cwd: tmpdir(), env: { ...cleanEnv(), ...settings }, stdio: ['ignore', 'ignore', 'pipe'] });
    let output = '';
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const code = await new Promise((resolve) => void child.once('close', resolve));
    const lines = output.trim().split('\n');
    assert.equal(code, 78, output);
    assert.equal(lines.length, words.length, output);
    for (const [i, word] of words.entries()) assert.match(lines[i] ?? '', word);
  }
});
