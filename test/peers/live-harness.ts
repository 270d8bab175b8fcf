// Foreign programs round a live server that runs in the test's own process.
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Programs that a test starts; `end` kills those that still run. */
export function programs(): { start(program: string, args: readonly string[]): ChildProcess; end(): void } {
  const running = new Set<ChildProcess>();
  return {
    start(program, args) {
      const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
      child.stdout.resume();
      child.stderr.resume();
      running.add(child);
      child.once('exit', () => running.delete(child));
      return child;
    },
    end() {
      for (const child of running) child.kill('SIGKILL');
    },
  };
}

/** A folder of the test's own, removed when the process ends. */
export const workDir = mkdtempSync(join(tmpdir(), 'lubo-live-'));
process.once('exit', () => rmSync(workDir, { recursive: true, force: true }));

/** Which sources a test picture and tone are made of. */
export type ClipKind = 'both' | 'b-frames' | 'video' | 'audio' | 'hevc';

const clips = new Map<ClipKind, Promise<string>>();

/** A clip of a minute: 320×180, 25 fps, a keyframe each second, AAC 44.1 kHz stereo. Made once. */
export function makeClip(kind: ClipKind): Promise<string> {
  let clip = clips.get(kind);
  if (clip === undefined) clips.set(kind, (clip = encodeClip(kind)));
  return clip;
}

async function encodeClip(kind: ClipKind): Promise<string> {
  const path = join(workDir, `${kind}.mp4`);
  const hasVideo = kind !== 'audio';
  const hasAudio = kind !== 'video';
  const encoder = kind === 'hevc' ? ['libx265', '-x265-params', 'log-level=error:keyint=25:min-keyint=25', '-tag:v', 'hvc1'] : ['libx264', '-g', '25', '-keyint_min', '25', '-sc_threshold', '0', '-bf', kind === 'b-frames' ? '2' : '0'];
  await run('ffmpeg', [
    '-v', 'error', '-y',
    ...(hasVideo ? ['-f', 'lavfi', '-i', 'testsrc2=size=320x180:rate=25'] : []),
    ...(hasAudio ? ['-f', 'lavfi', '-i', 'sine=frequency=440:sample_rate=44100'] : []),
    '-t', '60',
    ...(hasVideo ? ['-c:v', ...encoder, '-preset', 'ultrafast', '-pix_fmt', 'yuv420p'] : []),
    ...(hasAudio ? ['-c:a', 'aac', '-ac', '2', '-b:a', '64k'] : []),
    path,
  ]);
  return path;
}

/** Arguments by which ffmpeg pushes a clip in real time. */
export function pushArgs(clip: string, url: string): string[] {
  return ['-v', 'error', '-re', '-i', clip, '-c', 'copy', '-f', 'flv', '-flvflags', 'no_duration_filesize', url];
}

/** One packet as ffprobe sees it; times in seconds. */
export type ProbedPacket = { codec_type: 'video' | 'audio'; pts_time: string; dts_time: string; flags: string; size: string };
export type Probed = {
  streams: { codec_type: string; codec_name: string; width?: number; height?: number; sample_rate?: string; channels?: number }[];
  packets: ProbedPacket[];
  /** What ffprobe complained of. */
  complaints: string;
};

/** Reads `seconds` of a live address. Rejects when ffprobe can't open it. */
export async function probe(url: string, seconds: number): Promise<Probed> {
  const args = ['-v', 'warning', '-show_streams', '-show_packets', '-read_intervals', `%+${seconds}`, '-of', 'json', url];
  const { stdout, stderr } = await run('ffprobe', args, { maxBuffer: 64 * 1024 * 1024, timeout: 40_000 });
  const { streams, packets } = JSON.parse(stdout) as Omit<Probed, 'complaints'>;
  return { streams, packets, complaints: stderr };
}

/** Plays `seconds` of a live address into nothing, decoding all; the result is what ffmpeg complained of. */
export async function decode(url: string, seconds: number): Promise<string> {
  const args = ['-v', 'warning', '-i', url, '-t', String(seconds), '-f', 'null', '-'];
  return (await run('ffmpeg', args, { timeout: 40_000 })).stderr;
}

/** Decode times of one kind, seconds. */
export function timesOf(packets: readonly ProbedPacket[], kind: 'video' | 'audio'): number[] {
  return packets.filter(({ codec_type }) => codec_type === kind).map(({ dts_time }) => Number(dts_time));
}
