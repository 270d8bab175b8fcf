// Brings finished recordings to the site, oldest first, a few at a time, for as long as it takes. A recording leaves this machine's
// disk only once the site has confirmed its checksum.
import type { GatherTuning, GatherUpload } from '@lubo/contract';
import { createBackoff } from '@lubo/agent';
import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import { type RateMeter, createRateMeter } from '../rate.ts';
import type { SliceInfo, SliceStore } from '../recorder/slice-store.ts';
import { createRateLimit } from './rate-limit.ts';
import { type SendResult, sendRecording } from './send-recording.ts';
import type { SiteHttp } from './site-http.ts';

export type UploaderOptions = {
  http: SiteHttp;
  slices: SliceStore;
  clock: Clock;
  log: Logger;
  /** As the site has tuned this gather; its defaults until it is known. */
  tuning(): Pick<GatherTuning, 'uploadKbps' | 'parallelUploads' | 'reconnectsStorage'>;
  /** After a recording is stored and before its local copy goes: pictures of it. Never rejects. */
  onStored(slice: SliceInfo, signal: AbortSignal): Promise<void>;
  /** Uploads have come, gone or changed. */
  onChange(): void;
  random?: () => number;
};

/** Where a recording stands, for people. */
export type UploadView = GatherUpload & { startedAt: string };

export type Uploader = {
  uploads(): UploadView[];
  waiting(): { recordings: number; bytes: number };
  /** Since the start. */
  confirmed(): number;
  /** Uploads have stopped after a failure, and stay so until `retry`: the site has told this gather not to try by itself. */
  isHalted(): boolean;
  /** Tries at once what waits: settings have changed, or a person wishes it. */
  retry(): void;
  /** The site has been heard: what waits for it to come back waits no longer, unless uploads are halted. */
  siteSpoke(): void;
  close(): Promise<void>;
};

const firstPauseMillis = 1_000;
const longestPauseMillis = 60_000;
/** Between tries of a recording that the site refuses or this machine can't read. */
const longestOwnPauseMillis = 30 * 60_000;

type Running = { slice: SliceInfo; abort: AbortController; done: Promise<void>; sent: number; total: number; rate: RateMeter };
type Setback = { until: number; pauses: ReturnType<typeof createBackoff>; reason: string };

