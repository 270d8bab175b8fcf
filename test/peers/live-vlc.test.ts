// VLC as a player: it opens each address that administrators hand out, decodes picture and sound, and writes down what it saw and heard.
import assert from 'node:assert/strict';
import { execFile, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { type FakeLive, startFakeLive, until } from '../../packages/live/src/fake-live.ts';
import { type ClipKind, makeClip, programs, pushArgs, workDir } from './live-harness.ts';

const run = promisify(execFile);

/** It refuses to run as root: then it is started as nobody, with a folder to write to. */
const isRoot = process.getuid?.() === 0;
const nobody = ['--reuid=65534', '--regid=65534', '--clear-groups'];
const skip = ['vlc', ...(isRoot ? ['setpriv'] : [])].every((name) => spawnSync('which', [name]).status === 0) ? false : 'no VLC (Debian: vlc-bin, vlc-plugin-base)';

/** What VLC showed and played: every fifth picture with its number, and all sound as signed 16-bit samples. */
type Seen = { pictures: Map<number, Buffer>; sound: Buffer };

/** Bytes of sound for 4 seconds, and the number of the picture that stands there by then: more than the tests ask for. */
const enough = { soundBytes: 4 * 44_100 * 2 * 2, picture: 150 };

/** Watches `url` until there is enough, at most 40 s; the pictures on no screen but in files, the sound in one more. */
async function watchWithVlc(url: string, name: string, wanted: { picture: boolean; sound: boolean }): Promise<Seen> {
  const folder = join(workDir, `vlc-${name}`);
  mkdirSync(folder);
  if (isRoot) await run('chown', ['65534', folder]);
  // The folder above is closed to others, and nobody has to pass through it.
  await run('chmod', ['711', workDir]);
  const picture = ['--vout=vdummy', '--video-filter=scene', '--scene-format=png', '--scene-ratio=5', '--scene-prefix=seen', `--scene-path=${folder}`];
  const sound = ['--aout=afile', `--audiofile-file=${join(folder, 'heard.wav')}`];
  const vlc = ['vlc', '-I', 'dummy', '--no-dbus', '--no-interact', ...picture, ...sound, url, 'vlc://quit'];
  const [program = '', ...args] = isRoot ? ['setpriv', ...nobody, ...vlc] : vlc;
  const player = spawn(program, args, { stdio: 'ignore', env: { ...process.env, HOME: folder } });
  const over = new Promise((resolve) => void player.once('exit', resolve));
  await until('VLC has shown enough', () => hasEnough(folder, wanted), 40).catch(() => {});
  // What is missing then is told by the assertions.
  player.kill('SIGTERM');
  await over;
  const files = readdirSync(folder);
  const pictures = files.flatMap((file) => {
    const [, number] = /^seen(\d+)\.png$/.exec(file) ?? [];
    return number === undefined ? [] : [[Number(number), readFileSync(join(folder, file))] as const];
  });
  // The last one may have been cut off in the middle.
  pictures.sort(([one], [other]) => one - other);
  const [, last = Buffer.alloc(24)] = pictures.at(-1) ?? [];
  if (last.length < 24) pictures.pop();
  return { pictures: new Map(pictures), sound: files.includes('heard.wav') ? readFileSync(join(folder, 'heard.wav')).subarray(44) : Buffer.alloc(0) };
}

function hasEnough(folder: string, wanted: { picture: boolean; sound: boolean }): boolean {
  const files = readdirSync(folder);
  const hasPicture = files.some((file) => Number(/^seen(\d+)\.png$/.exec(file)?.[1] ?? 0) >= enough.picture);
  const hasSound = files.includes('heard.wav') && statSync(join(folder, 'heard.wav')).size > enough.soundBytes;
  return (hasPicture || !wanted.picture) && (hasSound || !wanted.sound);
}

/** Width and height of a PNG: its first chunk. */
function sizeOf(png: Buffer): [number, number] {
  return [png.readUInt32BE(16), png.readUInt32BE(20)];
}

/** How loud samples are, as a part of the loudest there is. */
function loudness(samples: Buffer): number {
  let sum = 0;
  const count = Math.floor(samples.length / 2);
  for (let i = 0; i < count; i++) sum += (samples.readInt16LE(2 * i) / 32768) ** 2;
  return Math.sqrt(sum / count);
}

const ways: { way: string; kind: ClipKind; url(server: FakeLive): string; hasVideo?: false; hasAudio?: false }[] = [
  { way: 'RTMP', kind: 'both', url: (server) => server.rtmp('both', 'play') },
  { way: 'HTTP-FLV', kind: 'both', url: (server) => server.http(`/live/both.flv?token=${server.token('both', 'play')}`) },
  { way: 'HLS', kind: 'both', url: (server) => server.http(`/live/both.m3u8?token=${server.token('both', 'play')}`) },
  { way: 'HLS in MPEG-TS', kind: 'both', url: (server) => server.http(`/live/both.m3u8?format=ts&token=${server.token('both', 'play')}`) },
  { way: 'RTMP with B-frames', kind: 'b-frames', url: (server) => server.rtmp('b-frames', 'play') },
  { way: 'HTTP-FLV of picture alone', kind: 'video', url: (server) => server.http(`/live/video.flv?token=${server.token('video', 'play')}`), hasAudio: false },
  { way: 'RTMP of sound alone', kind: 'audio', url: (server) => server.rtmp('audio', 'play'), hasVideo: false },
];

describe('VLC plays', { skip, concurrency: 2 }, () => {
  const { start, end } = programs();
  let server: FakeLive;
  before(async () => {
    server = await startFakeLive();
    for (const kind of new Set(ways.map((each) => each.kind))) {
      start('ffmpeg', pushArgs(await makeClip(kind), server.rtmp(kind, 'publish')));
      await until('publishing', () => server.live.hub.isPublishing(kind));
    }
  });
  after(async () => {
    end();
    await server.live.close();
  });

  for (const [i, { way, url, hasVideo = true, hasAudio = true }] of ways.entries()) {
    test(way, async () => {
      const { pictures, sound } = await watchWithVlc(url(server), String(i), { picture: hasVideo, sound: hasAudio });
      const last = Math.max(0, ...pictures.keys());
      if (hasVideo) {
        assert.ok(last >= 75 && pictures.size >= 15, `${pictures.size} pictures, the last is number ${last}`);
        // It writes the decoder's spare lines too.
        for (const png of pictures.values()) assert.ok(sizeOf(png)[0] === 320 && sizeOf(png)[1] >= 180 && sizeOf(png)[1] < 200, String(sizeOf(png)));
        // The test picture is another one in each frame; VLC repeats some, more or fewer, while it fills its buffer.
        const different = new Set([...pictures.values()].map((png) => png.toString('base64'))).size;
        assert.ok(different >= 12, `${different} of ${pictures.size} differ`);
      }
      const seconds = sound.length / (44_100 * 2 * 2);
      if (hasAudio) assert.ok(seconds >= 3 && loudness(sound) > 0.05, `${seconds} s of sound, ${loudness(sound)} loud`);
      assert.deepEqual([pictures.size > 0, sound.length > 0], [hasVideo, hasAudio]);
    });
  }
});
