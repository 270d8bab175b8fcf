// The demo clip is what packages/gather/demo/README.md says, judged by ffprobe and ffmpeg.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';

const clip = join(import.meta.dirname, '..', '..', 'packages', 'gather', 'demo', 'classroom.mp4');
const isThere = spawnSync('ffprobe', ['-version']).status === 0 && spawnSync('ffmpeg', ['-version']).status === 0;

const framesPerSecond = 25;
const sampleRate = 48_000;
const seconds = 32;
/** A place inside the lamp strip, which nothing ever covers. */
const lamp = { width: 320, height: 8, x: 922, y: 166 };

describe('the demo clip', { skip: isThere ? false : 'ffmpeg is not installed' }, () => {
  it('is smaller than 3 MB and has its index first', () => {
    assert.ok(statSync(clip).size < 3_000_000);
    const trace = spawnSync('ffprobe', ['-v', 'trace', clip], { encoding: 'utf8', maxBuffer: 1 << 28 }).stderr;
    assert.ok(trace.indexOf("type:'moov'") < trace.indexOf("type:'mdat'"));
  });

  it('has 800 H.264 frames in closed GOPs of two seconds, with B-frames', () => {
    const track = probe('v', ['-show_streams']).streams?.[0];
    assert.deepEqual(
      [track?.codec_name, track?.profile, track?.width, track?.height, track?.pix_fmt, track?.color_space, track?.r_frame_rate, track?.nb_frames],
      ['h264', 'High', 1280, 720, 'yuv420p', 'bt709', '25/1', '800'],
    );
    const frames = probe('v', ['-show_frames', '-show_entries', 'frame=pict_type,key_frame']).frames ?? [];
    assert.equal(frames.length, seconds * framesPerSecond);
    assert.ok(frames.some(({ pict_type }) => pict_type === 'B'));
    for (const [i, { key_frame }] of frames.entries()) assert.equal(key_frame, i % 50 === 0 ? 1 : 0, `frame ${i}`);
  });

  it('has 1,500 AAC frames and both tracks begin at 0 and last 32 s', () => {
    const streams = probe(undefined, ['-show_streams']).streams ?? [];
    assert.equal(streams.find(({ codec_name }) => codec_name === 'aac')?.nb_frames, '1500');
    assert.deepEqual(streams.map(({ start_time, duration }) => [start_time, duration]), [['0.000000', '32.000000'], ['0.000000', '32.000000']]);
  });

  it('beeps within 20 ms of the lamp, at each full second', () => {
    const flashes = risesOf(lampLevels(), 140).map((frame) => frame / framesPerSecond);
    const beeps = beepStarts();
    const whole = Array.from({ length: seconds }, (_, i) => i);
    assert.deepEqual(flashes, whole);
    assert.equal(beeps.length, seconds);
    for (const [i, beep] of beeps.entries()) assert.ok(Math.abs(beep - (flashes[i] ?? Number.NaN)) < 0.02, `beep ${i} at ${beep} s`);
  });
});

type Probe = {
  streams?: Record<string, string | number>[];
  frames?: { pict_type: string; key_frame: number }[];
};

function probe(stream: string | undefined, wanted: readonly string[]): Probe {
  const select = stream === undefined ? [] : ['-select_streams', stream];
  const text = execFileSync('ffprobe', ['-v', 'error', ...select, ...wanted, '-of', 'json', clip], { encoding: 'utf8', maxBuffer: 1 << 28 });
  return JSON.parse(text) as Probe;
}

function decode(...args: string[]): Buffer {
  return execFileSync('ffmpeg', ['-v', 'error', '-i', clip, ...args, '-'], { maxBuffer: 1 << 28 });
}

/** Mean brightness of the lamp in each frame, 0…255. */
function lampLevels(): number[] {
  const { width, height, x, y } = lamp;
  const bytes = decode('-map', '0:v', '-vf', `crop=${width}:${height}:${x}:${y},scale=1:1:flags=area,format=gray`, '-f', 'rawvideo');
  return [...bytes];
}

/** Indexes at which the values come to be above the threshold. */
function risesOf(values: readonly number[], threshold: number): number[] {
  return values.flatMap((value, i) => (value > threshold && (values[i - 1] ?? 0) <= threshold ? [i] : []));
}

/** Seconds at which sound follows on at least 200 ms of silence. */
function beepStarts(): number[] {
  const bytes = decode('-map', '0:a', '-f', 's16le');
  const starts: number[] = [];
  let last = -sampleRate;
  for (let i = 0; i < bytes.length / 2; i++) {
    if (Math.abs(bytes.readInt16LE(i * 2)) < 1000) continue;
    if (i - last > sampleRate / 5) starts.push(i / sampleRate);
    last = i;
  }
  return starts;
}
