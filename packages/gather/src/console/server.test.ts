// The gather's own HTTP server: what it tells, and to whom.
import assert from 'node:assert/strict';
import { request } from 'node:http';
import { type TestContext, test } from 'node:test';
import { StartError } from '@lubo/config';
import type { ChannelView } from '../gather.ts';
import { startConsole } from './server.ts';

const view: ChannelView = {
  settings: { id: 'channel00001', name: 'Room 1', source: { mode: 'file', path: '/a.mp4' }, isStarted: true },
  report: { id: 'channel00001', state: 'running', isPushing: false, isRecording: false, receiveKbps: 900, sendKbps: 0 },
};

async function begin(t: TestContext) {
  const status = () => ({ isConnected: true, version: '0.1.0', title: 'Gather 1' });
  const console = await startConsole({ host: '127.0.0.1', port: 0, status, channels: () => [view] });
  t.after(() => console.close());
  return console;
}

/** Status of an answer to a request under a name of one's choice. */
function ask(url: string, host: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request(url, { headers: { host } }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on('error', reject)
      .end();
  });
}

test('health and channels are told as JSON that nobody caches', async (t) => {
  const { url } = await begin(t);
  const health = await fetch(`${url}/healthz`);
  assert.deepEqual(await health.json(), { status: 'ok', isConnected: true, version: '0.1.0', title: 'Gather 1' });
  const channels = await fetch(`${url}/api/channels?page=1`);
  assert.deepEqual(await channels.json(), { rows: [view] });
  assert.equal(channels.headers.get('cache-control'), 'no-store');
});

test('people get a page', async (t) => {
  const { url } = await begin(t);
  const page = await fetch(url, { headers: { 'accept-language': 'en' } });
  assert.match(page.headers.get('content-type') ?? '', /^text\/html/);
  assert.match(await page.text(), /Gather 1.*Room 1/s);
});

test('a channel\'s newest picture is handed out to this page alone, and kept by the browser until there is another', async (t) => {
  const jpeg = Uint8Array.of(0xff, 0xd8, 1, 2, 0xff, 0xd9);
  const snapshot = (id: string) => (id === 'channel00001' ? { jpeg, takenAt: new Date(5) } : undefined);
  const screen = await startConsole({ host: '127.0.0.1', port: 0, status: () => ({ isConnected: true, version: '0.1.0', title: undefined }), channels: () => [view], snapshot });
  t.after(() => screen.close());
  const [, address = ''] = /<img src="([^"]*)"/.exec(await (await fetch(screen.url)).text()) ?? [];
  const picture = await fetch(new URL(address, screen.url));
  assert.deepEqual(new Uint8Array(await picture.arrayBuffer()), jpeg);
  assert.deepEqual(['content-type', 'cache-control', 'cross-origin-resource-policy'].map((name) => picture.headers.get(name)), ['image/jpeg', 'private, max-age=600, immutable', 'same-origin']);
  for (const other of ['channel00002', '..%2f..', '']) assert.equal((await fetch(`${screen.url}/api/channels/${other}/snapshot`)).status, 404, other);
});

test('unknown paths and other methods are refused', async (t) => {
  const { url } = await begin(t);
  assert.equal((await fetch(`${url}/etc/passwd`)).status, 404);
  assert.equal((await fetch(`${url}/api/channels`, { method: 'POST' })).status, 405);
});

test('a foreign name that points here is refused, so that no web page can read along', async (t) => {
  const { url } = await begin(t);
  assert.equal(await ask(`${url}/api/channels`, 'evil.example'), 403);
  assert.equal(await ask(`${url}/api/channels`, 'localhost:8090'), 200);
  assert.equal(await ask(`${url}/api/channels`, '[::1]:8090'), 200);
});

test('a port in use is told with the setting that helps', async (t) => {
  const { url } = await begin(t);
  const again = startConsole({ host: '127.0.0.1', port: Number(new URL(url).port), status: () => assert.fail(), channels: () => [] });
  await assert.rejects(again, (error) => error instanceof StartError && /LUBO_GATHER_CONSOLE_PORT/.test(error.message));
});

test('uploads are shown, and tried at once when a person on this very page wishes it', async (t) => {
  let retries = 0;
  const uploads = () => ({
    uploads: [{ recordingId: 'x', channelId: 'channel00001', state: 'uploading' as const, startedAt: '2026-09-01T08:00:00.000Z', sentBytes: 1_500_000, totalBytes: 3_000_000, kbps: 800, reason: '<b>' }],
    waiting: { recordings: 2, bytes: 9_000_000 },
    confirmed: 5,
    isHalted: true,
  });
  const screen = await startConsole({
    host: '127.0.0.1',
    port: 0,
    status: () => ({ isConnected: true, version: '0.1.0', title: 'Gather 1' }),
    channels: () => [],
    uploads,
    retryUploads: () => void retries++,
  });
  t.after(() => screen.close());
  const page = await (await fetch(screen.url, { headers: { 'accept-language': 'en' } })).text();
  for (const text of ['50 % / 3.0 MB', '800 kbps', '2 waiting (9.0 MB), 5 confirmed', '&#60;b&#62;', 'Try now', 'have stopped']) assert.ok(page.includes(text), text);
  assert.deepEqual(await (await fetch(`${screen.url}/api/uploads`)).json(), uploads());
  const post = async (origin: string) => (await fetch(`${screen.url}/api/uploads/retry`, { method: 'POST', headers: { origin }, redirect: 'manual' })).status;
  assert.deepEqual([await post('http://evil.example'), await post('null'), retries], [403, 403, 0]);
  assert.deepEqual([await post(screen.url), retries], [303, 1]);
});
