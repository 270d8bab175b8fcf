// Chromium plays the standard MP4 of a recording as any file of a web server: at once, with sound, and from any place.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { lookAtVideo, noBrowser, openBrowser } from '../e2e/browser.ts';
import { recoverIn, startRecordingProcess } from '../e2e/record/recorded.ts';

const clip = new URL('../../packages/gather/demo/classroom.mp4', import.meta.url).pathname;

test('a browser plays and seeks in a recording', { skip: noBrowser, timeout: 120_000 }, async (t) => {
  const dataDir = mkdtempSync(join(tmpdir(), 'lubo-browser-'));
  const recording = startRecordingProcess({ dataDir, channels: [{ id: 'channel00001', source: { mode: 'file', path: clip } }] });
  await recording.next('ready');
  await setTimeout(15_000);
  recording.child.kill('SIGTERM');
  await recording.ended;
  const recordings = await recoverIn(dataDir);
  const [slice] = recordings.store.finished();
  assert.ok(slice);
  const standard = await recordings.store.openStandard(slice.id);
  const server = createServer((request, response) => {
    if (request.url === '/') return void response.setHeader('content-type', 'text/html').end('<!doctype html><video muted src="/a.mp4"></video>');
    const from = Number(/^bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
    response.writeHead(206, {
      'content-type': 'video/mp4', 'accept-ranges': 'bytes', 'content-length': standard.size - from,
      'content-range': `bytes ${from}-${standard.size - 1}/${standard.size}`,
    });
    void (async () => {
      for await (const piece of standard.stream(from)) {
        if (response.destroyed) return;
        if (!response.write(piece)) await Promise.race([once(response, 'drain'), once(response, 'close')]);
      }
      response.end();
    })();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const browser = await openBrowser();
  t.after(async () => {
    await browser.close();
    server.closeAllConnections();
    server.close();
    await standard.close();
    await recordings.close();
    rmSync(dataDir, { recursive: true });
  });
  const page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  await page.waitForFunction(() => (document.querySelector('video')?.readyState ?? 0) >= 2, undefined, { timeout: 30_000 });
  const duration = await page.evaluate(() => document.querySelector('video')?.duration ?? 0);
  assert.ok(Math.abs(duration * 1000 - slice.durationMillis) < 100, `${duration} s in the browser, ${slice.durationMillis} ms recorded`);
  await page.evaluate(() => document.querySelector('video')?.play());
  await page.waitForFunction(() => (document.querySelector('video')?.currentTime ?? 0) >= 2, undefined, { timeout: 30_000 });
  const sight = await lookAtVideo(page);
  assert.ok(sight.contrast > 10 && sight.decodedAudioBytes > 0, JSON.stringify(sight));
  await page.evaluate((to) => {
    const video = document.querySelector('video');
    if (video) video.currentTime = to;
  }, duration - 4);
  await page.waitForFunction((from) => (document.querySelector('video')?.currentTime ?? 0) > from, duration - 3, { timeout: 30_000 });
  assert.ok((await lookAtVideo(page)).contrast > 10);
});
