// Steps back and forward through the weeks of one edit.
import { computed, shallowRef } from 'vue';
import type { Interval } from '@lubo/contract';

/** Steps that are kept. */
const longest = 100;

/** A history that holds one week; `begin` forgets what was before. */
export function createHistory() {
  const past = shallowRef<readonly (readonly Interval[])[]>([]);
  const future = shallowRef<readonly (readonly Interval[])[]>([]);
  const week = shallowRef<readonly Interval[]>([]);
  return {
    week,
    canUndo: computed(() => past.value.length > 0),
    canRedo: computed(() => future.value.length > 0),
    begin(next: readonly Interval[]): void {
      week.value = next;
      past.value = [];
      future.value = [];
    },
    change(next: readonly Interval[]): void {
      past.value = [...past.value, week.value].slice(-longest);
      future.value = [];
      week.value = next;
    },
    undo(): void {
      const last = past.value[past.value.length - 1];
      if (last === undefined) return;
      past.value = past.value.slice(0, -1);
      future.value = [...future.value, week.value];
      week.value = last;
    },
    redo(): void {
      const next = future.value[future.value.length - 1];
      if (next === undefined) return;
      future.value = future.value.slice(0, -1);
      past.value = [...past.value, week.value];
      week.value = next;
    },
  };
}
