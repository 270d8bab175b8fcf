// LIVE-9: a second live server, started alone, beside a full installation. Each in turn dies, hangs and is stopped while browsers watch.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Channel, WatchAddresses } from '@lubo/contract';
import type { Browser, Page } from 'playwright-core';
import { freePorts } from '../free-ports.ts';
import { type Administrator, administratorSettings, signIn } from './administrator.ts';
import { lookAtVideo, noBrowser, openBrowser } from './browser.ts';
import { type Installation, eventually, getJson, install, pushesOf } from './installation.ts';
import { type LonePart, dataFolder, startPart } from './part.ts';

describe('two live servers', { skip: noBrowser }, () => {
  let lubo: Installation;
  let browser: Browser;
  let admin: Administrator;
  let second: LonePart;
  let firstPort: number;
  let secondPort: number;
  let secondSettings: Record<string, string>;
  let channels: [Channel, Channel];

  before(async () => {
    lubo = await install({ args: ['--demo'], env: administratorSettings });
    firstPort = Number(new URL(lubo.liveUrl).port);
    browser = await openBrowser();
    admin = await signIn(lubo.siteUrl);
    const [httpPort = 0, rtmpPort = 0] = await freePorts(2);
    secondPort = httpPort;
    secondSettings = {
      LUBO_DATA_DIR: dataFolder(),
      LUBO_LIVE_HTTP_PORT: String(httpPort),
      LUBO_LIVE_RTMP_PORT: String(rtmpPort),
      LUBO_LIVE_SITE_URL: lubo.siteUrl,
    };
    second = startPart('live', { ...secondSettings, LUBO_LIVE_CODE: await admin.code('live') });
    await bothAreThere();
    const [gather] = await eventually('the gather has enrolled', 15, async () => {
      const rows = await admin.agents('gather');
      return rows.length === 1 && rows;
    });
    await admin.addChannel('第二教室', gather?.id ?? '');
    channels = await eventually('both channels are online', 20, async () => {
      const { rows } = await getJson<{ rows: Channel[] }>(`${lubo.siteUrl}/api/channels`);
      const [one, two] = rows;
      return one?.isOnline && two?.isOnline && ([one, two] as typeof channels);
    });
  });
  after(async () => {
    await browser?.close();
    await second?.end('SIGKILL');
    await lubo?.stop();
  });

  const bothAreThere = (): Promise<true> =>
    eventually('both live servers are connected and known', 20, async () => {
      const rows = await admin.agents('live');
      return rows.length === 2 && rows.every(({ isOnline }) => isOnline);
    });

  /** Where the site sends viewers of a channel now, as a port. */
  const portOf = async ({ id }: Channel): Promise<number> => {
    const response = await fetch(`${lubo.siteUrl}/api/channels/${id}/watch`, { method: 'POST' });
    return Number(new URL(((await response.json()) as WatchAddresses).flv).port);
  };

  /** Streams that are pushed to a live server. */
  const publishersOf = async (port: number): Promise<number> => {
    const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    return Number(/^lubo_live_publishers (\d+)$/m.exec(text)?.[1]);
  };

  const play = async ({ id }: Channel): Promise<Page> => {
    const page = await browser.newPage();
    await page.goto(`${lubo.siteUrl}/live/${id}`);
    await page.locator('[data-state="playing"]').waitFor({ timeout: 15_000 });
    return page;
  };

  /** Both channels watched, each over another live server; the second one's is the victim's. */
  async function watchBoth(): Promise<{ spared: Page; victim: Page; onSecond: Channel }> {
    const pages = [await play(channels[0]), await play(channels[1])] as const;
    const ports = [await portOf(channels[0]), await portOf(channels[1])] as const;
    assert.deepEqual([...ports].toSorted((a, b) => a - b), [firstPort, secondPort].toSorted((a, b) => a - b));
    const isFirst = ports[0] === secondPort;
    return { spared: isFirst ? pages[1] : pages[0], victim: isFirst ? pages[0] : pages[1], onSecond: isFirst ? channels[0] : channels[1] };
  }

  /** Both pages show moving pictures, both from the first live server. */
  async function followed({ spared, victim }: { spared: Page; victim: Page }, spareStalls: number): Promise<void> {
    await eventually('the picture is back', 25, async () => {
      const one = await lookAtVideo(victim);
      await new Promise((resolve) => setTimeout(resolve, 500));
      const two = await lookAtVideo(victim);
      return two.currentTime > one.currentTime && two.decodedFrames > one.decodedFrames;
    });
    assert.equal(await publishersOf(firstPort), 2);
    assert.equal(await stallsOf(spared), spareStalls, 'who watched over the other live server noticed nothing');
    for (const channel of channels) assert.equal(await portOf(channel), firstPort);
  }

  async function leave(...pages: Page[]): Promise<void> {
    await Promise.all(pages.map((page) => page.close()));
    await eventually('nothing is pushed', 25, async () => (await pushesOf(lubo)) === 0);
  }

  test('two channels go to different live servers; one that is killed is replaced, and is used again when it is back', async () => {
    const pages = await watchBoth();
    await countStalls(pages.spared);
    await second.end('SIGKILL');
    await eventually('the channel has moved', 15, async () => (await publishersOf(firstPort)) === 2);
    await followed(pages, 0);
    await leave(pages.spared, pages.victim);
    second = startPart('live', secondSettings);
    await bothAreThere();
  });

  test('one that hangs is replaced within 15 s, and players follow', async () => {
    const pages = await watchBoth();
    await countStalls(pages.spared);
    second.child.kill('SIGSTOP');
    await eventually('the channel has moved', 15, async () => (await publishersOf(firstPort)) === 2);
    await followed(pages, 0);
    second.child.kill('SIGCONT');
    await bothAreThere();
    await leave(pages.spared, pages.victim);
  });

  test('one that is stopped lets its viewers go elsewhere at once', async () => {
    const pages = await watchBoth();
    await countStalls(pages.spared);
    assert.equal(await second.end('SIGTERM'), 0);
    await followed(pages, 0);
    assert.equal((await admin.agents('live')).filter(({ isOnline }) => isOnline).length, 1);
    await leave(pages.spared, pages.victim);
  });
});

/** Begins to count what a viewer would notice. */
async function countStalls(page: Page): Promise<void> {
  await page.evaluate(() => {
    const seen = window as unknown as { stalls: number };
    seen.stalls = 0;
    const video = document.querySelector('video') as HTMLVideoElement;
    for (const name of ['emptied', 'pause', 'error']) video.addEventListener(name, () => void seen.stalls++);
  });
}

function stallsOf(page: Page): Promise<number> {
  return page.evaluate(() => (window as unknown as { stalls: number }).stalls);
}
