// Something that a screen shows whole: read when it opens, again after events of the site and, where asked, by the clock.
import type { SiteEvents } from '@lubo/contract';
import { onBeforeUnmount, shallowRef } from 'vue';
import type { ShallowRef } from 'vue';
import { listen } from '../events.ts';

export type Read<T> = {
  /** The newest answer; stays while the next is on its way. */
  data: ShallowRef<T | undefined>;
  /** Why the newest question failed. */
  error: ShallowRef<unknown>;
  read(): Promise<void>;
};

/** Events are gathered for so long before it is read again, in ms. */
const eventPauseMs = 1_000;

/** Call in a component's setup. `everyMillis`: what changes without events. */
export function useRead<T>(ask: () => Promise<T>, { events = [], everyMillis }: { events?: readonly (keyof SiteEvents)[]; everyMillis?: number } = {}): Read<T> {
  const data = shallowRef<T>();
  const error = shallowRef<unknown>();
  let turn = 0;
  const read = async (): Promise<void> => {
    const mine = ++turn;
    try {
      const answer = await ask();
      if (mine !== turn) return;
      data.value = answer;
      error.value = undefined;
    } catch (reason) {
      if (mine === turn) error.value = reason;
    }
  };
  let pause: ReturnType<typeof setTimeout> | undefined;
  const soon = (): void => {
    pause ??= setTimeout(() => {
      pause = undefined;
      void read();
    }, eventPauseMs);
  };
  const stop = listen({ onGap: soon, on: Object.fromEntries(events.map((name) => [name, soon])) });
  const timer = everyMillis === undefined ? undefined : setInterval(() => !document.hidden && void read(), everyMillis);
  void read();
  onBeforeUnmount(() => {
    turn += 1;
    stop();
    clearTimeout(pause);
    clearInterval(timer);
  });
  return { data, error, read };
}
