// The codec worker with real FFmpegs: pictures judged by ffmpeg's eyes, sound by where its beeps lie, and processes that hang,
// die or are orphaned.
import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as pause } from 'node:timers/promises';
import { type TestContext, after, before, describe, it } from 'node:test';
import { pictureWidths } from '@lubo/contract';
import { type Packet, type VideoTrack, openMp4, writeAdtsHeader } from '@lubo/media';
import { pino } from 'pino';
import { systemClock } from '../../packages/gather/src/clock.ts';
import { childStarter } from '../../packages/gather/src/codec-worker/child.ts';
import { type CodecWorkerOptions, createCodecWorker } from '../../packages/gather/src/codec-worker/codec-worker.ts';

const isThere = spawnSync('ffmpeg', ['-version']).status === 0;
const folder = mkdtempSync(join(tmpdir(), 'lubo-codec-'));
after(() => rmSync(folder, { recursive: true }));

const ffmpeg = (...args: string[]): Buffer => execFileSync('ffmpeg', ['-v', 'error', '-y', ...args], { maxBuffer: 1 << 28 });

/** A clip of one colour after another, a second and a keyframe each: red, lime, blue, white. */
const colours = [[254, 0, 0], [0, 255, 1], [0, 0, 254], [255, 255, 255]] as const;
const names = ['red', 'lime', 'blue', 'white'];

type Clip = { track: VideoTrack; keyframes: Uint8Array[] };

async function makeClip(encoder: string, size: string, ...more: string[]): Promise<Clip> {
  const path = join(folder, `${encoder}-${size}.mp4`);
  const inputs = names.flatMap((name) => ['-f', 'lavfi', '-i', `color=c=${name}:s=${size}:r=25:d=1`]);
  const filter = ['-filter_complex', 'concat=n=4:v=1,scale=out_color_matrix=bt709,format=yuv420p', '-colorspace', 'bt709', '-color_range', 'tv'];
  ffmpeg(...inputs, ...filter, '-c:v', encoder, '-g', '25', '-keyint_min', '25', ...more, path);
  const bytes = readFileSync(path);
  const file = await openMp4((offset, length) => Promise.resolve(bytes.subarray(offset, offset + length)), bytes.length);
  const found = file.tracks.find(({ info }) => info.kind === 'video');
  assert.ok(found !== undefined && found.info.kind === 'video');
  const samples = Array.from({ length: found.sampleCount }, (_, i) => found.sample(i)).filter(({ isKeyframe }) => isKeyframe);
  return { track: found.info, keyframes: samples.map(({ offset, size: length }) => bytes.subarray(offset, offset + length)) };
}

/** What ffprobe says that a picture is. */
function probe(picture: Uint8Array): unknown {
  const path = join(folder, 'judge');
  writeFileSync(path, picture);
  const told = execFileSync('ffprobe', ['-v', 'error', '-show_entries', 'stream=codec_name,width,height', '-of', 'json', path]);
  return (JSON.parse(told.toString()) as { streams: unknown[] }).streams[0];
}

/** The mean colour of a part of a picture, as ffmpeg sees it. */
function meanColour(jpeg: Uint8Array, crop: string): number[] {
  const path = join(folder, 'judge.jpg');
  writeFileSync(path, jpeg);
  return [...ffmpeg('-i', path, '-vf', `crop=${crop},scale=1:1:flags=area,format=rgb24`, '-f', 'rawvideo', '-')];
}

function assertColour(jpeg: Uint8Array, crop: string, wanted: readonly number[], what: string): void {
  const seen = meanColour(jpeg, crop);
  for (const [i, level] of wanted.entries()) assert.ok(Math.abs((seen[i] ?? -99) - level) <= 6, `${what}: ${seen.join()} instead of ${wanted.join()}`);
}

function open(t: TestContext, backends: string, more: Partial<CodecWorkerOptions> = {}, program = 'ffmpeg') {
  const codec = createCodecWorker({ clock: systemClock, log: pino({ level: 'silent' }), start: childStarter({ backends, program }), ...more });
  t.after(() => codec.close());
  return codec;
}

