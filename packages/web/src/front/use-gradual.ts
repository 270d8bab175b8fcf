// Long lists come a few rows at a time, so that no making of rows holds up a paint, a touch or a scroll for long.
import { onBeforeUnmount, readonly, ref, watch } from 'vue';
import { afterFirstPaint, isFirstPaint } from '../first-paint.ts';

/** Rows that are made at one go. */
const step = 2;

/**
 * How many of `count` rows to show now, for as long as the component lives. A visit's first page begins with `first`, as many as are in
 * sight; a list that grows goes on from what it showed. One that is there at once on a later page is shown whole: the way back keeps its place.
 */
export function useGradual(count: () => number, first: number) {
  const shown = ref(isFirstPaint() ? Math.min(count(), first) : count());
  let next: ReturnType<typeof setTimeout> | undefined;
  let isOver = false;

  function goOn(): void {
    next = undefined;
    if (isOver || shown.value >= count()) return;
    shown.value = Math.min(count(), shown.value + step);
    next = setTimeout(goOn);
  }

  watch(
    count,
    (now) => {
      if (now <= shown.value) shown.value = now;
      else if (shown.value < first) shown.value = Math.min(now, first);
      if (now > shown.value && next === undefined) void afterFirstPaint().then(() => (next ??= setTimeout(goOn)));
    },
    { immediate: true },
  );
  onBeforeUnmount(() => {
    isOver = true;
    clearTimeout(next);
  });
  return readonly(shown);
}
