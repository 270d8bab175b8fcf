// Sends the channels' snapshots: the newest of each, one at a time; an older one that has not gone yet is dropped for a newer.
import { picturePaths } from '@lubo/contract';
import type { Logger } from 'pino';
import { type Clock, sleep } from '../clock.ts';
import type { SiteHttp } from './site-http.ts';

/** What is sent of one. */
export type SentSnapshot = { jpeg: Uint8Array; webps: readonly { webp: Uint8Array; width: number }[]; takenAt: Date };

export type SendSnapshotsOptions = {
  http: SiteHttp;
  /** Tells of each new picture; the result ends it. */
  onPicture(listener: (channelId: string, snapshot: SentSnapshot) => void): () => void;
  clock: Clock;
  log: Logger;
};

/** After one that could not be sent. */
const pauseMillis = 5_000;
/** While the site is away; past it a snapshot waits without its WebPs. */
const maxWaitingWebpBytes = 16 * 1024 * 1024;

/** Begins at once; the result ends it. */
export function startSnapshotSender({ http, onPicture, clock, log }: SendSnapshotsOptions): () => Promise<void> {
  const stop = new AbortController();
  const waiting = new Map<string, SentSnapshot>();
  let sending: Promise<void> | undefined;

  const put = async (path: string, type: string, body: Uint8Array): Promise<string | undefined> => {
    const { status, detail } = await http.request({ method: 'PUT', path, headers: { 'content-type': type }, body, signal: stop.signal });
    return status === 204 ? undefined : detail;
  };
  /** The JPEG goes last, for with it the site shows them all. A site that refuses a WebP, as older ones do, gets the JPEG alone. */
  const send = async (channelId: string, { jpeg, webps, takenAt }: SentSnapshot): Promise<void> => {
    const path = picturePaths.snapshot.replace(':id', channelId);
    const set = `set=${takenAt.getTime().toString(36)}`;
    for (const { webp, width } of webps) {
      const reason = await put(`${path}?width=${width}&${set}`, 'image/webp', webp);
      if (reason === undefined) continue;
      log.debug({ channel: channelId, width, reason }, 'the site did not take a snapshot as WebP');
      break;
    }
    const reason = await put(`${path}?${set}`, 'image/jpeg', jpeg);
    if (reason !== undefined) log.debug({ channel: channelId, reason }, 'the site did not take a snapshot');
  };

  const sendAll = async (): Promise<void> => {
    for (let [next] = waiting; next !== undefined && !stop.signal.aborted; [next] = waiting) {
      const [channelId, snapshot] = next;
      waiting.delete(channelId);
      try {
        await send(channelId, snapshot);
      } catch (error) {
        log.debug({ channel: channelId, reason: String(error) }, 'a snapshot could not be sent');
        // The next one comes in minutes; until then this one is the newest.
        if (!waiting.has(channelId)) waiting.set(channelId, snapshot);
        await sleep(clock, pauseMillis, stop.signal);
      }
    }
  };
  const stopListening = onPicture((channelId, snapshot) => {
    waiting.delete(channelId);
    const bytes = [...waiting.values(), snapshot].reduce((sum, { webps }) => sum + bytesOf(webps), 0);
    waiting.set(channelId, bytes > maxWaitingWebpBytes ? { ...snapshot, webps: [] } : snapshot);
    sending ??= sendAll().finally(() => (sending = undefined));
  });
  return async () => {
    stopListening();
    stop.abort();
    await sending;
  };
}

const bytesOf = (webps: SentSnapshot['webps']): number => webps.reduce((sum, { webp }) => sum + webp.length, 0);
