// Tells pages which channels changed: collects for a moment, sends each once, as it is then. One that looks as before is sent
// too: a page may have read its list while it looked otherwise.
import type { Channel } from '@lubo/contract';
import type { Clock } from '../time.ts';
import type { EventClients } from './clients.ts';

/** How long changes are collected, in ms. */
export const collectMillis = 200;

export type PublisherOptions = {
  clock: Clock;
  clients: Pick<EventClients, 'count' | 'send'>;
  /** The channel as it is now; `undefined` when there is none. */
  find(id: string): Promise<Channel | undefined>;
  onFault(error: unknown): void;
};

export type Publisher = { touch(channelIds: Iterable<string>): void };

/** Publishes to `clients`. */
export function createPublisher({ clock, clients, find, onFault }: PublisherOptions): Publisher {
  const touched = new Set<string>();
  let isWaiting = false;

  const publish = async (): Promise<void> => {
    isWaiting = false;
    const ids = [...touched];
    touched.clear();
    // Nobody listens: who comes later reads the lists first.
    if (clients.count === 0) return;
    for (const id of ids) {
      const channel = await find(id);
      if (channel === undefined) clients.send('channel-removed', { id });
      else clients.send('channel', channel);
    }
  };
  return {
    touch(channelIds) {
      for (const id of channelIds) touched.add(id);
      if (isWaiting || touched.size === 0) return;
      isWaiting = true;
      clock.after(collectMillis, () => publish().catch(onFault));
    },
  };
}
