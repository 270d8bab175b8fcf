// Tells pages which channels changed: collects for a moment, sends each that really looks different.
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
  const sent = new Map<string, string>();
  let isWaiting = false;

  const publish = async (): Promise<void> => {
    isWaiting = false;
    const ids = [...touched];
    touched.clear();
    // Nobody listens: who comes later reads the lists first.
    if (clients.count === 0) return sent.clear();
    for (const id of ids) {
      const channel = await find(id);
      const text = channel === undefined ? undefined : JSON.stringify(channel);
      if (text === undefined) clients.send('channel-removed', { id });
      else if (text !== sent.get(id)) clients.send('channel', channel);
      if (text === undefined) sent.delete(id);
      else sent.set(id, text);
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
