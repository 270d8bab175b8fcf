// A recording as the site hands it out, in the players that people have: VLC, GStreamer, FFmpeg, Chromium on a desk and as a phone. Each
// plays it over HTTP, with sound, and from any place without fetching what lies before. The picture grows brighter by the second, so
// that it tells which second it is of.
import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, request as forward } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { routes } from '@lubo/contract';
import { type BrowserContextOptions, type Page, devices } from 'playwright-core';
import { madeRecording, tusHand } from '../../packages/site/src/testing/gather-hand.ts';
import { enrolLocally, siteInHand } from '../../packages/site/src/testing/site-in-hand.ts';
import { lookAtVideo, noBrowser, openBrowser } from '../e2e/browser.ts';
import { hasFfmpeg, recoverIn, startRecordingProcess } from '../e2e/record/recorded.ts';
import { noVlc, secondsOf, watchWithVlc } from './vlc.ts';

const run = promisify(execFile);
const noGst = spawnSync('gst-inspect-1.0', ['--exists', 'souphttpsrc']).status === 0 ? false : 'no GStreamer (Debian: gstreamer1.0-plugins-good, gstreamer1.0-libav)';

/** Brightness that the picture gains each second, and where it begins, in the 219 steps of video. */
const [perSecond, darkest] = [10, 10];
const seconds = 14;
/** Where players are sent to. */
const place = 9;

const lineBytesPerMilli = 800;

/** Second of the clip that a picture of this brightness (0 to 255) is of. */
const secondOf = (brightness: number): number => ((brightness * 219) / 255 - darkest) / perSecond;

/** Upper half: one brightness; lower half: a test picture. 20 s, a keyframe each second, B-frames, AAC. */
async function makeBrighteningClip(folder: string): Promise<string> {
  const path = join(folder, 'brightening.mp4');
  const upper = `color=black:size=320x90:rate=25,format=yuv420p,geq=lum='${16 + darkest}+${perSecond}*T':cb=128:cr=128,format=yuv420p[up]`;
  const inputs = ['-f', 'lavfi', '-i', 'testsrc2=size=320x180:rate=25', '-f', 'lavfi', '-i', 'sine=frequency=440:sample_rate=44100'];
  const picture = ['-filter_complex', `${upper};[0:v][up]overlay=0:0,format=yuv420p`, '-c:v', 'libx264', '-preset', 'ultrafast', '-bf', '2', '-g', '25', '-sc_threshold', '0', '-b:v', '1500k'];
  await run('ffmpeg', ['-v', 'error', '-nostdin', ...inputs, ...picture, '-c:a', 'aac', '-ac', '2', '-t', '20', path]);
  return path;
}

/** What the recorder makes of the clip: the standard file as it is uploaded. */
async function record(folder: string): Promise<{ bytes: Buffer; durationMillis: number }> {
  const source = { mode: 'file' as const, path: await makeBrighteningClip(folder) };
  const recording = startRecordingProcess({ dataDir: folder, channels: [{ id: 'channel00001', source }] });
  await recording.next('ready');
  for (let second = 0; second < seconds; second++) await recording.next('second');
  recording.child.kill('SIGTERM');
  await recording.ended;
  const recordings = await recoverIn(folder);
  const [slice] = recordings.store.finished();
  assert.ok(slice);
  const standard = await recordings.store.openStandard(slice.id);
  const bytes = await buffer(standard.stream(0));
  await standard.close();
  await recordings.close();
  return { bytes, durationMillis: slice.durationMillis };
}

type Range = { from: number; status: number };

/**
 * A school's line: a few times what the recording needs, and no more. From memory the whole clip would be in a player's buffer before it
 * is told where to go, and then there is nothing to leave out.
 */
async function* throughLine(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  for await (const chunk of bytes) {
    yield chunk;
    await sleep(chunk.length / lineBytesPerMilli);
  }
}

