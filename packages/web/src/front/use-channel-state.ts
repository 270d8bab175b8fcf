// What a channel is doing now, for a link to its live page; nothing where there is none.
import { routes } from '@lubo/contract';
import type { Channel } from '@lubo/contract';
import { shallowRef, watch } from 'vue';
import { call } from '../api.ts';

/** Asks once for each channel that `idOf` names. */
export function useChannelState(idOf: () => string | undefined) {
  const channel = shallowRef<Channel>();
  watch(
    idOf,
    async (id) => {
      channel.value = id === undefined ? undefined : await call(routes.getChannel, { params: { id } }).catch(() => undefined);
    },
    { immediate: true },
  );
  return channel;
}
