// One writer an upload. A gather that was cut off comes again before the site has noticed: the newer request goes on, the older
// one, whose connection is dead, ends.
import type { IncomingMessage } from 'node:http';
import type { Content } from '@lubo/storage';

/** A body that gives no byte for so long is cut off; what came counts. */
const silenceMillis = 30_000;

export type Writers = {
  /** Runs `work` with the request's body once an older writer of `key` has let go. */
  alone<T>(key: string, body: IncomingMessage, work: (content: Content) => Promise<T>): Promise<T>;
};

/** Nobody writes yet. */
export function createWriters(): Writers {
  const current = new Map<string, { end(): void; done: Promise<unknown> }>();
  return {
    async alone(key, body, work) {
      body.setTimeout(silenceMillis, () => body.destroy(new Error(`no byte for ${silenceMillis} ms`)));
      const older = current.get(key);
      older?.end();
      const turn = Promise.resolve(older?.done).catch(() => {}).then(() => work(body as AsyncIterable<Uint8Array>));
      const entry = { end: () => void body.destroy(new Error('a newer request writes this upload')), done: turn };
      current.set(key, entry);
      try {
        return await turn;
      } finally {
        if (current.get(key) === entry) current.delete(key);
      }
    },
  };
}
