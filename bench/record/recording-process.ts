// A gather without a site, for benches, campaigns and tests: records every channel it is given until it is told to end, or killed.
//
//   node bench/record/recording-process.ts '{"dataDir": "/tmp/x", "channels": [{"id": "channel00001", "source": {"mode": "file", "path": "a.mp4"}}]}'
//
// Prints { "type": "ready" } after recovery, with the slices that it found, then one line a second: CPU and memory, channels that
// record. Ends with SIGTERM, and says then how long it took from the end of the slices to their checksums.
import { join } from 'node:path';
import process from 'node:process';
import type { GatherChannel } from '@lubo/contract';
import { createGather, openRecordings, openSource, systemClock } from '@lubo/gather';
import { pino } from 'pino';

export type RecordingJob = {
  dataDir: string;
  channels: Pick<GatherChannel, 'id' | 'source'>[];
  sliceMinutes?: number;
  overlapGops?: number;
  reserveBytes?: number;
  folders?: string[];
};

export type RecordingLine =
  | { type: 'ready'; found: string[] }
  | { type: 'second'; atMillis: number; cpuSeconds: number; rss: number; heap: number; external: number; recording: number; receiveKbps: number }
  | { type: 'over'; recordings: { id: string; endMillis: number; size: number }[] };

const job = JSON.parse(process.argv[2] ?? '{}') as RecordingJob;
const say = (line: RecordingLine): void => void process.stdout.write(`${JSON.stringify(line)}\n`);
const log = pino({ level: process.env['BENCH_LOG'] ?? 'silent' }, pino.destination(2));

const recordings = await openRecordings({
  dataDir: job.dataDir, folders: job.folders ?? [join(job.dataDir, 'recordings')], reserveBytes: job.reserveBytes ?? 2 ** 20,
  clock: systemClock, now: Date.now, log, onChange: () => {},
});
const gather = createGather({ openSource, recordings, clock: systemClock, log, onChange: () => {} });
gather.apply(Object.fromEntries(job.channels.map((channel) => [`channel/${channel.id}`, { ...channel, name: channel.id, isStarted: true }])), 'site');
recordings.tune({ sliceMinutes: job.sliceMinutes ?? 30, overlapGops: job.overlapGops ?? 0 });
const now = Date.now();
for (const { id } of job.channels) {
  gather.record(id, {
    lessonId: `hand-${id}`, kind: 'hand', intervalId: null, subjectId: null, teacherId: null, plannedStart: now, plannedEnd: now + 3_600_000,
  });
}
say({ type: 'ready', found: recordings.store.finished().map(({ id }) => id) });

const timer = setInterval(() => {
  const { rss, heapUsed: heap, external } = process.memoryUsage();
  const { user, system } = process.cpuUsage();
  const { channels } = gather.report();
  say({
    type: 'second', atMillis: performance.now(), cpuSeconds: (user + system) / 1e6, rss, heap, external, recording: channels.filter(({ isRecording }) => isRecording).length,
    receiveKbps: channels.reduce((sum, { receiveKbps }) => sum + receiveKbps, 0),
  });
}, 1_000);

process.once('SIGTERM', () => {
  void (async () => {
    clearInterval(timer);
    const ended: { id: string; endMillis: number; size: number }[] = [];
    const startedAt = performance.now();
    const [first] = job.channels;
    const isOver = first && new Promise<void>((resolve) => {
      recordings.store.onFinished(({ id, channelId }) => {
        if (channelId !== first.id) return;
        void recordings.store.openStandard(id).then(async (standard) => {
          await standard.sha256();
          ended.push({ id, endMillis: performance.now() - startedAt, size: standard.size });
          await standard.close();
          resolve();
        });
      });
    });
    await gather.close();
    await Promise.race([isOver, new Promise((resolve) => setTimeout(resolve, 10_000).unref())]);
    await recordings.close();
    say({ type: 'over', recordings: ended });
    process.exit(0);
  })();
});
