// The snapshots of all running channels: a snapshotter each, the newest picture of each, and who wants to know of new ones.
import type { Logger } from 'pino';
import type { Bus } from '../bus.ts';
import type { Clock } from '../clock.ts';
import type { CodecWorker } from '../codec-worker/codec-worker.ts';
import { type Snapshot, createSnapshotter } from './snapshotter.ts';

export type Snapshots = {
  /** A channel runs; the result is for its stop. */
  attach(channel: { id: string; bus: Bus }): () => void;
  /** As JPEG alone, while the channel runs; undefined before its first picture. */
  latest(channelId: string): Pick<Snapshot, 'jpeg' | 'takenAt'> | undefined;
  /** Called for each picture from now on; the result ends it. */
  onPicture(listener: (channelId: string, snapshot: Snapshot) => void): () => void;
};

export type SnapshotsOptions = { codec: Pick<CodecWorker, 'still'>; clock: Clock; log: Logger; intervalMillis(): number };

/** No channel yet. */
export function createSnapshots(options: SnapshotsOptions): Snapshots {
  const latest = new Map<string, Pick<Snapshot, 'jpeg' | 'takenAt'>>();
  const listeners = new Set<(channelId: string, snapshot: Snapshot) => void>();
  const onPicture = (channelId: string, snapshot: Snapshot): void => {
    latest.set(channelId, { jpeg: snapshot.jpeg, takenAt: snapshot.takenAt });
    for (const listener of listeners) listener(channelId, snapshot);
  };
  return {
    attach({ id, bus }) {
      const stop = createSnapshotter({ ...options, channelId: id, bus, onPicture });
      return () => {
        stop();
        latest.delete(id);
      };
    },
    latest: (channelId) => latest.get(channelId),
    onPicture(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