const isRunning = (pid: number): boolean => existsSync(`/proc/${pid}`) && !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'latin1'));

async function eventually(isSo: () => boolean, what: string): Promise<void> {
  for (let i = 0; i < 200; i++) {
    if (isSo()) return;
    await pause(50);
  }
  assert.fail(what);
}

/** A 1 kHz beep of 100 ms at each fifth second, as G.711. */
function beeps(codec: 'pcma' | 'pcmu', seconds: number): Buffer {
  const format = codec === 'pcma' ? 'alaw' : 'mulaw';
  return ffmpeg('-f', 'lavfi', '-i', `aevalsrc='0.8*sin(2*PI*1000*t)*lt(mod(t,5),0.1)':s=8000:d=${seconds}`, '-f', format, '-');
}

/** Seconds at which beeps begin in AAC frames, each heard at its packet's time. */
function beepStarts(packets: readonly Packet[]): number[] {
  const path = join(folder, 'judge.aac');
  writeFileSync(path, Buffer.concat(packets.flatMap(({ data }) => [writeAdtsHeader({ objectType: 2, sampleRate: 16_000, channels: 1 }, data.length), data])));
  const pcm = ffmpeg('-i', path, '-f', 's16le', '-ac', '1', '-');
  const starts: number[] = [];
  let quiet = Infinity;
  for (let i = 0; i < pcm.length / 2; i++) {
    if (Math.abs(pcm.readInt16LE(i * 2)) < 6_000) {
      quiet++;
      continue;
    }
    const packet = packets[Math.floor(i / 1024)];
    if (quiet > 8_000 && packet !== undefined) starts.push((packet.dts + (i % 1024)) / 16_000);
    quiet = 0;
  }
  return starts;
}

