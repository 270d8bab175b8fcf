// A list of recordings that grows while it is scrolled.
import { routes } from '@lubo/contract';
import type { CallOf, Recording } from '@lubo/contract';
import { computed, readonly, ref, shallowRef } from 'vue';
import { call } from '../api.ts';

export type FeedQuery = Omit<NonNullable<CallOf<typeof routes.listRecordings>['query']>, 'page' | 'pageSize'>;

/** Rows that a list begins with or grows by. */
export const feedSize = 24;

/** `begin` reads the first page of a query; an answer to an earlier one that comes late is dropped. */
export function useFeed() {
  const rows = shallowRef<readonly Recording[]>();
  const total = ref(0);
  const isMore = ref(false);
  const isLoading = ref(false);
  const error = shallowRef<unknown>();
  let query: FeedQuery = {};
  let round = 0;
  let page = 0;

  async function read(next: number): Promise<void> {
    const mine = round;
    isLoading.value = true;
    try {
      const told = await call(routes.listRecordings, { query: { ...query, page: next, pageSize: feedSize } });
      if (mine !== round) return;
      const known = new Set(next === 1 ? [] : (rows.value ?? []).map(({ id }) => id));
      rows.value = [...(next === 1 ? [] : (rows.value ?? [])), ...told.rows.filter(({ id }) => !known.has(id))];
      total.value = told.total;
      isMore.value = told.isMore;
      page = told.rows.length === 0 ? Number.POSITIVE_INFINITY : next;
      error.value = undefined;
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
    hasMore: computed(() => page * feedSize < total.value && (rows.value?.length ?? 0) < total.value),
    begin(wanted: FeedQuery): Promise<void> {
      query = wanted;
      round += 1;
      return read(1);
    },
    async loadMore(): Promise<void> {
      if (!isLoading.value && page * feedSize < total.value) await read(page + 1);
    },
  };
}
