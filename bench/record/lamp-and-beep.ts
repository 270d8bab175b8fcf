// How sound and picture of the demo clip (packages/gather/demo) lie to each other in a file: its lamp lights up and its beep begins
// at each full second. Judged by ffmpeg.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);
/** A place inside the lamp strip, which nothing ever covers. */
const lamp = 'crop=320:8:922:166,scale=1:1:flags=area,format=gray,showinfo';
/** Brightness of the lamp between dark and lit. */
const lit = 140;

/** ms by which the beep comes after the lamp, for each second in [from, from + seconds) of the file. Rejects without ffmpeg. */
export async function soundBehindPicture(path: string, from: number, seconds: number): Promise<number[]> {
  const span = ['-hide_banner', '-nostats', '-nostdin', '-copyts', '-ss', String(from), '-t', String(seconds), '-i', path];
  const { stderr } = await run('ffmpeg', [...span, '-vf', lamp, '-af', 'silencedetect=noise=-30dB:d=0.2', '-f', 'null', '-'], { maxBuffer: 1 << 28 });
  const beeps = [...stderr.matchAll(/silence_end: ([\d.]+)/g)].map(([, at]) => Number(at));
  return flashesIn(stderr).flatMap((flash) => beeps.filter((beep) => Math.abs(beep - flash) < 0.4).map((beep) => (beep - flash) * 1000));
}

/** Seconds at which the lamp lights up. */
function flashesIn(log: string): number[] {
  const frames = [...log.matchAll(/pts_time:\s*([\d.]+).*?mean:\[(\d+)/g)].map(([, at, level]) => ({ at: Number(at), level: Number(level) }));
  return frames.flatMap(({ at, level }, i) => (level > lit && (frames[i - 1]?.level ?? lit + 1) <= lit ? [at] : []));
}
