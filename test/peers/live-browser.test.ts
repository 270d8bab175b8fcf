// Chromium plays what ffmpeg publishes: FLV over WebSocket with mpegts.js, and HLS segments with its own decoders (MSE).
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { type FakeLive, startFakeLive, until } from '../../packages/live/src/fake-live.ts';
import { type Sight, lookAtVideo, noBrowser, openBrowser } from '../e2e/browser.ts';
import { root } from '../e2e/installation.ts';
import { makeClip, programs, pushArgs } from './live-harness.ts';

describe('a browser', { skip: noBrowser, concurrency: false }, () => {
  const { start, end } = programs();
  const site = createServer((_request, response) => response.setHeader('Content-Type', 'text/html').end('<!doctype html><video muted></video>'));
  let server: FakeLive;
  let browser: Browser;
  before(async () => {
    server = await startFakeLive();
    browser = await openBrowser();
    await once(site.listen(0, '127.0.0.1'), 'listening');
    start('ffmpeg', pushArgs(await makeClip('b-frames'), server.rtmp('room', 'publish')));
    await until('publishing', () => server.live.hub.isPublishing('room'));
  });
  after(async () => {
    await browser?.close();
    site.close();
    end();
    await server.live.close();
  });
  const query = (): string => `token=${server.token('room', 'play')}`;

  /** A page of another origin with one video element. */
  async function openPage(): Promise<Page> {
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${(site.address() as AddressInfo).port}/`);
    return page;
  }

  /** Looks until so much has been played. */
  async function watch(page: Page, seconds: number): Promise<Sight> {
    await page.waitForFunction((wanted) => (document.querySelector('video')?.currentTime ?? 0) >= wanted, seconds, { timeout: 40_000 });
    return await lookAtVideo(page);
  }

  function assertPlayed(sight: Sight, seconds: number): void {
    assert.deepEqual([sight.width, sight.height, sight.isPaused], [320, 180, false]);
    assert.ok(sight.decodedFrames >= seconds * 20, `${sight.decodedFrames} frames`);
    assert.ok(sight.contrast > 10, `the picture is flat: ${sight.contrast}`);
    assert.ok(sight.decodedAudioBytes > 0, 'no sound was decoded');
  }

  test('plays FLV over WebSocket with mpegts.js', async () => {
    const page = await openPage();
    await page.addScriptTag({ path: join(root, 'node_modules', 'mpegts.js', 'dist', 'mpegts.js') });
    const url = `ws://127.0.0.1:${server.live.httpPort}/live/room.flv?${query()}`;
    await page.evaluate((address) => {
      type Player = { on(event: string, run: (...words: unknown[]) => void): void; attachMediaElement(video: Element): void; load(): void; play(): unknown };
      const { mpegts, faults } = Object.assign(globalThis as unknown as { mpegts: { createPlayer(source: object, config: object): Player }; faults: unknown[] }, { faults: [] });
      const player = mpegts.createPlayer({ type: 'flv', isLive: true, url: address }, { enableStashBuffer: false });
      player.on('error', (...words) => faults.push(words));
      player.attachMediaElement(document.querySelector('video') as Element);
      player.load();
      player.play();
    }, url);
    assertPlayed(await watch(page, 8), 8);
    assert.deepEqual(await page.evaluate(() => (globalThis as unknown as { faults: unknown[] }).faults), []);
    assert.equal(server.live.hub.report()[0]?.viewers, 1);
    await page.close();
    await until('it is counted no more', () => server.live.hub.report()[0]?.viewers === 0);
  });

  test('plays HLS segments by the codecs that the playlist names', async () => {
    const page = await openPage();
    const master = server.http(`/live/room.m3u8?${query()}`);
    await page.evaluate(async (address) => {
      const linesOf = async (url: string): Promise<string[]> => (await (await fetch(url)).text()).split('\n');
      const masterLines = await linesOf(address);
      const codecs = /CODECS="(.+?)"/.exec(masterLines.join('\n'))?.[1] ?? '';
      const media = new URL(masterLines.findLast((line) => line !== '') ?? '', address).href;
      const video = document.querySelector('video') as HTMLVideoElement;
      const source = new MediaSource();
      video.src = URL.createObjectURL(source);
      await new Promise((resolve) => source.addEventListener('sourceopen', resolve, { once: true }));
      const buffer = source.addSourceBuffer(`video/mp4; codecs="${codecs}"`);
      const append = async (uri: string): Promise<void> => {
        const bytes = await (await fetch(new URL(uri, media))).arrayBuffer();
        await new Promise((resolve, reject) => {
          buffer.addEventListener('updateend', resolve, { once: true });
          buffer.addEventListener('error', reject, { once: true });
          buffer.appendBuffer(bytes);
        });
      };
      const seen = new Set<string>();
      const load = async (): Promise<void> => {
        const lines = await linesOf(media);
        const init = /MAP:URI="(.+)"/.exec(lines.join('\n'))?.[1] ?? '';
        for (const uri of [init, ...lines.filter((line) => line !== '' && !line.startsWith('#'))]) {
          if (!seen.has(uri)) await append(uri);
          seen.add(uri);
        }
        setTimeout(() => void load(), 500);
      };
      await load();
      await video.play();
    }, master);
    const sight = await watch(page, 10);
    assertPlayed(sight, 10);
    const ranges = await page.evaluate(() => (document.querySelector('video') as HTMLVideoElement).buffered.length);
    assert.equal(ranges, 1, 'there are gaps between segments');
    assert.equal(server.live.hub.report()[0]?.viewers, 1);
    await page.close();
  });
});
