// The queue before the picture worker: one request at a time, snapshots before everything else, a channel's newer one in the
// place of its older, a deadline each. A request that kills or hangs the worker fails alone.
import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import type { StartChild } from './child.ts';
import { CodecError } from './codec-error.ts';
import { Lane, type LaneTiming } from './lane.ts';
import { type Backend, type FromWorker, type Work, limits } from './messages.ts';

export type PictureTiming = {
  /** From the start of the work, not of the waiting. */
  pictureMillis: number;
  sheetMillis: number;
  /** Nothing waits longer, whatever the worker does. */
  waitMillis: number;
};

export const defaultPictureTiming: PictureTiming = { pictureMillis: 10_000, sheetMillis: 60_000, waitMillis: 60_000 };

export type PictureWorkerOptions = {
  start: StartChild;
  clock: Clock;
  log: Logger;
  timing?: Partial<LaneTiming & PictureTiming> | undefined;
  /** The worker is ended and started anew after so many requests: whatever FFmpeg leaks goes with it. */
  maxRequests?: number;
  onBackend(backend: Backend, detail: string): void;
};

export type Urgency =
  /** `key` names whose picture it is: a newer request of the same key takes the older one's place. */
  | { kind: 'snapshot'; key: string }
  | { kind: 'background' };

export type PictureWorker = {
  /** Rejects with CodecError. */
  ask(work: Work, urgency: Urgency): Promise<FromWorker & { type: 'done' }>;
  readonly pid: number | undefined;
  readonly waiting: number;
  close(): void;
};

const maxWaiting = 256;
const maxWaitingBytes = 128 * 1024 * 1024;

type Request = {
  id: number;
  work: Work;
  bytes: number;
  urgency: Urgency;
  resolve(answer: FromWorker & { type: 'done' }): void;
  reject(error: CodecError): void;
  cancelTimer(): void;
};

/** Nothing runs until the first request. */
export function createPictureWorker(options: PictureWorkerOptions): PictureWorker {
  const { clock, maxRequests = 1_000 } = options;
  const timing = { ...defaultPictureTiming, ...options.timing };
  const queue: Request[] = [];
  let current: Request | undefined;
  let nextId = 1;
  let sinceStart = 0;
  let isClosed = false;

  const lane = new Lane({
    ...options,
    name: 'picture',
    maxRssBytes: 400e6,
    isBusy: () => current !== undefined || queue.length > 0,
    onReady() {
      sinceStart = 0;
      next();
    },
    onMessage(message) {
      if ((message.type !== 'done' && message.type !== 'failed') || message.id !== current?.id) return;
      const request = current;
      lane.worked();
      if (message.type === 'done') finish(request, () => request.resolve(message));
      else finish(request, () => request.reject(new CodecError('undecodable', message.detail)));
      if (sinceStart >= maxRequests) lane.recycle(`${sinceStart} requests`);
      next();
    },
    onLost(why, detail) {
      const request = current;
      if (request !== undefined) finish(request, () => request.reject(new CodecError(why, detail)));
    },
    onBackend(backend, detail) {
      if (backend === 'none') failAll(new CodecError('no-backend', detail));
      options.onBackend(backend, detail);
    },
  });

  const finish = (request: Request, settle: () => void): void => {
    request.cancelTimer();
    if (current === request) current = undefined;
    const at = queue.indexOf(request);
    if (at >= 0) queue.splice(at, 1);
    settle();
  };
  const failAll = (error: CodecError): void => {
    for (const request of [...queue, ...(current ? [current] : [])]) finish(request, () => request.reject(error));
  };
  const next = (): void => {
    if (current !== undefined || !lane.isReady) return;
    const at = queue.findIndex(({ urgency }) => urgency.kind === 'snapshot');
    const [request] = queue.splice(Math.max(0, at), 1);
    if (request === undefined) return;
    current = request;
    sinceStart++;
    request.cancelTimer();
    const millis = request.work.kind === 'sheet' ? timing.sheetMillis : timing.pictureMillis;
    request.cancelTimer = clock.after(millis, () => {
      lane.stuck(`no picture within ${millis / 1000} s`);
    });
    lane.send({ type: 'work', id: request.id, work: request.work });
  };
  const makeRoom = (request: Request): void => {
    const { urgency } = request;
    if (urgency.kind === 'snapshot') {
      const older = queue.find((each) => each.urgency.kind === 'snapshot' && each.urgency.key === urgency.key);
      if (older !== undefined) finish(older, () => older.reject(new CodecError('superseded', 'a newer picture of the channel is wanted')));
    }
    const bytes = queue.reduce((all, each) => all + each.bytes, request.bytes);
    if (queue.length >= maxWaiting || bytes > maxWaitingBytes) throw new CodecError('busy', `${queue.length} requests wait for a picture`);
  };

  return {
    ask(work, urgency) {
      return new Promise((resolve, reject) => {
        const request: Request = { id: nextId++, work, bytes: bytesOf(work), urgency, resolve, reject, cancelTimer: () => {} };
        if (isClosed) throw new CodecError('closed', 'the gather is ending');
        if (lane.isHopeless) throw new CodecError('no-backend', 'no FFmpeg was found');
        checkWork(work);
        makeRoom(request);
        queue.push(request);
        request.cancelTimer = clock.after(timing.waitMillis, () => finish(request, () => reject(new CodecError('busy', `waited ${timing.waitMillis / 1000} s`))));
        lane.want();
        next();
      });
    },
    get pid() {
      return lane.pid;
    },
    get waiting() {
      return queue.length;
    },
    close() {
      isClosed = true;
      failAll(new CodecError('closed', 'the gather is ending'));
      lane.close();
    },
  };
}

function bytesOf(work: Work): number {
  return work.kind === 'sheet' ? work.frames.reduce((all, each) => all + each.length, 0) : work.keyframe.data.length;
}

const refuse = (detail: string): never => {
  throw new CodecError('invalid', detail);
};

/** Refuses what is past the bounds of a message, with limit and value. */
function checkWork(work: Work): void {
  const bytes = bytesOf(work);
  const widths = work.kind === 'sheet' ? [work.tileWidth] : [...work.widths, ...work.webpWidths];
  if (widths.length === 0 || widths.length > limits.widths) refuse(`${widths.length} widths, not 1 to ${limits.widths}`);
  for (const width of widths) if (!Number.isInteger(width) || width < 16 || width > limits.widest) refuse(`width ${width}, not 16 to ${limits.widest}`);
  if (work.kind !== 'sheet') {
    if (bytes === 0 || bytes > limits.keyframeBytes) refuse(`a keyframe of ${bytes} bytes, not 1 to ${limits.keyframeBytes}`);
    return;
  }
  if (work.frames.length === 0 || work.frames.length > limits.sheetFrames) refuse(`${work.frames.length} frames, not 1 to ${limits.sheetFrames}`);
  if (bytes > limits.sheetBytes) refuse(`frames of ${bytes} bytes, more than ${limits.sheetBytes}`);
  if (!Number.isInteger(work.columns) || work.columns < 1 || work.columns > 100) refuse(`${work.columns} columns, not 1 to 100`);
}
