// The backend that runs the `ffmpeg` program: one run a picture, one that stays for each channel's sound.
import { spawn } from 'node:child_process';
import { webpSize } from '@lubo/contract/webp';
import type { Keyframe, Picture, PictureWork, SheetWork, WebPicture } from '../messages.ts';
import { annexBOf } from './annex-b.ts';
import type { CodecBackend } from './backend.ts';
import { maxPictureBytes, maxSheetBytes, pictureFilter, qualities, sheetFilter, sheetOf, webpQualities } from './drawing.ts';
import { jpegSize } from './jpeg-size.ts';
import { openProgramAac } from './program-aac.ts';

const runMillis = 8_000;
const sheetMillis = 50_000;
const maxOutputBytes = 16 * 1024 * 1024;
const quiet = ['-hide_banner', '-nostdin', '-loglevel', 'error'];

/** Rejects when there is no such program or it does not run. */
export async function openProgram(program: string): Promise<CodecBackend> {
  const text = (await run(program, ['-version'], [], runMillis)).toString('latin1');
  let hasWebp: boolean | undefined;
  const version = /^ffmpeg version (\S+)/.exec(text)?.[1];
  if (version === undefined) throw new Error(`${program} is not FFmpeg`);
  return {
    name: 'ffmpeg',
    detail: `ffmpeg ${version}`,
    async pictures({ keyframe, widths }: PictureWork) {
      const input = annexBOf(keyframe);
      const pictures: Picture[] = [];
      for (const width of widths) pictures.push(await draw(program, keyframe.codec, [input], pictureFilter(width), maxPictureBytes, runMillis));
      return pictures;
    },
    async webps({ keyframe, widths }) {
      hasWebp ??= (await run(program, [...quiet, '-encoders'], [], runMillis)).includes(' libwebp ');
      const webps: WebPicture[] = [];
      if (hasWebp) for (const width of widths) webps.push(await drawWebp(program, keyframe, width));
      return webps;
    },
    async sheet(work: SheetWork) {
      const inputs = work.frames.map((data) => annexBOf({ codec: work.codec, config: work.config, data }));
      return sheetOf(work, await draw(program, work.codec, inputs, sheetFilter(work), maxSheetBytes, sheetMillis));
    },
    openAac: (options) => openProgramAac(program, options),
  };
}

async function draw(program: string, codec: 'h264' | 'h265', inputs: readonly Uint8Array[], filter: string, maxBytes: number, millis: number): Promise<Picture> {
  let jpeg = Buffer.alloc(0);
  for (const quality of qualities) {
    const input = ['-threads', '1', '-f', codec === 'h264' ? 'h264' : 'hevc', '-i', 'pipe:0'];
    const output = ['-vf', filter, '-frames:v', '1', '-vsync', 'passthrough', '-c:v', 'mjpeg', '-q:v', String(quality), '-f', 'image2pipe', 'pipe:1'];
    jpeg = await run(program, [...quiet, ...input, ...output], inputs, millis);
    const size = jpegSize(jpeg);
    if (size === undefined) throw new Error('no picture in the keyframe');
    if (jpeg.length <= maxBytes) return { jpeg, ...size };
  }
  throw new Error(`a JPEG of ${jpeg.length} bytes at the lowest quality, more than ${maxBytes}`);
}

async function drawWebp(program: string, keyframe: Keyframe, width: number): Promise<WebPicture> {
  for (const quality of webpQualities) {
    const input = ['-threads', '1', '-f', keyframe.codec === 'h264' ? 'h264' : 'hevc', '-i', 'pipe:0'];
    const output = ['-vf', pictureFilter(width, 'webp'), '-frames:v', '1', '-vsync', 'passthrough', '-c:v', 'libwebp', '-quality', String(quality), '-f', 'image2pipe', 'pipe:1'];
    const webp = await run(program, [...quiet, ...input, ...output], [annexBOf(keyframe)], runMillis);
    const size = webpSize(webp);
    if (size === undefined) throw new Error('no picture in the keyframe');
    if (webp.length <= maxPictureBytes) return { webp, ...size };
  }
  throw new Error(`a WebP of more than ${maxPictureBytes} bytes at the lowest quality`);
}

/** What the program writes, bounded in bytes and time; rejects with its first words when it fails. */
function run(program: string, args: readonly string[], inputs: readonly Uint8Array[], millis: number): Promise<Buffer<ArrayBuffer>> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'], timeout: millis, killSignal: 'SIGKILL', windowsHide: true });
    const output: Buffer[] = [];
    let bytes = 0;
    let words = '';
    child.stdout.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > maxOutputBytes) child.kill('SIGKILL');
      else output.push(chunk);
    });
    child.stderr.on('data', (chunk: Buffer) => {
      if (words.length < 400) words += chunk.toString();
    });
    child.once('error', reject);
    child.once('close', (code, signal) => {
      if (code === 0) resolve(Buffer.concat(output));
      else reject(new Error(words.trim().split('\n')[0]?.slice(0, 300) || `${program} ended with ${signal ?? code}`));
    });
    // It may have read enough and gone.
    child.stdin.on('error', () => {});
    for (const input of inputs) child.stdin.write(input);
    child.stdin.end();
  });
}
