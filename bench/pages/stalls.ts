// Live through a network that holds its breath for 5 s each minute: how soon it is back near live, and how far behind it is at the end.
import type { Channel } from '@lubo/contract';
import type { Page } from 'playwright-core';
import { setTimeout as sleep } from 'node:timers/promises';
import { openBrowser } from '../../test/e2e/browser.ts';
import { eventually, getJson, install } from '../../test/e2e/installation.ts';
import { freePorts } from '../../test/free-ports.ts';
import { startPausingProxy } from '../../test/e2e/pausing-proxy.ts';
import { type Figure, figureOf } from '../figure.ts';

const stallMillis = 5_000;
const nearMillis = 2_000;

/** Plays for so many minutes; throws for an error of the page. */
export async function liveWithStalls(minutes: number): Promise<Figure[]> {
  const ports = await freePorts(5);
  const network = await startPausingProxy(ports[1] ?? 0);
  const lubo = await install({ args: ['--demo'], ports, env: { LUBO_LIVE_PUBLIC_HTTP_URL: `http://127.0.0.1:${network.port}` } });
  const browser = await openBrowser();
  const errors: string[] = [];
  try {
    const channel = await eventually('the demo channel is online', 30, async () => (await getJson<{ rows: Channel[] }>(`${lubo.siteUrl}/api/channels`)).rows.find(({ isOnline }) => isOnline));
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    page.on('pageerror', (error) => void errors.push(error.message));
    await page.goto(`${lubo.siteUrl}/live/${channel.id}`);
    await page.locator('section.player[data-state="playing"]').waitFor();
    const backs: number[] = [];
    const delays: number[] = [];
    for (let minute = 0; minute < minutes; minute += 1) {
      await sleep(60_000 - stallMillis);
      delays.push((await look(page)).delayMs);
      network.pause();
      await sleep(stallMillis);
      network.resume();
      const resumed = performance.now();
      await eventually('it is near live again', 30, async () => {
        const { state, delayMs } = await look(page);
        return state === 'playing' && delayMs <= nearMillis;
      });
      backs.push(performance.now() - resumed);
    }
    if (errors.length > 0) throw new Error(`errors of the page: ${errors.join('; ')}`);
    return [
      { ...figureOf('live: back within 2 s of live after a stall of 5 s, worst', 'ms', 3_000, backs), value: Math.round(Math.max(...backs)) },
      figureOf('live: delay before each stall', 'ms', nearMillis, delays),
    ];
  } finally {
    await browser.close();
    await lubo.stop();
    network.close();
  }
}

async function look(page: Page): Promise<{ state: string; delayMs: number }> {
  return page.locator('section.player').evaluate(({ dataset }) => ({ state: dataset['state'] ?? '', delayMs: Number(dataset['delayMs'] ?? Number.NaN) }));
}
