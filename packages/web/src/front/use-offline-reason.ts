// Why a channel gives no picture, in the viewer's language.
import type { Channel } from '@lubo/contract';
import { computed } from 'vue';
import type { ComputedRef, DeepReadonly, Ref } from 'vue';
import { useI18n } from 'vue-i18n';

/** The words for the channel's fault or status; a fault that viewers need no words of its own for is a source without picture. */
export function useOfflineReason(channel: DeepReadonly<Ref<Channel | undefined>>): ComputedRef<string | undefined> {
  const { t, te } = useI18n();
  return computed(() => {
    const fault = channel.value?.fault?.code;
    const code = fault !== undefined && !te(`player.offline.${fault}`) ? 'source-error' : (fault ?? channel.value?.status);
    return code !== undefined && te(`player.offline.${code}`) ? t(`player.offline.${code}`) : undefined;
  });
}
