// A stored recording's poster and seek thumbnails, made and sent before its local copy goes. Whatever fails here costs a picture only.
import { picturePaths } from '@lubo/contract';
import type { Logger } from 'pino';
import { type Clock, sleep } from '../clock.ts';
import type { KeyframeUnit, SliceInfo, SliceStore } from '../recorder/slice-store.ts';
import type { SiteHttp } from './site-http.ts';

/** What makes pictures of keyframes; `undefined` when none can be made. */
export type PictureMaker = {
  poster(keyframes: readonly KeyframeUnit[]): Promise<{ jpeg: Uint8Array; webps: readonly { webp: Uint8Array; width: number }[] } | undefined>;
  preview(keyframes: readonly KeyframeUnit[]): Promise<{ jpeg: Uint8Array; tileWidth: number; tileHeight: number; columns: number; millis: number[] } | undefined>;
};

export type SendPicturesOptions = { http: SiteHttp; slices: Pick<SliceStore, 'openStandard'>; maker: PictureMaker; clock: Clock; log: Logger };

type Made = { path: string; type: 'image/jpeg' | 'image/webp'; body: Uint8Array };

/** As many as a sheet has tiles. */
const keyframeCount = 100;
const tries = 3;
const pauseMillis = 2_000;
/** All of it takes no longer; what is not there by then stays away. */
const patienceMillis = 60_000;

/** Sends what pictures there are. Never rejects. */
export function createPictureSender({ http, slices, maker, clock, log }: SendPicturesOptions): (slice: SliceInfo, signal: AbortSignal) => Promise<void> {
  async function make(id: string): Promise<Made[]> {
    const file = await slices.openStandard(id);
    try {
      const keyframes = await file.keyframes(keyframeCount);
      const poster = await maker.poster(keyframes);
      const sheet = await maker.preview(keyframes);
      const path = picturePaths.poster.replace(':id', id);
      const made: Made[] = [];
      if (poster !== undefined) made.push({ path, type: 'image/jpeg', body: poster.jpeg });
      for (const { webp, width } of poster?.webps ?? []) made.push({ path: `${path}?width=${width}`, type: 'image/webp', body: webp });
      if (sheet !== undefined) made.push({ path: `${picturePaths.thumbnails.replace(':id', id)}?${queryOf(sheet)}`, type: 'image/jpeg', body: sheet.jpeg });
      return made;
    } finally {
      await file.close();
    }
  }

  async function sendAll(id: string, signal: AbortSignal): Promise<void> {
    for (const picture of await make(id)) {
      for (let left = tries; left > 0 && !signal.aborted; left--) {
        if (await put(http, picture, signal)) break;
        await sleep(clock, pauseMillis, signal);
      }
    }
  }

  return async (slice, signal) => {
    if (slice.videoCodec === null) return;
    const late = new AbortController();
    const cancel = clock.after(patienceMillis, () => late.abort());
    const either = AbortSignal.any([signal, late.signal]);
    const work = sendAll(slice.id, either).catch((error: unknown) => log.info({ recording: slice.id, err: error }, 'a recording stays without pictures'));
    await Promise.race([work, ended(either)]);
    cancel();
  };
}

/** Whether that is settled: taken, or refused for good. */
async function put(http: SiteHttp, { path, type, body }: Made, signal: AbortSignal): Promise<boolean> {
  try {
    const { status } = await http.request({ method: 'PUT', path, headers: { 'content-type': type }, body, signal });
    return status < 500 && status !== 429;
  } catch {
    return false;
  }
}

function queryOf({ tileWidth, tileHeight, columns, millis }: { tileWidth: number; tileHeight: number; columns: number; millis: number[] }): string {
  return `tileWidth=${tileWidth}&tileHeight=${tileHeight}&columns=${columns}&millis=${millis.map(Math.round).join(',')}`;
}

function ended(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
