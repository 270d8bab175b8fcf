// An installation with what visitors find at a school: a channel that is live, lessons with pictures, one of 45 minutes.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Channel } from '@lubo/contract';
import { administratorSettings } from '../../test/e2e/administrator.ts';
import { type Installation, eventually, getJson, install, root } from '../../test/e2e/installation.ts';
import { type Maker, startMaker } from '../../test/e2e/recording-maker.ts';

export type Stand = {
  lubo: Installation;
  /** The channel that is live. */
  live: Channel;
  subjectId: string;
  /** Short recordings, newest first. */
  shorts: string[];
  /** The one of 45 minutes. */
  long: string;
  stop(): Promise<void>;
};

const clip = join(root, 'packages', 'gather', 'demo', 'classroom.mp4');
const clipSeconds = 32;
const longSeconds = 45 * 60;
const clipFacts = { width: 1280, height: 720, codecs: 'avc1.64001f,mp4a.40.2' };

/** Starts it on ports of its own, or on `ports` (site, live HTTP, RTMP, console, RTMPS). */
export async function openStand(options: { ports?: number[]; env?: Record<string, string> } = {}): Promise<Stand> {
  const lubo = await install({ args: ['--demo'], ...options, env: { ...administratorSettings, ...options.env } });
  try {
    const maker = await startMaker(lubo.siteUrl);
    const live = await eventually('the demo channel is online', 30, async () => (await getJson<{ rows: Channel[] }>(`${lubo.siteUrl}/api/channels`)).rows.find(({ isOnline }) => isOnline));
    const shorts = await addShorts(maker);
    const long = await addLong(maker);
    return { lubo, live, subjectId: maker.subjects[0]?.id ?? '', shorts, long, stop: async () => void (await lubo.stop()) };
  } catch (error) {
    await lubo.stop();
    throw error;
  }
}

async function addShorts(maker: Maker): Promise<string[]> {
  const mp4 = fastStart(1);
  const classes = [await maker.addChannel('高一（1）班'), await maker.addChannel('高一（2）班'), await maker.addChannel('初三（4）班')];
  const ids: string[] = [];
  for (let n = 0; n < 36; n += 1) {
    const startedAt = new Date(Date.UTC(2026, 8, 1, 1, n)).toISOString();
    const id = await maker.record(classes[n % 3] ?? '', mp4, clipSeconds, { ...clipFacts, subjectId: maker.subjects[n % 4]?.id ?? null, startedAt });
    await maker.putPoster(id, clip, (n * 7) % (clipSeconds - 1));
    ids.unshift(id);
  }
  return ids;
}

async function addLong(maker: Maker): Promise<string> {
  const mp4 = fastStart(Math.ceil(longSeconds / clipSeconds));
  return maker.record(await maker.addChannel('初二（1）班'), mp4, longSeconds, { ...clipFacts, subjectId: maker.subjects[4]?.id ?? null, startedAt: new Date(Date.UTC(2026, 7, 1)).toISOString() });
}

/** The demo's clip so many times, its moov first. */
function fastStart(times: number): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'lubo-long-'));
  try {
    const path = join(folder, 'long.mp4');
    const length = times === 1 ? [] : ['-t', String(longSeconds)];
    execFileSync('ffmpeg', ['-loglevel', 'error', '-stream_loop', String(times - 1), '-i', clip, ...length, '-c', 'copy', '-movflags', '+faststart', path]);
    return readFileSync(path);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
