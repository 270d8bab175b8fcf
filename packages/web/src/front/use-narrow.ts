// Whether the phone's layout is shown: at narrow widths, by itself.
import { onBeforeUnmount, readonly, ref } from 'vue';

const query = '(max-width: 719px)';

/** Lives as long as the component; the same width as in the styles. */
export function useNarrow() {
  const list = window.matchMedia(query);
  const isNarrow = ref(list.matches);
  const look = (): void => void (isNarrow.value = list.matches);
  // Older Safari knows no events on lists.
  list.addEventListener?.('change', look);
  onBeforeUnmount(() => list.removeEventListener?.('change', look));
  return readonly(isNarrow);
}