/** Passes requests on to the site, as fast as a line does, and notes which parts of files are asked for. */
async function listenBefore(t: TestContext, siteUrl: string): Promise<{ url: string; ranges: Range[] }> {
  const ranges: Range[] = [];
  const server = createServer((asked, answer) => {
    const passedOn = forward(new URL(asked.url ?? '/', siteUrl), { method: asked.method, headers: asked.headers }, (given) => {
      ranges.push({ from: Number(/^bytes=(\d+)-/.exec(asked.headers.range ?? '')?.[1] ?? 0), status: given.statusCode ?? 0 });
      answer.writeHead(given.statusCode ?? 500, given.headers);
      // Who hangs up in the middle has had enough.
      pipeline(given, throughLine, answer).catch(() => answer.destroy());
    });
    answer.on('close', () => passedOn.destroy());
    passedOn.on('error', () => answer.destroy());
    asked.pipe(passedOn);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, ranges };
}

/** Brightness (0 to 255) of a picture's upper half, as FFmpeg sees it: its luma is 16 to 235. */
async function brightnessOf(input: readonly string[]): Promise<number> {
  const args = ['-v', 'error', '-nostdin', ...input, '-frames:v', '1', '-vf', 'crop=8:8:160:40,format=yuv420p', '-f', 'rawvideo', '-'];
  const { stdout } = await run('ffmpeg', args, { encoding: 'buffer' });
  return (((stdout[0] ?? 0) - 16) * 255) / 219;
}

type Lesson = { url: string; watchUrl: string; size: number; durationSeconds: number; folder: string; ranges: Range[]; began: number };

async function lessonOnSite(t: TestContext): Promise<Lesson> {
  const folder = mkdtempSync(join(tmpdir(), 'lubo-players-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const { bytes, durationMillis } = await record(folder);
  const hand = await siteInHand(t);
  const key = await enrolLocally(hand.call, 'gather');
  const { id: channelId } = await hand.addChannel('一班', { gatherId: key.id });
  const upload = { ...madeRecording(channelId).upload, durationMillis, size: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
  assert.equal((await tusHand(hand.url, key).send(upload, bytes)).status, 204);
  const { url, ranges } = await listenBefore(t, hand.url);
  const { body } = await hand.call(routes.playRecording, { params: { id: upload.id } });
  const watchUrl = new URL(body.videoUrl, url).href;
  const began = secondOf(await brightnessOf(['-i', watchUrl]));
  return { url, watchUrl, size: bytes.length, durationSeconds: durationMillis / 1000, folder, ranges, began };
}

/** Whether a player that was sent to `place` has left out what lies before it. */
function assertSought({ ranges, size }: Lesson): void {
  const deep = ranges.filter(({ from, status }) => status === 206 && from > size * 0.3);
  assert.ok(deep.length > 0, `parts were asked for from ${ranges.map(({ from }) => from).join(', ')} of ${size}`);
}

const near = (seen: number, wanted: number, within: number, what: string): void => assert.ok(Math.abs(seen - wanted) <= within, `${what}: second ${seen.toFixed(2)}, not ${wanted.toFixed(2)}`);

test('a recording plays, and from any place', { skip: !hasFfmpeg && 'there is no ffmpeg', timeout: 240_000 }, async (t) => {
  const lesson = await lessonOnSite(t);
  const { watchUrl, durationSeconds, began, folder, ranges } = lesson;
  assert.ok(durationSeconds > 11 && began < 3, `${durationSeconds} s from second ${began}`);

  await t.test('FFmpeg: nothing to complain of over HTTP, and the right picture after a jump', async () => {
    const probe = ['-v', 'error', '-show_entries', 'format=duration:stream=codec_name', '-of', 'json', watchUrl];
    const { stdout, stderr } = await run('ffprobe', probe);
    const { streams, format } = JSON.parse(stdout) as { streams: { codec_name: string }[]; format: { duration: string } };
    assert.deepEqual([stderr, streams.map(({ codec_name }) => codec_name)], ['', ['h264', 'aac']]);
    near(Number(format.duration), durationSeconds, 0.1, 'duration');
    const decoded = await run('ffmpeg', ['-v', 'error', '-xerror', '-nostdin', '-i', watchUrl, '-f', 'null', '-']);
    assert.equal(decoded.stderr, '');
    ranges.length = 0;
    near(secondOf(await brightnessOf(['-ss', String(place), '-i', watchUrl])), began + place, 0.3, 'after the jump');
    assertSought(lesson);
  });

  await t.test('GStreamer: every picture and all sound through its HTTP source and its reader of MP4; playbin jumps', { skip: noGst }, async () => {
    const [pictures, sound] = [join(folder, 'pictures'), join(folder, 'sound')];
    const video = `d.video_0 ! queue ! h264parse ! avdec_h264 ! videoscale ! video/x-raw,width=1,height=1 ! videoconvert ! video/x-raw,format=RGBA ! filesink location=${pictures}`;
    const audio = `d.audio_0 ! queue ! aacparse ! avdec_aac ! audioconvert ! audio/x-raw,format=S16LE,channels=2 ! filesink location=${sound}`;
    await run('gst-launch-1.0', ['-q', 'souphttpsrc', `location=${watchUrl}`, '!', 'qtdemux', 'name=d', ...video.split(' '), ...audio.split(' ')], { timeout: 60_000 });
    const [shown, heard] = await Promise.all([pictures, sound].map((path) => run('stat', ['-c', '%s', path]).then(({ stdout }) => Number(stdout))));
    near((shown ?? 0) / 4 / 25, durationSeconds, 0.2, 'pictures');
    near((heard ?? 0) / (44_100 * 4), durationSeconds, 0.3, 'sound');
    ranges.length = 0;
    const { stdout } = await run('/usr/bin/python3', [join(import.meta.dirname, 'gst-seek.py'), watchUrl, String(place)], { timeout: 60_000 });
    const told = JSON.parse(stdout) as { duration: number; brightness: number; position: number; fault: string };
    assert.equal(told.fault, '');
    near(told.duration, durationSeconds, 0.1, 'duration');
    near(secondOf(told.brightness), began + place, 0.3, 'after the jump');
    assert.ok(told.position > place + 1, `it stands at ${told.position}`);
    assertSought(lesson);
  });

  await t.test('VLC: picture and sound from the place that it is sent to', { skip: noVlc }, async () => {
    ranges.length = 0;
    const { pictures, sound } = await watchWithVlc({ url: watchUrl, folder: join(folder, 'vlc'), enough: { picture: 40, soundSeconds: 2 }, args: [`--start-time=${place}`] });
    const seen = [...pictures.values()];
    assert.ok(secondsOf(sound) >= 1, `${secondsOf(sound)} s of sound`);
    const places: number[] = [];
    for (const [i, png] of seen.entries()) {
      const path = join(folder, `vlc-${i}.png`);
      await writeFile(path, png);
      places.push(secondOf(await brightnessOf(['-i', path])));
    }
    // It holds the picture that it has opened with until it is where it is sent.
    const after = places.slice(places.findIndex((second) => second > began + 1));
    near(after[0] ?? 0, began + place, 1.2, 'the first picture from there');
    assert.ok(after.length >= 3 && (after.at(-1) ?? 0) > (after[0] ?? 0), places.join(', '));
    assertSought(lesson);
  });

  const screens: [string, BrowserContextOptions][] = [['Chromium on a desk', {}], ['Chromium as a phone, by touch', devices['Pixel 7'] ?? {}]];
  for (const [name, options] of screens) {
    await t.test(`${name}: plays with sound, and jumps`, { skip: noBrowser }, async () => {
      const browser = await openBrowser();
      try {
        await playInBrowser(await (await browser.newContext(options)).newPage(), lesson, options.hasTouch === true);
      } finally {
        await browser.close();
      }
    });
  }
});

async function playInBrowser(page: Page, lesson: Lesson, byTouch: boolean): Promise<void> {
  const { url, watchUrl, durationSeconds, ranges, began } = lesson;
  await page.route(`${url}/`, (route) => route.fulfill({ contentType: 'text/html', body: `<!doctype html><meta name=viewport content="width=device-width"><video playsinline muted src="${watchUrl}" style="width: 100%" onclick="this.play()"></video>` }));
  await page.goto(`${url}/`);
  await page.waitForFunction(() => (document.querySelector('video')?.readyState ?? 0) >= 2, undefined, { timeout: 30_000 });
  near(await page.evaluate(() => document.querySelector('video')?.duration ?? 0), durationSeconds, 0.1, 'duration');
  if (byTouch) await page.tap('video');
  else await page.click('video');
  await page.waitForFunction(() => (document.querySelector('video')?.currentTime ?? 0) >= 1, undefined, { timeout: 30_000 });
  const sight = await lookAtVideo(page);
  assert.ok(sight.contrast > 10 && sight.decodedAudioBytes > 0, JSON.stringify(sight));
  ranges.length = 0;
  const seen = await page.evaluate(async (to) => {
    const video = document.querySelector('video') as HTMLVideoElement;
    video.pause();
    const sought = new Promise((resolve) => video.addEventListener('seeked', resolve, { once: true }));
    video.currentTime = to;
    await sought;
    const canvas = document.createElement('canvas');
    const context = canvas.getContext('2d') as CanvasRenderingContext2D;
    context.drawImage(video, 0, 15, 320, 60, 0, 0, 8, 8);
    const { data } = context.getImageData(0, 0, 8, 8);
    return data.filter((_, i) => i % 4 < 3).reduce((sum, value) => sum + value, 0) / 192;
  }, place);
  near(secondOf(seen), began + place, 0.3, 'after the jump');
}
