// The backend that runs the `ffmpeg` program: one run a keyframe, one that stays for each channel's sound.
import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { jpegSize } from '@lubo/contract/jpeg';
import { webpSize } from '@lubo/contract/webp';
import type { Keyframe, Picture, PictureWork, Pictures, SheetWork, WebPicture } from '../messages.ts';
import { annexBOf } from './annex-b.ts';
import type { CodecBackend } from './backend.ts';
import { maxPictureBytes, maxSheetBytes, pictureFilter, qualities, sheetFilter, sheetOf, webpEffort, webpQualities } from './drawing.ts';
import { openProgramAac } from './program-aac.ts';

const runMillis = 8_000;
const sheetMillis = 50_000;
const maxOutputBytes = 16 * 1024 * 1024;
const quiet = ['-hide_banner', '-nostdin', '-loglevel', 'error'];

/** Rejects when there is no such program or it does not run. */
export async function openProgram(program: string): Promise<CodecBackend> {
  const text = await tell(program, ['-version']);
  let hasWebp: boolean | undefined;
  const version = /^ffmpeg version (\S+)/.exec(text)?.[1];
  if (version === undefined) throw new Error(`${program} is not FFmpeg`);
  return {
    name: 'ffmpeg',
    detail: `ffmpeg ${version}`,
    async pictures(work) {
      hasWebp ??= (await tell(program, [...quiet, '-encoders'])).includes(' libwebp ');
      return drawKeyframe(program, hasWebp ? work : { ...work, webpWidths: [] });
    },
    async sheet(work: SheetWork) {
      const inputs = work.frames.map((data) => annexBOf({ codec: work.codec, config: work.config, data }));
      const [jpeg] = await draw(program, work.codec, inputs, [asJpeg(sheetFilter(work), maxSheetBytes)], sheetMillis);
      return sheetOf(work, pictureIn(jpeg));
    },
    openAac: (options) => openProgramAac(program, options),
  };
}

async function drawKeyframe(program: string, { keyframe, widths, webpWidths }: PictureWork): Promise<Pictures> {
  const jpegs = widths.map((width) => asJpeg(pictureFilter(width), maxPictureBytes));
  const webps = webpWidths.map((width) => asWebp(pictureFilter(width, 'webp')));
  const drawn = await draw(program, keyframe.codec, [annexBOf(keyframe)], [...jpegs, ...webps], runMillis);
  return {
    pictures: drawn.slice(0, widths.length).map(pictureIn),
    webps: drawn.slice(widths.length).flatMap((webp, index) => webPicturesIn(webp, webpWidths[index])),
  };
}

function pictureIn(jpeg: Buffer | undefined): Picture {
  if (jpeg === undefined) throw new Error('a JPEG that is too large at the lowest quality');
  const size = jpegSize(jpeg);
  if (size === undefined) throw new Error('no picture in the keyframe');
  return { jpeg, ...size };
}

/** None when it is too large, or not as wide as was wanted. */
function webPicturesIn(webp: Buffer | undefined, wanted: number | undefined): WebPicture[] {
  if (webp === undefined) return [];
  const size = webpSize(webp);
  if (size === undefined) throw new Error('no picture in the keyframe');
  return size.width === wanted ? [{ webp, ...size }] : [];
}

/** What is to be drawn: `encodings`, best first, are arguments of the program; the next is taken when a picture is too large. */
type Wish = { filter: string; encodings: readonly (readonly string[])[]; maxBytes: number };

const asJpeg = (filter: string, maxBytes: number): Wish => ({ filter, maxBytes, encodings: qualities.map((quality) => ['-c:v', 'mjpeg', '-q:v', String(quality)]) });

const asWebp = (filter: string): Wish => ({
  filter,
  maxBytes: maxPictureBytes,
  encodings: webpQualities.map((quality) => ['-c:v', 'libwebp', '-quality', String(quality), '-compression_level', String(webpEffort)]),
});

/** All wishes in one run, what came out too large in one more; `undefined` for what stays so. */
async function draw(program: string, codec: Keyframe['codec'], inputs: readonly Uint8Array[], wishes: readonly Wish[], millis: number): Promise<(Buffer | undefined)[]> {
  const drawn: (Buffer | undefined)[] = wishes.map(() => undefined);
  const input = ['-threads', '1', '-f', codec === 'h264' ? 'h264' : 'hevc', '-i', 'pipe:0'];
  for (let step = 0; ; step++) {
    const left = wishes.flatMap(({ filter, encodings, maxBytes }, index) => {
      const encoding = drawn[index] === undefined ? encodings[step] : undefined;
      return encoding === undefined ? [] : [{ index, maxBytes, args: ['-vf', filter, '-frames:v', '1', '-vsync', 'passthrough', ...encoding, '-f', 'image2pipe'] }];
    });
    if (left.length === 0) return drawn;
    const outputs = left.flatMap(({ args }, at) => [...args, `pipe:${outputAt(at)}`]);
    const pictures = await run(program, [...quiet, ...input, ...outputs], { inputs, millis, outputs: left.length });
    for (const [at, { index, maxBytes }] of left.entries()) if ((pictures[at]?.length ?? 0) <= maxBytes) drawn[index] = pictures[at];
  }
}

/** The number of the pipe that takes an output: its standard output, then those after its words. */
const outputAt = (at: number): number => (at === 0 ? 1 : at + 2);

/** What the program says when asked about itself. */
async function tell(program: string, args: readonly string[]): Promise<string> {
  const [text] = await run(program, args, { inputs: [], millis: runMillis, outputs: 1 });
  return (text ?? Buffer.alloc(0)).toString('latin1');
}

type Run = { inputs: readonly Uint8Array[]; millis: number; /** How many pipes it writes to. */ outputs: number };

/** What the program writes, bounded in bytes and time; rejects with its first words when it fails. */
function run(program: string, args: readonly string[], { inputs, millis, outputs }: Run): Promise<Buffer<ArrayBuffer>[]> {
  return new Promise((resolve, reject) => {
    const more = Array.from({ length: outputs - 1 }, () => 'pipe' as const);
    const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe', ...more], timeout: millis, killSignal: 'SIGKILL', windowsHide: true });
    const written = Array.from({ length: outputs }, (): Buffer[] => []);
    let bytes = 0;
    let words = '';
    for (const [at, chunks] of written.entries()) {
      (child.stdio[outputAt(at)] as Readable).on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > maxOutputBytes) child.kill('SIGKILL');
        else chunks.push(chunk);
      });
    }
    child.stderr?.on('data', (chunk: Buffer) => {
      if (words.length < 400) words += chunk.toString();
    });
    child.once('error', reject);
    child.once('close', (code, signal) => {
      if (code === 0) resolve(written.map((chunks) => Buffer.concat(chunks)));
      else reject(new Error(words.trim().split('\n')[0]?.slice(0, 300) || `${program} ended with ${signal ?? code}`));
    });
    // It may have read enough and gone.
    child.stdin?.on('error', () => {});
    for (const input of inputs) child.stdin?.write(input);
    child.stdin?.end();
  });
}
