// A list of recordings that grows while it is scrolled.
import { feedPageSize, routes } from '@lubo/contract';
import type { CallOf, Recording, ResponseOf } from '@lubo/contract';
import { computed, readonly, ref, shallowRef } from 'vue';
import { atHand, call } from '../api.ts';
import { sameRows } from './same-rows.ts';

export type FeedQuery = Omit<NonNullable<CallOf<typeof routes.listRecordings>['query']>, 'page' | 'pageSize'>;

/**
 * `begin` reads the first page of a query, or has it at once where it came with the page; an answer to an earlier one that comes late is dropped.
 * `shownBefore` is what stands in the list's place until then.
 */
export function useFeed(shownBefore: () => readonly Recording[] = () => []) {
  const rows = shallowRef<readonly Recording[]>();
  const total = ref(0);
  const isMore = ref(false);
  const isLoading = ref(false);
  const error = shallowRef<unknown>();
  let query: FeedQuery = {};
  let round = 0;
  let page = 0;

  const asked = (next: number) => ({ query: { ...query, page: next, pageSize: feedPageSize } });

  function take(next: number, told: ResponseOf<typeof routes.listRecordings>): void {
    const known = new Set(next === 1 ? [] : (rows.value ?? []).map(({ id }) => id));
    const fresh = sameRows(told.rows, rows.value ?? shownBefore());
    rows.value = [...(next === 1 ? [] : (rows.value ?? [])), ...fresh.filter(({ id }) => !known.has(id))];
    total.value = told.total;
    isMore.value = told.isMore;
    page = told.rows.length === 0 ? Number.POSITIVE_INFINITY : next;
    error.value = undefined;
  }

  async function read(next: number): Promise<void> {
    const mine = round;
    isLoading.value = true;
    try {
      const told = await call(routes.listRecordings, asked(next));
      if (mine === round) take(next, told);
    } catch (caught) {
      if (mine === round) error.value = caught;
    } finally {
      if (mine === round) isLoading.value = false;
    }
  }

  return {
    rows,
    total: readonly(total),
    /** There are more than lists count. */
    isMore: readonly(isMore),
    isLoading: readonly(isLoading),
    error,
    hasMore: computed(() => page * feedPageSize < total.value && (rows.value?.length ?? 0) < total.value),
    begin(wanted: FeedQuery): Promise<void> {
      query = wanted;
      round += 1;
      const came = atHand(routes.listRecordings, asked(1));
      if (came === undefined) return read(1);
      take(1, came);
      return Promise.resolve();
    },
    async loadMore(): Promise<void> {
      if (!isLoading.value && page * feedPageSize < total.value) await read(page + 1);
    },
  };
}
