// Everything that goes from this gather to its site over HTTP: recordings with their pictures, lessons, snapshots; each kind on its
// own, so that a long video never holds up a snapshot.
import { type GatherReport, GatherTuning } from '@lubo/contract';
import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import type { CodecWorker } from '../codec-worker/codec-worker.ts';
import type { Lessons } from '../recorder/lessons.ts';
import type { SliceStore } from '../recorder/slice-store.ts';
import { posterOf, previewOf } from '../snapshot/poster.ts';
import type { Snapshots } from '../snapshot/snapshots.ts';
import { startLessonSender } from './send-lessons.ts';
import { createPictureSender } from './send-pictures.ts';
import { startSnapshotSender } from './send-snapshots.ts';
import { type SiteHttpOptions, createSiteHttp } from './site-http.ts';
import { type UploadView, startUploader } from './uploader.ts';

export type UploadsOptions = SiteHttpOptions & {
  slices: SliceStore;
  lessons: Lessons;
  snapshots: Pick<Snapshots, 'onPicture'>;
  codec: Pick<CodecWorker, 'picture' | 'webp' | 'sheet'>;
  clock: Clock;
  log: Logger;
  /** What is reported has changed. */
  onChange(): void;
};

/** For the gather's own screen. */
export type UploadStatus = { uploads: UploadView[]; waiting: { recordings: number; bytes: number }; confirmed: number; isHalted: boolean };

export type Uploads = {
  report(): Pick<GatherReport, 'uploads' | 'waiting'>;
  status(): UploadStatus;
  /** As the site, which has just spoken, has tuned this gather. */
  tune(tuning: GatherTuning): void;
  /** A person wishes a try now. */
  retry(): void;
  close(): Promise<void>;
};

/** Begins at once. */
export function startUploads(options: UploadsOptions): Uploads {
  const { slices, lessons, snapshots, codec, clock, onChange } = options;
  const log = options.log.child({ room: 'upload' });
  const videoHttp = createSiteHttp(options);
  const http = createSiteHttp(options);
  let tuning = GatherTuning.parse({});
  const maker = { poster: (keyframes: Parameters<typeof posterOf>[1]) => posterOf(codec, keyframes), preview: (keyframes: Parameters<typeof previewOf>[1]) => previewOf(codec, keyframes) };
  const onStored = createPictureSender({ http, slices, maker, clock, log });
  const uploader = startUploader({ http: videoHttp, slices, clock, log, tuning: () => tuning, onStored, onChange });
  const stopLessons = startLessonSender({ http, lessons, clock, log });
  const stopSnapshots = startSnapshotSender({ http, onPicture: snapshots.onPicture, clock, log });
  return {
    report: () => ({ uploads: uploader.uploads().map(({ startedAt: _startedAt, ...upload }) => upload), waiting: uploader.waiting() }),
    status: () => ({ uploads: uploader.uploads(), waiting: uploader.waiting(), confirmed: uploader.confirmed(), isHalted: uploader.isHalted() }),
    tune(next) {
      const isNews = tellingOf(next) !== tellingOf(tuning);
      tuning = next;
      if (isNews) uploader.retry();
      else uploader.siteSpoke();
    },
    retry: uploader.retry,
    async close() {
      await Promise.all([uploader.close(), stopLessons(), stopSnapshots()]);
      videoHttp.close();
      http.close();
    },
  };
}

/** What of the settings concerns uploads. */
function tellingOf({ uploadKbps, parallelUploads, reconnectsStorage }: GatherTuning): string {
  return JSON.stringify([uploadKbps, parallelUploads, reconnectsStorage]);
}
