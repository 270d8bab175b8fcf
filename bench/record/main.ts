// The recorder beside `ffmpeg -c copy` (a process a channel), fed by one replay server on the other core. One JSON line a figure.
//
//   npm run bench:record -- [--channels 64] [--kbps 1000] [--seconds 30] [--many 256] [--many-kbps 2000] [--minutes 1]
//                           [--only cpu|many|end] [--profile FOLDER]
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { figureOf, print } from '../figure.ts';
import { type Lines, cpuSecondsOf, memoryOf, startFfmpegs, startLubo, startServer, writtenBy } from './programs.ts';
import type { RecordingLine } from './recording-process.ts';
import { sliceEndMillis } from './slice-end.ts';

const text = (value: string) => ({ type: 'string' as const, default: value });
const { values } = parseArgs({
  options: {
    channels: text('64'), kbps: text('1000'), seconds: text('30'), many: text('256'), 'many-kbps': text('2000'), minutes: text('1'),
    only: { type: 'string' }, profile: { type: 'string' },
  },
});
const warmMillis = 8_000;
/** How often a long run tells its memory. */
const noteSeconds = 30;
const isWanted = (part: string): boolean => values.only === undefined || values.only === part;
const note = (line: string): void => void process.stderr.write(`${line}\n`);

type Second = Extract<RecordingLine, { type: 'second' }>;
const inMegabytes = ({ rss, heap, external }: Second): string => {
  const [all, own, outside] = [rss, heap, external].map((bytes) => Math.round(bytes / 2 ** 20));
  return `${all} MB, heap ${own}, external ${outside}`;
};
const nextSecond = (lines: Lines): Promise<Second> => lines.next<Second>((line) => line['type'] === 'second');

type Share = { cpuShare: number; bytes: number };
/** Another program that is measured in the same seconds. */
type Meter = { begin(): void; end(): void };

/** Records `count` channels for so long; CPU as a share of a core for each channel, memory for each. */
async function runLubo(folder: string, port: number, count: number, seconds: number, profile?: string, beside?: Meter): Promise<Share & { writes: number; pages: number; recording: number }> {
  const idle = startLubo(join(folder, 'idle'), port, 0);
  await nextSecond(idle);
  const base = await nextSecond(idle);
  idle.child.kill('SIGTERM');
  await idle.ended;
  const lubo = startLubo(join(folder, 'lubo'), port, count, profile);
  await nextSecond(lubo);
  await setTimeout(warmMillis);
  const before = await nextSecond(lubo);
  beside?.begin();
  for (let passed = 0; passed < seconds; passed += noteSeconds) {
    await setTimeout(Math.min(noteSeconds, seconds - passed) * 1000);
    if (seconds > noteSeconds) note(`  lubo: ${inMegabytes(await nextSecond(lubo))}`);
  }
  const after = await nextSecond(lubo);
  beside?.end();
  const pid = lubo.child.pid ?? 0;
  lubo.child.kill('SIGTERM');
  const over = lubo.next((line) => line['type'] === 'over');
  let written = writtenBy(pid);
  const poll = setInterval(() => {
    try {
      written = writtenBy(pid);
    } catch {
      clearInterval(poll);
    }
  }, 20);
  await over;
  clearInterval(poll);
  await lubo.ended;
  const names = readdirSync(join(folder, 'lubo', 'recordings'));
  const recorded = names.filter((name) => name.endsWith('.mp4')).reduce((sum, name) => sum + statSync(join(folder, 'lubo', 'recordings', name)).size, 0);
  note(`  lubo: ${after.recording} of ${count} record, ${inMegabytes(after)}; idle ${inMegabytes(base)}`);
  return {
    cpuShare: (after.cpuSeconds - before.cpuSeconds) / ((after.atMillis - before.atMillis) / 1000) / count * 100,
    bytes: (after.rss - base.rss) / count,
    writes: written.calls / recorded, pages: written.pages / recorded, recording: after.recording,
  };
}