for (const backend of ['node-av', 'ffmpeg']) {
  describe(`the codec worker with ${backend}`, { skip: isThere ? false : 'ffmpeg is not installed' }, () => {
    let avc: Clip;
    let hevc: Clip;
    before(async () => {
      avc = await makeClip('libx264', '1280x720');
      hevc = await makeClip('libx265', '1280x720', '-x265-params', 'log-level=none');
    });

    it('shows H.264 and H.265 keyframes in their colours, in the sizes that were asked for', async (t) => {
      const codec = open(t, backend);
      for (const { track, keyframes } of [avc, hevc]) {
        assert.equal(keyframes.length, 4);
        for (const [i, data] of keyframes.entries()) {
          const pictures = await codec.picture({ track, data, widths: [640, 320] });
          assert.deepEqual(pictures.map(({ width, height }) => [width, height]), [[640, 360], [320, 180]]);
          for (const { jpeg } of pictures) assertColour(jpeg, 'iw:ih', colours[i] ?? [], `${track.codec} ${names[i]}`);
        }
      }
      assert.equal(codec.backend().backend, backend);
    });

    it('makes WebP of them in the same colours, of the widths that the video has', async (t) => {
      const codec = open(t, backend);
      for (const { track, keyframes } of [avc, hevc]) {
        for (const [i, data] of keyframes.entries()) {
          const webps = await codec.webp({ track, data, widths: [320, 1280, 1920] });
          assert.deepEqual(webps.map(({ width, height }) => [width, height]), [[320, 180], [1280, 720]]);
          for (const { webp } of webps) assertColour(webp, 'iw:ih', colours[i] ?? [], `${track.codec} ${names[i]}`);
        }
      }
    });

    it('makes a snapshot of one keyframe: a JPEG, and WebPs that ffprobe reads in the widths that pages show', async (t) => {
      const codec = open(t, backend);
      const still = await codec.still({ track: avc.track, data: avc.keyframes[1] ?? new Uint8Array(), width: 640, webpWidths: pictureWidths, urgency: { kind: 'snapshot', key: 'a' } });
      assert.deepEqual([still.width, still.height, still.webps.map(({ width }) => width)], [640, 360, [...pictureWidths]]);
      for (const [bytes, codecName, width] of [[still.jpeg, 'mjpeg', 640] as const, ...still.webps.map((each) => [each.webp, 'webp', each.width] as const)]) {
        assert.deepEqual(probe(bytes), { codec_name: codecName, width, height: (width * 9) / 16 });
        assertColour(bytes, 'iw:ih', colours[1], `${codecName} ${width}`);
      }
    });

    it('keeps the aspect that is shown and enlarges nothing', async (t) => {
      const codec = open(t, backend);
      const narrow = await makeClip('libx264', '704x576', '-aspect', '16:9');
      const small = await makeClip('libx264', '176x144');
      const sizeOf = async ({ track, keyframes }: Clip) => {
        const [picture] = await codec.picture({ track, data: keyframes[0] ?? new Uint8Array(), widths: [640] });
        return [picture?.width, picture?.height];
      };
      assert.deepEqual(await sizeOf(narrow), [640, 360]);
      assert.deepEqual(await sizeOf(small), [176, 144]);
    });

    it('makes a sheet of tiles, each at its place', async (t) => {
      const codec = open(t, backend);
      const { jpeg, ...figures } = await codec.sheet(avc.track, avc.keyframes, { tileWidth: 160, columns: 3 });
      assert.deepEqual(figures, { width: 480, height: 180, tileWidth: 160, tileHeight: 90, columns: 3, count: 4 });
      for (const [i, colour] of colours.entries()) assertColour(jpeg, `140:70:${(i % 3) * 160 + 10}:${Math.floor(i / 3) * 90 + 10}`, colour, `tile ${i}`);
      assertColour(jpeg, '140:70:330:100', [0, 0, 0], 'the rest');
    });

    it('tells damaged keyframes from others and goes on', async (t) => {
      const codec = open(t, backend);
      const data = Uint8Array.from(avc.keyframes[0] ?? []).fill(0x55, 4);
      await assert.rejects(codec.picture({ track: avc.track, data, widths: [640] }), { code: 'undecodable' });
      await assert.rejects(codec.picture({ track: { ...avc.track, config: Uint8Array.of(9) }, data, widths: [640] }), { code: 'undecodable' });
      const [picture] = await codec.picture({ track: avc.track, data: avc.keyframes[1] ?? data, widths: [640] });
      assertColour(picture?.jpeg ?? data, 'iw:ih', colours[1], 'the next one');
    });

    for (const law of ['pcma', 'pcmu'] as const) {
      it(`makes AAC of ${law} that is in time to a millisecond after ten minutes, through a hole and a long silence`, async (t) => {
        const codec = open(t, backend);
        const packets: Packet[] = [];
        const sound = codec.openSound({ codec: law, sampleRate: 8_000, channels: 1, timescale: 8_000 }, (more) => void packets.push(...more));
        assert.equal((await sound.track)?.sampleRate, 16_000);
        const minute = beeps(law, 60);
        const feed = async (second: number): Promise<void> => {
          for (let at = 0; at < 8_000; at += 160) {
            const from = (second * 8_000 + at) % minute.length;
            // A hole of 600 ms between two beeps.
            if (second !== 7 || at < 1_600 || at >= 6_400) sound.put({ dts: second * 8_000 + at, data: minute.subarray(from, from + 160) });
            if (at % 1_600 === 0) await pause(2);
          }
          // As fast as the worker takes it.
          while (packets.length > 0 && second * 16_000 - (packets.at(-1)?.dts ?? 0) > 16_000) await pause(5);
        };
        const seconds = [...Array.from({ length: 20 }, (_, i) => i), ...Array.from({ length: 20 }, (_, i) => 590 + i)];
        for (const second of seconds) {
          await feed(second);
          await pause(25);
        }
        await pause(500);
        assert.equal(sound.droppedPackets, 0);
        const jumps = packets.flatMap(({ dts }, i) => (i > 0 && dts - (packets[i - 1]?.dts ?? 0) !== 1024 ? [dts / 16_000] : []));
        assert.equal(jumps.length, 1, `one hole that stays, at ${jumps.join()}`);
        const heard = beepStarts(packets).slice(1);
        for (const wanted of [5, 10, 15, 595, 600, 605]) {
          const nearest = heard.toSorted((a, b) => Math.abs(a - wanted) - Math.abs(b - wanted))[0] ?? 0;
          assert.ok(Math.abs(nearest - wanted) < 0.004, `the beep of ${wanted} s is heard at ${nearest} s: ${heard.join()}`);
        }
      });
    }
  });
}

