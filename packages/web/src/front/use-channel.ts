// One channel on a page: read once, then true by events, with a slow poll should events be held up.
import { routes } from '@lubo/contract';
import type { Channel } from '@lubo/contract';
import { onBeforeUnmount, onMounted, readonly, ref, shallowRef } from 'vue';
import { ApiProblem, atHand, call } from '../api.ts';
import { listen } from '../events.ts';
import { seenChannel } from './use-channels.ts';

const slowPollMs = 20_000;

/** Lives as long as the component that calls it. `isGone` when the site knows no such channel. */
export function useChannel(id: string) {
  const came = atHand(routes.getChannel, { params: { id } });
  const channel = shallowRef<Channel | undefined>(came ?? seenChannel(id));
  const isGone = ref(false);

  let reading: Promise<void> | undefined;

  /** Reads the channel anew; calls while one runs share it. */
  function read(): Promise<void> {
    reading ??= readOnce().finally(() => (reading = undefined));
    return reading;
  }

  async function readOnce(): Promise<void> {
    try {
      channel.value = await call(routes.getChannel, { params: { id } });
      isGone.value = false;
    } catch (error) {
      // An id that is no id is refused as invalid; for the viewer that is the same.
      if (error instanceof ApiProblem && (error.status === 404 || error.status === 400)) isGone.value = true;
    }
  }

  onMounted(() => {
    // What came with the page is young; the connection's first word has it read anew.
    if (came === undefined) void read();
    const stopListening = listen({
      onGap: () => void read(),
      on: {
        channel: (changed) => {
          if (changed.id === id) channel.value = changed;
        },
        'channel-removed': (removed) => {
          if (removed.id === id) isGone.value = true;
        },
      },
    });
    const poll = setInterval(() => void read(), slowPollMs);
    onBeforeUnmount(() => {
      stopListening();
      clearInterval(poll);
    });
  });

  return { channel: readonly(channel), isGone: readonly(isGone) };
}
