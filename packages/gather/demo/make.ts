// Makes classroom.mp4: photographs scene.html frame by frame in Chromium, adds a beep at each full second, encodes
// with ffmpeg. Run it with `node packages/gather/demo/make.ts`; README.md beside it says what it needs.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, extname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { type Page, chromium } from 'playwright-core';

const here = dirname(fileURLToPath(import.meta.url));
const output = join(here, 'classroom.mp4');

const size = { width: 1280, height: 720 };
const framesPerSecond = 25;
const loopSeconds = 32;
const gopFrames = 50;
const videoKbps = 500;

const sampleRate = 48_000;
const samplesPerFrame = 1024;
const beep = { hertz: 1000, tenHertz: 1600, millis: 60, rampMillis: 4, level: 0.16 };

/** Handwriting for the board (Debian: fonts-arphic-gkai00mp, fonts-urw-base35). */
const fonts: Record<string, string> = {
  'chalk-han': process.env['CHALK_HAN'] ?? '/usr/share/fonts/truetype/arphic-gkai00mp/gkai00mp.ttf',
  'chalk-latin': process.env['CHALK_LATIN'] ?? '/usr/share/fonts/opentype/urw-base35/Z003-MediumItalic.otf',
};

const browserFlags = [
  '--no-sandbox',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
  '--force-color-profile=srgb',
];

for (const [name, path] of Object.entries(fonts)) {
  if (!existsSync(path)) throw new Error(`no font at ${path}: install it or name another in ${name.replace('-', '_').toUpperCase()}`);
}
const only = process.argv.slice(2).map(Number);
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: browserFlags });
const scratch = mkdtempSync(join(tmpdir(), 'lubo-demo-'));
try {
  const page = await openScene();
  if (only.length > 0) await photograph(page, only);
  else {
    const frames = join(scratch, 'frames.mkv');
    await film(page, frames);
    encode(frames, recordSound());
    process.stdout.write(`${output}: ${statSync(output).size} bytes\n`);
  }
} finally {
  await browser.close();
  rmSync(scratch, { recursive: true });
}

/** Serves the scene's files to the page from this folder: modules can't be loaded from file addresses. */
async function openScene(): Promise<Page> {
  const page = await browser.newPage({ viewport: size });
  page.on('pageerror', (error) => process.stderr.write(`${error.message}\n`));
  await page.route('**/*', (route) => {
    const { pathname } = new URL(route.request().url());
    const path = pathname.startsWith('/fonts/') ? (fonts[pathname.slice('/fonts/'.length)] ?? '') : join(here, pathname);
    if (!existsSync(path)) return route.fulfill({ status: 404 });
    const type = { '.html': 'text/html', '.js': 'text/javascript' }[extname(path)] ?? 'application/octet-stream';
    return route.fulfill({ body: readFileSync(path), contentType: type });
  });
  await page.goto('http://scene.invalid/scene.html');
  await page.evaluate('ready');
  return page;
}

/** `node make.ts 0 12.5 30`: pictures of single moments, to look at while the scene is being drawn. */
async function photograph(page: Page, moments: readonly number[]): Promise<void> {
  for (const seconds of moments) {
    await page.evaluate(`render(${seconds})`);
    const path = join(tmpdir(), `lubo-demo-${seconds}.png`);
    await page.screenshot({ path });
    process.stdout.write(`${path}\n`);
  }
}

/** Every frame of the loop, without loss. */
async function film(page: Page, path: string): Promise<void> {
  const writer = spawn(
    'ffmpeg',
    ['-v', 'error', '-y', '-f', 'image2pipe', '-framerate', `${framesPerSecond}`, '-c:v', 'png', '-i', '-', '-c:v', 'ffv1', '-pix_fmt', 'bgr0', path],
    { stdio: ['pipe', 'inherit', 'inherit'] },
  );
  for (let frame = 0; frame < framesPerSecond * loopSeconds; frame++) {
    await page.evaluate(`render(${frame / framesPerSecond})`);
    if (!writer.stdin.write(await page.screenshot({ type: 'png' }))) await once(writer.stdin, 'drain');
  }
  writer.stdin.end();
  const [code] = await once(writer, 'close');
  if (code !== 0) throw new Error(`ffmpeg ended with ${code}`);
}

