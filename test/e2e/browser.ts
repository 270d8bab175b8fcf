// Headless Chromium for the stories, and what can be seen of a video element in it.
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { type Browser, type Frame, type Page, chromium } from 'playwright-core';
import { root } from './installation.ts';

const systemChromium = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) => existsSync(path));

/** Where screenshots of a run are kept, for people to look at. */
export const screenshots = join(root, 'test-output', 'screenshots');

/** The reason why browser stories can't run here, or false. */
export const noBrowser: string | false =
  systemChromium !== undefined || existsSync(chromium.executablePath()) ? false : 'no Chromium on this machine';

/** A browser of its own process; close it in the test's end. */
export function openBrowser(): Promise<Browser> {
  mkdirSync(screenshots, { recursive: true });
  return chromium.launch({
    ...(systemChromium === undefined ? {} : { executablePath: systemChromium }),
    args: [
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
      '--autoplay-policy=no-user-gesture-required',
    ],
  });
}

/** What a viewer would see and hear of the page's video at one moment. */
export type Sight = {
  currentTime: number;
  width: number;
  height: number;
  decodedFrames: number;
  droppedFrames: number;
  decodedAudioBytes: number;
  /** Standard deviation of brightness over the picture, 0–255: a black or flat picture is near 0. */
  contrast: number;
  isPaused: boolean;
};

/** Looks at the first video element of a page or frame. */
export function lookAtVideo(page: Page | Frame): Promise<Sight> {
  return page.evaluate(() => {
    const video = document.querySelector('video') as HTMLVideoElement & { webkitAudioDecodedByteCount?: number };
    const canvas = document.createElement('canvas');
    canvas.width = 64;
    canvas.height = 36;
    const context = canvas.getContext('2d') as CanvasRenderingContext2D;
    context.drawImage(video, 0, 0, 64, 36);
    const { data } = context.getImageData(0, 0, 64, 36);
    const lights = Array.from({ length: data.length / 4 }, (_, i) => ((data[i * 4] ?? 0) + (data[i * 4 + 1] ?? 0) + (data[i * 4 + 2] ?? 0)) / 3);
    const mean = lights.reduce((sum, light) => sum + light, 0) / lights.length;
    const quality = video.getVideoPlaybackQuality();
    return {
      currentTime: video.currentTime,
      width: video.videoWidth,
      height: video.videoHeight,
      decodedFrames: quality.totalVideoFrames,
      droppedFrames: quality.droppedVideoFrames,
      decodedAudioBytes: video.webkitAudioDecodedByteCount ?? 0,
      contrast: Math.sqrt(lights.reduce((sum, light) => sum + (light - mean) ** 2, 0) / lights.length),
      isPaused: video.paused,
    };
  });
}
