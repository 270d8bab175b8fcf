// How soon a recording shows its first picture in Chromium: after a click on its card, and after a click on the seek bar.
import type { Browser, Page } from 'playwright-core';
import { eventually } from '../../test/e2e/installation.ts';
import { type Figure, figureOf } from '../figure.ts';
import type { Stand } from './stand.ts';

const rounds = 10;

/** Milliseconds from the click on a card of the home page to the first frame on the screen. */
export async function clickToPicture({ lubo, shorts }: Stand, browser: Browser): Promise<Figure> {
  const samples: number[] = [];
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  // The first round only warms the browser's caches, as for any visitor's second page.
  for (let round = 0; round <= rounds; round += 1) {
    const page = await context.newPage();
    await page.goto(`${lubo.siteUrl}/`);
    const card = page.locator(`[data-newest] a[href="/recordings/${shorts[round % 10]}"]`);
    await card.waitFor();
    await page.waitForLoadState('networkidle').catch(() => {});
    // As a hand does: over the card first.
    await card.hover();
    await page.waitForTimeout(300);
    await armClock(page, 'click');
    await card.click();
    const millis = await readClock(page);
    if (round > 0) samples.push(millis);
    await page.close();
  }
  await context.close();
  return figureOf('click to first picture, recording', 'ms', 300, samples);
}

/** Milliseconds from pressing on the seek bar of a 45-minute recording to the first frame of that place. */
export async function seekToPicture({ lubo, long }: Stand, browser: Browser): Promise<Figure> {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  await page.goto(`${lubo.siteUrl}/recordings/${long}`);
  await page.locator('section.player[data-state="playing"]').waitFor();
  const bar = page.getByRole('slider').first();
  const samples: number[] = [];
  for (let round = 0; round < rounds * 2; round += 1) {
    await page.locator('section.player').hover({ position: { x: 200, y: 200 } });
    const box = await bar.boundingBox();
    if (box === null) throw new Error('the seek bar is not shown');
    // To and fro, nowhere twice: nothing of it has been loaded.
    const share = ((round * 37) % (rounds * 2) + 0.5) / (rounds * 2);
    await armClock(page, 'pointerdown');
    await page.mouse.click(box.x + box.width * share, box.y + box.height / 2);
    samples.push(await readClock(page));
    await eventually('it plays on', 10, async () => (await page.locator('section.player').getAttribute('data-state')) === 'playing');
  }
  await page.close();
  return figureOf('seek to first picture, 45 minutes', 'ms', 300, samples);
}

type Clocked = { pressedAt?: number; shownAt?: Promise<number> };

/** From the next `event` on the time runs until a frame that belongs to it is on the screen. */
async function armClock(page: Page, event: 'click' | 'pointerdown'): Promise<void> {
  await page.evaluate((name) => {
    const clock = window as unknown as Clocked;
    clock.shownAt = new Promise((resolve) => {
      document.addEventListener(
        name,
        () => {
          const start = performance.now();
          const before = document.querySelector('video')?.currentTime;
          const look = (): void => {
            const video = document.querySelector('video');
            if (video === null) return void requestAnimationFrame(look);
            video.requestVideoFrameCallback((_now, { mediaTime }) => {
              // A frame of the place that was left may still be on its way.
              if (before !== undefined && Math.abs(mediaTime - before) < 20) look();
              else resolve(performance.now() - start);
            });
          };
          look();
        },
        { once: true, capture: true },
      );
    });
  }, event);
}

function readClock(page: Page): Promise<number> {
  return page.evaluate(() => (window as unknown as Clocked).shownAt ?? Promise.reject(new Error('nothing was armed')));
}