/**
 * The sound as AAC frames whose end meets their beginning. An encoder's first frame only fills its overlap, so the
 * loop is encoded three times over and the middle one cut out: exactly 32 s, no priming frame, no edit list.
 */
function recordSound(): string {
  const wave = join(scratch, 'sound.raw');
  const aac = join(scratch, 'sound.aac');
  const samples = new Int16Array(sampleRate * loopSeconds * 3);
  for (let i = 0; i < samples.length; i++) samples[i] = Math.round(32767 * soundAt(i % (sampleRate * loopSeconds)));
  writeFileSync(wave, new Uint8Array(samples.buffer));
  ffmpeg('-f', 's16le', '-ar', `${sampleRate}`, '-ac', '1', '-i', wave, '-c:a', 'aac', '-profile:a', 'aac_low', '-b:a', '64k', '-f', 'adts', aac);
  const frames = adtsFrames(readFileSync(aac));
  const count = (sampleRate * loopSeconds) / samplesPerFrame;
  const cut = join(scratch, 'loop.aac');
  writeFileSync(cut, Buffer.concat(frames.slice(count + 1, 2 * count + 1)));
  return cut;
}

/** One sample, −1…1: a soft beep from each full second on, higher at every tenth. */
function soundAt(sample: number): number {
  const second = Math.floor(sample / sampleRate);
  const millis = ((sample % sampleRate) / sampleRate) * 1000;
  if (millis >= beep.millis) return 0;
  const edge = Math.min(1, millis / beep.rampMillis, (beep.millis - millis) / beep.rampMillis);
  const hertz = second % 10 === 0 ? beep.tenHertz : beep.hertz;
  return beep.level * Math.sin((Math.PI / 2) * edge) ** 2 * Math.sin((2 * Math.PI * hertz * millis) / 1000);
}

/** Cuts an ADTS stream (ISO/IEC 14496-3, 1.A.2.2) into its frames. */
function adtsFrames(bytes: Buffer): Buffer[] {
  const frames: Buffer[] = [];
  for (let at = 0; at + 7 <= bytes.length; ) {
    const length = (bytes.readUIntBE(at + 3, 3) >> 5) & 0x1fff;
    frames.push(bytes.subarray(at, at + length));
    at += length;
  }
  return frames;
}

/** Two passes, so that the size is known beforehand; then both tracks into one file with its index first. */
function encode(frames: string, sound: string): void {
  const video = join(scratch, 'video.mp4');
  const fixed = [
    ['-i', frames, '-vf', 'scale=out_color_matrix=bt709:out_range=tv:flags=accurate_rnd,format=yuv420p'],
    ['-c:v', 'libx264', '-preset', 'veryslow', '-profile:v', 'high', '-level', '3.1', '-bf', '2', '-b:v', `${videoKbps}k`],
    ['-x264-params', `keyint=${gopFrames}:min-keyint=${gopFrames}:scenecut=0:open-gop=0:vbv-maxrate=1200:vbv-bufsize=2400`],
    ['-colorspace', 'bt709', '-color_primaries', 'bt709', '-color_trc', 'bt709', '-color_range', 'tv'],
    ['-passlogfile', join(scratch, 'pass')],
  ].flat();
  ffmpeg(...fixed, '-pass', '1', '-f', 'null', '-');
  ffmpeg(...fixed, '-pass', '2', video);
  ffmpeg('-i', video, '-i', sound, '-map', '0:v', '-map', '1:a', '-c', 'copy', '-movflags', '+faststart', '-map_metadata', '-1', '-fflags', '+bitexact', output);
}

function ffmpeg(...args: string[]): void {
  const { status } = spawnSync('ffmpeg', ['-v', 'error', '-y', ...args], { stdio: ['ignore', 'inherit', 'inherit'] });
  if (status !== 0) throw new Error(`ffmpeg ended with ${status}: ${args.join(' ')}`);
}
