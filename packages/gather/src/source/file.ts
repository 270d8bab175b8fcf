// An MP4 file played in a loop in real time. A file that is missing or broken is tried again with growing pauses.
import { createBackoff } from '@lubo/agent';
import { type Mp4Track, type Packet, type ReadAt, openMp4 } from '@lubo/media';
import type { Logger } from 'pino';
import { type Clock, sleep } from '../clock.ts';
import type { Tracks } from '../unit.ts';
import { type OpenFile, openDiskFile } from './disk.ts';
import { loopedSamples, playedTracks } from './loop.ts';
import { type DuePacket, createReadAhead } from './read-ahead.ts';
import { SourceError, faultOf } from './source-error.ts';
import type { Source, SourceOutput } from './source.ts';

export type FileSourceTiming = {
  /** Packets go out together so often. */
  tickMillis: number;
  /** Further behind than this (process or disk stood still) time is moved, not caught up with. */
  longestLagMillis: number;
  firstRetryMillis: number;
  longestRetryMillis: number;
};

const defaultTiming: FileSourceTiming = { tickMillis: 20, longestLagMillis: 1_000, firstRetryMillis: 1_000, longestRetryMillis: 30_000 };

export type FileSourceOptions = { path: string; clock: Clock; log: Logger; openFile?: OpenFile; timing?: Partial<FileSourceTiming> };

/** A source that reads `path` on this machine. */
export function createFileSource(options: FileSourceOptions): Source {
  const timing = { ...defaultTiming, ...options.timing };
  const stop = new AbortController();
  let running: Promise<void> | undefined;
  return {
    start(output) {
      running ??= playAgainAndAgain({ openFile: openDiskFile, ...options, timing, signal: stop.signal, output });
    },
    async stop() {
      stop.abort();
      await running;
    },
  };
}

type Run = FileSourceOptions & { openFile: OpenFile; timing: FileSourceTiming; signal: AbortSignal; output: SourceOutput };

async function playAgainAndAgain(run: Run): Promise<void> {
  const { clock, log, timing, signal, output } = run;
  const backoff = createBackoff({ firstMillis: timing.firstRetryMillis, longestMillis: timing.longestRetryMillis });
  while (!signal.aborted) {
    try {
      await playFile(run, backoff.reset);
    } catch (error) {
      if (signal.aborted) return;
      const fault = faultOf(error);
      const pauseMillis = backoff.next();
      log.warn({ ...fault, pauseMillis, ...(fault.code === 'internal' ? { err: error } : {}) }, 'the file gives no video');
      output.fault(fault);
      await sleep(clock, pauseMillis, signal);
    }
  }
}

/** Plays until stopped; rejects when it can't. */
async function playFile(run: Run, onPlaying: () => void): Promise<void> {
  const file = await run.openFile(run.path);
  try {
    const tracks = playedTracks(await openMp4(file.readAt, file.size));
    if (tracks.length === 0) throw new SourceError('file-invalid', 'no samples to play');
    await playTracks(run, tracks, file.readAt, onPlaying);
  } finally {
    await file.close();
  }
}

async function playTracks(run: Run, tracks: readonly Mp4Track[], readAt: ReadAt, onPlaying: () => void): Promise<void> {
  const { clock, timing, signal, output, log } = run;
  const ahead = createReadAhead(loopedSamples(tracks), readAt);
  let batch = await ahead.next();
  if (signal.aborted) return;
  onPlaying();
  log.info({ tracks: tracks.map(({ info }) => info.codec) }, 'the file plays');
  output.begin(tracksOf(tracks));
  // The moment at which the timeline's 0 was due.
  let startedAt = clock.now();
  while (!signal.aborted) {
    const upcoming = ahead.next();
    // Looked at below, after this batch; a stop in between must not leave a rejection alone.
    upcoming.catch(() => {});
    for (let at = 0; at < batch.length && !signal.aborted; ) {
      const lag = clock.now() - startedAt - (batch[at] as DuePacket).millis;
      if (lag > timing.longestLagMillis) startedAt += lag;
      const due = duePackets(batch, at, clock.now() - startedAt);
      at += due.length;
      if (due.length > 0) output.packets(due);
      const next = batch[at];
      if (next) await sleep(clock, Math.max(timing.tickMillis, next.millis - (clock.now() - startedAt)), signal);
    }
    batch = await upcoming;
    const untilDue = (batch[0]?.millis ?? 0) - (clock.now() - startedAt);
    await sleep(clock, Math.max(timing.tickMillis, untilDue), signal);
  }
}

function duePackets(batch: readonly DuePacket[], from: number, nowMillis: number): Packet[] {
  const due: Packet[] = [];
  for (let i = from; i < batch.length; i++) {
    const { millis, packet } = batch[i] as DuePacket;
    if (millis > nowMillis) break;
    due.push(packet);
  }
  return due;
}

function tracksOf(played: readonly Mp4Track[]): Tracks {
  const tracks: Tracks = {};
  for (const { info } of played) {
    if (info.kind === 'video') tracks.video = info;
    else tracks.audio = info;
  }
  return tracks;
}
