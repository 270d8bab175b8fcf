// How long a viewer waits for the first picture: in a browser from the click, at the live server from the request.
import { connect } from 'node:net';
import type { Channel, WatchAddresses } from '@lubo/contract';
import { readFlvHeader, readTag, readVideoBody } from '@lubo/media';
import type { Browser, Page } from 'playwright-core';
import { type Installation, eventually, getJson } from '../test/e2e/installation.ts';
import { type Figure, figureOf } from './figure.ts';

const rounds = 10;

async function channelOf(lubo: Installation): Promise<Channel> {
  return eventually('the demo channel is online', 20, async () => {
    const [channel] = (await getJson<{ rows: Channel[] }>(`${lubo.siteUrl}/api/channels`)).rows;
    return channel?.isOnline && channel;
  });
}

async function watch(lubo: Installation, id: string): Promise<WatchAddresses> {
  return (await (await fetch(`${lubo.siteUrl}/api/channels/${id}/watch`, { method: 'POST' })).json()) as WatchAddresses;
}

/** Milliseconds from the click on a channel's card to its first frame on the screen, in Chromium. Cold: nobody watches. */
export async function clickToPicture(lubo: Installation, browser: Browser, kind: 'cold' | 'warm'): Promise<Figure> {
  const { id } = await channelOf(lubo);
  const other = kind === 'warm' ? await openViewer((await watch(lubo, id)).flv) : undefined;
  const samples: number[] = [];
  // The first round only warms the browser's caches, as for any visitor's second page.
  for (let round = 0; round <= rounds; round++) {
    if (kind === 'cold') await eventually('nobody is pushed to', 30, async () => !(await channelOf(lubo)).isLive);
    const page = await browser.newPage();
    await page.goto(`${lubo.siteUrl}/live`);
    await page.locator(`a[href="/live/${id}"]`).first().waitFor();
    await page.waitForLoadState('networkidle').catch(() => {});
    const millis = await timeClick(page, id);
    if (round > 0) samples.push(millis);
    await page.close();
  }
  other?.close();
  return figureOf(`click to first picture, ${kind}`, 'ms', kind === 'cold' ? 1500 : 300, samples);
}

function timeClick(page: Page, id: string): Promise<number> {
  return page.evaluate(
    (channel) =>
      new Promise<number>((resolve) => {
        const link = document.querySelector(`a[href="/live/${channel}"]`) as HTMLAnchorElement;
        const start = performance.now();
        const look = (): void => {
          const video = document.querySelector('video');
          if (video === null) requestAnimationFrame(look);
          else video.requestVideoFrameCallback(() => resolve(performance.now() - start));
        };
        link.click();
        look();
      }),
    id,
  );
}

/** Opens the address and reads on until closed. */
async function openViewer(flv: string): Promise<{ close(): void }> {
  const abort = new AbortController();
  const response = await fetch(flv, { signal: abort.signal });
  void response.body?.pipeTo(new WritableStream()).catch(() => {});
  return { close: () => abort.abort() };
}

/** Milliseconds at the socket from the request to the last byte of the first keyframe, while others watch. */
export async function serverFirstKeyframe(lubo: Installation): Promise<Figure> {
  const { id } = await channelOf(lubo);
  const { flv } = await watch(lubo, id);
  const other = await openViewer(flv);
  const samples: number[] = [];
  for (let round = 0; round < 50; round++) samples.push(await timeRequest(new URL(flv)));
  other.close();
  return figureOf('request to first keyframe byte, warm', 'ms', 10, samples);
}

function timeRequest(url: URL): Promise<number> {
  return new Promise((resolve, reject) => {
    const start = performance.now();
    const socket = connect(Number(url.port), url.hostname, () => {
      socket.write(`GET ${url.pathname}${url.search} HTTP/1.1\r\nHost: ${url.host}\r\n\r\n`);
    });
    let bytes: Uint8Array = new Uint8Array();
    socket.on('data', (chunk) => {
      bytes = Buffer.concat([bytes, chunk]);
      if (!hasKeyframe(bytes)) return;
      socket.destroy();
      resolve(performance.now() - start);
    });
    socket.on('error', reject);
    socket.setTimeout(10_000, () => reject(new Error('no keyframe within 10 s')));
  });
}

/** True when an HTTP answer holds a whole video keyframe tag. */
function hasKeyframe(answer: Uint8Array): boolean {
  const head = Buffer.from(answer).indexOf('\r\n\r\n');
  if (head < 0) return false;
  let at = readFlvHeader(answer, head + 4)?.next;
  while (at !== undefined) {
    const read = readTag(answer, at);
    if (read?.tag.type === 'video') {
      const body = readVideoBody(read.tag.body);
      if (body.packet === 'frame' && body.isKeyframe) return true;
    }
    at = read?.next;
  }
  return false;
}