/** All channels again, by a process each, while `record` runs with the meter that it is given. */
async function besideFfmpegs<T>(folder: string, port: number, count: number, record: (meter: Meter) => Promise<T>): Promise<{ ffmpeg: Share; lubo: T }> {
  const children = startFfmpegs(join(folder, 'ffmpeg'), port, count);
  const pids = children.map(({ pid }) => pid ?? 0);
  const cpu = (): number => pids.reduce((sum, pid) => sum + cpuSecondsOf(pid), 0);
  const ffmpeg: Share = { cpuShare: 0, bytes: 0 };
  let from = { cpu: 0, at: 0 };
  const lubo = await record({
    begin: () => (from = { cpu: cpu(), at: performance.now() }),
    end() {
      ffmpeg.cpuShare = (cpu() - from.cpu) / ((performance.now() - from.at) / 1000) / count * 100;
      ffmpeg.bytes = pids.reduce((sum, pid) => sum + memoryOf(pid, 'Pss'), 0) / count;
    },
  });
  for (const child of children) child.kill('SIGINT');
  await Promise.all(children.map((child) => new Promise((resolve) => (child.exitCode === null ? child.once('close', resolve) : resolve(undefined)))));
  return { ffmpeg, lubo };
}

async function besideFfmpeg(folder: string): Promise<void> {
  const [count, seconds] = [Number(values.channels), Number(values.seconds)];
  const server = await startServer(Number(values.kbps));
  const { port } = server;
  // At once, on the same core: what other programs do to the machine meanwhile, they do to both.
  const { ffmpeg, lubo } = await besideFfmpegs(folder, port, count, (meter) => runLubo(folder, port, count, seconds, values.profile, meter));
  server.lines.child.stdin?.end();
  const name = `${count} channels at ${server.kbps} kbps`;
  print(figureOf(`record, ffmpeg, CPU of a channel, ${name}`, '‰ of a core', Infinity, [ffmpeg.cpuShare * 10]));
  print(figureOf(`record, lubo, CPU of a channel, ${name}`, '‰ of a core', ffmpeg.cpuShare * 10 / 3, [lubo.cpuShare * 10]));
  print(figureOf(`record, ffmpeg, memory of a channel in fair share, ${name}`, 'kB', Infinity, [ffmpeg.bytes / 1000]));
  print(figureOf(`record, lubo, memory of a channel, ${name}`, 'kB', 3_000, [lubo.bytes / 1000]));
  print(figureOf(`record, lubo, bytes written for 100 recorded, ${name}`, 'bytes', 101, [lubo.writes * 100]));
  print(figureOf(`record, lubo, bytes of pages made dirty for 100 recorded, ${name}`, 'bytes', Infinity, [lubo.pages * 100]));
}

async function manyChannels(folder: string): Promise<void> {
  const [count, seconds] = [Number(values.many), Number(values.minutes) * 60];
  const server = await startServer(Number(values['many-kbps']));
  let status: Record<string, unknown> = {};
  const watch = async (): Promise<void> => {
    for (;;) {
      status = await server.lines.next<Record<string, unknown>>((line) => 'slow' in line);
      note(`  server: ${JSON.stringify(status)}`);
    }
  };
  void watch().catch(() => {});
  const lubo = await runLubo(join(folder, 'many'), server.port, count, seconds, values.profile);
  const slow = Number(status['slow']);
  server.lines.child.stdin?.end();
  const name = `${count} channels at ${server.kbps} kbps, ${seconds} s`;
  print(figureOf(`record, lubo, share of the core, ${name}`, '%', 100, [lubo.cpuShare * count]));
  print(figureOf(`record, lubo, memory of a channel, ${name}`, 'kB', 3_000, [lubo.bytes / 1000]));
  print(figureOf(`record, lubo, channels that do not record or were cut off, ${name}`, 'channels', 0, [count - lubo.recording + slow]));
}

const folder = mkdtempSync(join(tmpdir(), 'lubo-record-'));
try {
  if (isWanted('cpu')) await besideFfmpeg(folder);
  if (isWanted('many')) await manyChannels(folder);
  if (isWanted('end')) {
    const { millis, size } = await sliceEndMillis(30, 2_000);
    print(figureOf(`record, lubo, from slice end to upload start, ${Math.round(size / 1e6)} MB`, 'ms', 1_000, [millis]));
  }
} finally {
  rmSync(folder, { recursive: true });
}
