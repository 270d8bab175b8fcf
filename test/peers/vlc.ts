// VLC without a screen: what it showed, a picture in a file each time, and what it played, as samples.
import { execFile, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import { until } from '../../packages/live/src/fake-live.ts';

const run = promisify(execFile);

/** It refuses to run as root: then it is started as nobody, with a folder to write to. */
const isRoot = process.getuid?.() === 0;
const nobody = ['--reuid=65534', '--regid=65534', '--clear-groups'];

/** The reason why VLC can't run here, or false. */
export const noVlc: string | false = ['vlc', ...(isRoot ? ['setpriv'] : [])].every((name) => spawnSync('which', [name]).status === 0) ? false : 'no VLC (Debian: vlc-bin, vlc-plugin-base)';

/** What VLC showed and played: every fifth picture by its number, as PNG, and all sound as signed 16-bit samples, stereo of 44.1 kHz. */
export type Seen = { pictures: Map<number, Buffer>; sound: Buffer };

/** Seconds of such sound. */
export const secondsOf = (sound: Buffer): number => sound.length / (44_100 * 2 * 2);

/** Enough was shown: the number of a picture, and seconds of sound; 0: none is waited for. */
export type Enough = { picture: number; soundSeconds: number };

export type Watching = { url: string; /** Made here; what VLC writes lies in it. */ folder: string; enough: Enough; args?: readonly string[] };

/** Watches until there is enough, at most 40 s; what is missing then is for the caller's assertions. */
export async function watchWithVlc({ url, folder, enough, args: more = [] }: Watching): Promise<Seen> {
  mkdirSync(folder);
  if (isRoot) await run('chown', ['65534', folder]);
  // The folder above may be closed to others, and nobody has to pass through it.
  await run('chmod', ['711', dirname(folder)]);
  const picture = ['--vout=vdummy', '--video-filter=scene', '--scene-format=png', '--scene-ratio=5', '--scene-prefix=seen', `--scene-path=${folder}`];
  const sound = ['--aout=afile', `--audiofile-file=${join(folder, 'heard.wav')}`];
  const vlc = ['vlc', '-I', 'dummy', '--no-dbus', '--no-interact', ...picture, ...sound, ...more, url, 'vlc://quit'];
  const [program = '', ...args] = isRoot ? ['setpriv', ...nobody, ...vlc] : vlc;
  const player = spawn(program, args, { stdio: 'ignore', env: { ...process.env, HOME: folder } });
  const over = new Promise((resolve) => void player.once('exit', resolve));
  await until('VLC has shown enough', () => player.exitCode !== null || hasEnough(folder, enough), 40).catch(() => {});
  player.kill('SIGTERM');
  await over;
  return seenIn(folder);
}

function seenIn(folder: string): Seen {
  const files = readdirSync(folder);
  const pictures = files.flatMap((file) => {
    const [, number] = /^seen(\d+)\.png$/.exec(file) ?? [];
    return number === undefined ? [] : [[Number(number), readFileSync(join(folder, file))] as const];
  });
  pictures.sort(([one], [other]) => one - other);
  // The last one may have been cut off in the middle.
  const [, last = Buffer.alloc(24)] = pictures.at(-1) ?? [];
  if (last.length < 24) pictures.pop();
  return { pictures: new Map(pictures), sound: files.includes('heard.wav') ? readFileSync(join(folder, 'heard.wav')).subarray(44) : Buffer.alloc(0) };
}

function hasEnough(folder: string, { picture, soundSeconds }: Enough): boolean {
  const files = readdirSync(folder);
  const shown = Math.max(0, ...files.map((file) => Number(/^seen(\d+)\.png$/.exec(file)?.[1] ?? 0)));
  const heard = files.includes('heard.wav') ? statSync(join(folder, 'heard.wav')).size - 44 : 0;
  return shown >= picture && heard >= soundSeconds * 44_100 * 2 * 2;
}