/** Begins at once. */
export function startUploader(options: UploaderOptions): Uploader {
  const { slices, clock, log, tuning, onChange, http } = options;
  const random = options.random ? { random: options.random } : {};
  const limit = createRateLimit(clock, () => tuning().uploadKbps);
  const running = new Map<string, Running>();
  /** Of single recordings; those of the site hold for all. */
  const setbacks = new Map<string, Setback>();
  const sitePauses = createBackoff({ firstMillis: firstPauseMillis, longestMillis: longestPauseMillis, ...random });
  let siteFailure: { until: number; reason: string } | undefined;
  let confirmed = 0;
  let isHalted = false;
  let isClosed = false;
  let wake: (() => void) | undefined;

  const next = (): SliceInfo | undefined =>
    slices.finished().find(({ id }) => !running.has(id) && (setbacks.get(id)?.until ?? 0) <= clock.now());

  /** Starts what may start now, and sets the clock for what may later. */
  const goOn = (): void => {
    wake?.();
    wake = undefined;
    if (isClosed || isHalted) return;
    const now = clock.now();
    if (siteFailure !== undefined && siteFailure.until > now) return wakeAt(siteFailure.until);
    // After a failure one finds out whether the site is back.
    const parallel = siteFailure === undefined ? tuning().parallelUploads : 1;
    while (running.size < parallel) {
      const slice = next();
      if (slice === undefined) break;
      start(slice);
    }
    const later = [...setbacks.values()].map(({ until }) => until).filter((until) => until > now);
    if (running.size < parallel && later.length > 0) wakeAt(Math.min(...later));
  };
  const wakeAt = (at: number): void => {
    wake = clock.after(Math.max(0, at - clock.now()), goOn);
  };

  const start = (slice: SliceInfo): void => {
    const entry: Running = { slice, abort: new AbortController(), done: Promise.resolve(), sent: 0, total: slice.bytes, rate: createRateMeter(clock) };
    running.set(slice.id, entry);
    entry.done = run(entry).catch((error: unknown) => log.error({ recording: slice.id, err: error }, 'an upload failed by our fault')).finally(() => {
      running.delete(slice.id);
      onChange();
      goOn();
    });
    onChange();
  };

  const run = async (entry: Running): Promise<void> => {
    const { slice, abort } = entry;
    const { signal } = abort;
    const onProgress = (sent: number, total: number): void => {
      if (entry.sent > 0 && sent > entry.sent) entry.rate.add(sent - entry.sent);
      Object.assign(entry, { sent, total });
    };
    const result = await sendRecording({ http, limit, slice, open: slices.openStandard, signal, onProgress });
    if (signal.aborted) return;
    switch (result.type) {
      case 'stored':
      case 'deleted':
        log.info({ recording: slice.id, state: result.type }, 'the site has this recording, or wants it no more');
        siteFailure = undefined;
        sitePauses.reset();
        if (result.type === 'stored') await options.onStored(slice, signal);
        if (signal.aborted) return;
        return letGo(slice);
      case 'site':
        return siteFailed(slice, result);
      case 'recording':
        siteFailure = undefined;
        return setBack(slice, result);
      case 'disk':
        return setBack(slice, result);
    }
  };

  const letGo = async (slice: SliceInfo): Promise<void> => {
    try {
      await slices.remove(slice.id);
      setbacks.delete(slice.id);
      confirmed++;
    } catch (error) {
      setBack(slice, { type: 'disk', reason: error instanceof Error ? error.message : String(error) });
    }
  };

  type Failure = Extract<SendResult, { reason: string }>;
  const siteFailed = (slice: SliceInfo, { reason, retrySeconds = 0 }: Failure): void => {
    const pause = Math.max(sitePauses.next(), retrySeconds * 1000);
    log[siteFailure?.reason === reason ? 'debug' : 'warn']({ recording: slice.id, reason, pauseMillis: pause }, 'a recording could not be brought to the site yet');
    siteFailure = { until: clock.now() + pause, reason };
    if (!tuning().reconnectsStorage) isHalted = true;
  };
  const setBack = (slice: SliceInfo, { reason }: Failure): void => {
    const known = setbacks.get(slice.id);
    const pauses = known?.pauses ?? createBackoff({ firstMillis: 5_000, longestMillis: longestOwnPauseMillis, ...random });
    if (known?.reason !== reason) log.warn({ recording: slice.id, reason }, 'this recording could not be brought to the site yet');
    setbacks.set(slice.id, { until: clock.now() + pauses.next(), pauses, reason });
  };

  const stopListening = slices.onFinished(() => {
    onChange();
    goOn();
  });
  goOn();

  const trying = (): UploadView[] =>
    [...running.values()].map(({ slice, sent, total, rate }) => viewOf(slice, { state: 'uploading', sentBytes: sent, totalBytes: total, kbps: rate.kbps() }));
  const failing = (): UploadView[] =>
    slices.finished().flatMap((slice, index) => {
      const reason = setbacks.get(slice.id)?.reason ?? (index === 0 ? siteFailure?.reason : undefined);
      if (running.has(slice.id) || reason === undefined) return [];
      return [viewOf(slice, { state: 'retrying', sentBytes: 0, totalBytes: slice.bytes, kbps: 0, reason: reason.slice(0, 256) })];
    });

  return {
    uploads: () => [...trying(), ...failing()].slice(0, 16),
    waiting() {
      const rest = slices.finished().filter(({ id }) => !running.has(id));
      return { recordings: rest.length, bytes: rest.reduce((sum, { bytes }) => sum + bytes, 0) };
    },
    confirmed: () => confirmed,
    isHalted: () => isHalted,
    retry() {
      isHalted = false;
      siteFailure = undefined;
      sitePauses.reset();
      for (const setback of setbacks.values()) setback.until = 0;
      goOn();
    },
    siteSpoke() {
      if (isHalted || siteFailure === undefined) return;
      siteFailure.until = 0;
      goOn();
    },
    async close() {
      isClosed = true;
      wake?.();
      stopListening();
      for (const { abort } of running.values()) abort.abort();
      await Promise.all([...running.values()].map(({ done }) => done));
    },
  };
}

function viewOf({ id, channelId, startedAt }: SliceInfo, stand: Omit<UploadView, 'recordingId' | 'channelId' | 'startedAt'>): UploadView {
  return { recordingId: id, channelId, startedAt, ...stand };
}
