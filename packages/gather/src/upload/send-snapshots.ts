// Sends the channels' snapshots: the newest of each, one at a time; an older one that has not gone yet is dropped for a newer.
import { picturePaths } from '@lubo/contract';
import type { Logger } from 'pino';
import { type Clock, sleep } from '../clock.ts';
import type { SiteHttp } from './site-http.ts';

export type SendSnapshotsOptions = {
  http: SiteHttp;
  /** Tells of each new picture; the result ends it. */
  onPicture(listener: (channelId: string, picture: { jpeg: Uint8Array }) => void): () => void;
  clock: Clock;
  log: Logger;
};

/** After one that could not be sent. */
const pauseMillis = 5_000;

/** Begins at once; the result ends it. */
export function startSnapshotSender({ http, onPicture, clock, log }: SendSnapshotsOptions): () => Promise<void> {
  const stop = new AbortController();
  const waiting = new Map<string, Uint8Array>();
  let sending: Promise<void> | undefined;

  const sendAll = async (): Promise<void> => {
    for (let [next] = waiting; next !== undefined && !stop.signal.aborted; [next] = waiting) {
      const [channelId, jpeg] = next;
      waiting.delete(channelId);
      try {
        const path = picturePaths.snapshot.replace(':id', channelId);
        const { status, detail } = await http.request({ method: 'PUT', path, headers: { 'content-type': 'image/jpeg' }, body: jpeg, signal: stop.signal });
        if (status !== 204) log.debug({ channel: channelId, reason: detail }, 'the site did not take a snapshot');
      } catch (error) {
        log.debug({ channel: channelId, reason: String(error) }, 'a snapshot could not be sent');
        // The next one comes in minutes; until then this one is the newest.
        if (!waiting.has(channelId)) waiting.set(channelId, jpeg);
        await sleep(clock, pauseMillis, stop.signal);
      }
    }
  };
  const stopListening = onPicture((channelId, { jpeg }) => {
    waiting.delete(channelId);
    waiting.set(channelId, jpeg);
    sending ??= sendAll().finally(() => (sending = undefined));
  });
  return async () => {
    stopListening();
    stop.abort();
    await sending;
  };
}
