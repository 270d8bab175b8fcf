// A short list in an order that is chosen (subjects, grades): read, moved, kept true while others change it.
import { onBeforeUnmount, shallowRef } from 'vue';
import type { ShallowRef } from 'vue';
import { listen } from '../../events.ts';
import { toastProblem } from '../toast.ts';
import { moved } from './moved.ts';

export type Ordered<Row extends { id: string }> = {
  /** `undefined` until it was read. */
  rows: ShallowRef<readonly Row[] | undefined>;
  /** Why it was not read. */
  error: ShallowRef<unknown>;
  reload(): Promise<void>;
  move(from: number, to: number): Promise<void>;
};

/** `of` names the list in the site's events. Call in a component's setup. */
export function useOrdered<Row extends { id: string }>(of: string, read: () => Promise<{ rows: Row[] }>, save: (ids: string[]) => Promise<unknown>): Ordered<Row> {
  const rows = shallowRef<readonly Row[]>();
  const error = shallowRef<unknown>();
  let newest = 0;

  async function reload(): Promise<void> {
    const mine = ++newest;
    try {
      const answer = await read();
      if (mine !== newest) return;
      rows.value = answer.rows;
      error.value = undefined;
    } catch (problem) {
      if (mine === newest) error.value = problem;
    }
  }

  onBeforeUnmount(listen({ onGap: () => void reload(), on: { catalog: (event) => event.of === of && void reload() } }));
  void reload();
  return {
    rows,
    error,
    reload,
    async move(from, to) {
      const next = moved(rows.value ?? [], from, to);
      if (next === rows.value) return;
      rows.value = next;
      await save(next.map(({ id }) => id)).catch(toastProblem);
      await reload();
    },
  };
}
