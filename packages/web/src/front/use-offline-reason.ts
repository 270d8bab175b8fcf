// Why a channel gives no picture, in the viewer's language.
import type { Channel } from '@lubo/contract';
import { computed } from 'vue';
import type { ComputedRef, DeepReadonly, Ref } from 'vue';
import { useI18n } from 'vue-i18n';

/** The words for the channel's fault or status; `undefined` where there are none. */
export function useOfflineReason(channel: DeepReadonly<Ref<Channel | undefined>>): ComputedRef<string | undefined> {
  const { t, te } = useI18n();
  return computed(() => {
    const code = channel.value?.fault?.code ?? channel.value?.status;
    return code !== undefined && te(`player.offline.${code}`) ? t(`player.offline.${code}`) : undefined;
  });
}