describe('a codec worker in trouble', { skip: isThere ? false : 'ffmpeg is not installed' }, () => {
  let clip: Clip;
  before(async () => {
    clip = await makeClip('libx264', '320x240');
  });
  const ask = (codec: ReturnType<typeof open>) => codec.picture({ track: clip.track, data: clip.keyframes[0] ?? new Uint8Array(), widths: [160] });

  it('that is stopped by a signal is killed within its deadline, and the next request is answered', async (t) => {
    const codec = open(t, 'node-av', { timing: { pictureMillis: 1_500 } });
    await ask(codec);
    const [pid = 0] = codec.pids();
    process.kill(pid, 'SIGSTOP');
    await assert.rejects(ask(codec), { code: 'stuck' });
    assert.equal((await ask(codec)).length, 1);
    assert.notDeepEqual(codec.pids(), [pid]);
    assert.equal(isRunning(pid), false);
  });

  it('that is killed fails what it had in hand and no more', async (t) => {
    const codec = open(t, 'node-av');
    await ask(codec);
    const [pid = 0] = codec.pids();
    process.kill(pid, 'SIGSTOP');
    const lost = ask(codec);
    const next = ask(codec);
    process.kill(pid, 'SIGKILL');
    await assert.rejects(lost, { code: 'crashed' });
    assert.equal((await next).length, 1);
  });

  it('gives sound again after its death, with times that go on', async (t) => {
    const codec = open(t, 'node-av');
    const packets: Packet[] = [];
    const sound = codec.openSound({ codec: 'pcma', sampleRate: 8_000, channels: 1, timescale: 8_000 }, (more) => void packets.push(...more));
    await sound.track;
    let at = 0;
    const speak = async (seconds: number): Promise<void> => {
      for (const end = at + seconds * 8_000; at < end; at += 160) {
        sound.put({ dts: at, data: new Uint8Array(160).fill(0xd5) });
        if (at % 800 === 0) await pause(5);
      }
    };
    await speak(2);
    await eventually(() => packets.length > 10, 'sound before');
    process.kill(codec.pids()[0] ?? 0, 'SIGKILL');
    await speak(2);
    await pause(1_000);
    await speak(3);
    await eventually(() => (packets.at(-1)?.dts ?? 0) > (at - 4_000) * 2, 'sound after');
    for (const [i, { dts }] of packets.entries()) assert.ok(i === 0 || dts >= (packets[i - 1]?.dts ?? 0) + 1024);
  });

  it('that finds no FFmpeg says so, and nothing else happens', async (t) => {
    const codec = open(t, 'ffmpeg', {}, '/nowhere/ffmpeg');
    await assert.rejects(ask(codec), { code: 'no-backend' });
    assert.deepEqual(codec.notices().map(({ code }) => code), ['codec-missing']);
    assert.match(codec.notices()[0]?.detail ?? '', /ENOENT/);
    assert.equal(await codec.openSound({ codec: 'pcma', sampleRate: 8_000, channels: 1, timescale: 8_000 }, () => {}).track, undefined);
    await eventually(() => codec.pids().length === 0, 'no worker is left');
  });

  it('ends when its gather is killed', async () => {
    const program = join(folder, 'orphan.ts');
    const source = (name: string): string => JSON.stringify(join(import.meta.dirname, '../../packages/gather/src/codec-worker', name));
    writeFileSync(
      program,
      `import { childStarter } from ${source('child.ts')};
       const child = childStarter()({ onMessage: () => console.log(child.pid), onEnd() {} });`,
    );
    const gather = spawn(process.execPath, [program], { stdio: ['ignore', 'pipe', 'inherit'] });
    const pid = await new Promise<number>((resolve) => void gather.stdout.once('data', (text: Buffer) => resolve(Number(text))));
    assert.ok(isRunning(pid));
    gather.kill('SIGKILL');
    await eventually(() => !isRunning(pid), 'the worker outlived its gather');
  });
});
