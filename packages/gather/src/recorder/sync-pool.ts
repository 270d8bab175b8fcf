// Syncs of hundreds of files through few at a time: the threads that do them serve the whole process.

/** Syncs by key; resolves when a sync that began after the call is done, rejects when it failed. */
export type SyncPool = (key: string, sync: () => Promise<void>) => Promise<void>;

type Waiting = { sync: () => Promise<void>; done: Promise<void>; resolve: () => void; reject: (error: unknown) => void };

/** At most `parallel` at a time; calls with the same key that wait together share one sync. */
export function createSyncPool(parallel = 2): SyncPool {
  const waiting = new Map<string, Waiting>();
  const running = new Set<string>();
  const startNext = (): void => {
    for (const [key, next] of waiting) {
      if (running.size >= parallel) return;
      // One after the other for one file: the second is to cover what was written since the first began.
      if (running.has(key)) continue;
      waiting.delete(key);
      running.add(key);
      void next.sync().then(next.resolve, next.reject).finally(() => {
        running.delete(key);
        startNext();
      });
    }
  };
  return (key, sync) => {
    const known = waiting.get(key);
    if (known) return known.done;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    waiting.set(key, { sync, done: promise, resolve, reject });
    startNext();
    return promise;
  };
}
