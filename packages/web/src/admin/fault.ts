// Faults and notices of agents in words: by their code where there are words for it, else as the agent told them.
import type { ChannelFault } from '@lubo/contract';
import { useI18n } from 'vue-i18n';

/** Puts a fault in words. Call in a component's setup. */
export function useFaultWords(): (fault: ChannelFault) => string {
  const { t, te } = useI18n();
  return ({ code, detail }) => (te(`admin.fault.${code}`) ? t(`admin.fault.${code}`) : detail || code);
}
