// A list on a screen: its state lives in the address, so that a reload, the back button or a shared link shows the same.
import type { CallOf, ResponseOf, Route, SiteEvents } from '@lubo/contract';
import { computed, onBeforeUnmount, ref, shallowRef, watch } from 'vue';
import type { ComputedRef, Ref, ShallowRef } from 'vue';
import { useRoute, useRouter } from 'vue-router';
import { call } from '../../api.ts';
import { listen } from '../../events.ts';
import { callOf, readListState, writeListState } from './list-query.ts';
import type { AddressQuery, ListSpec, ListState } from './list-query.ts';
import { createListReader } from './reader.ts';

/** How long typing may pause before the search goes off, in ms. */
const searchPauseMs = 300;
/** Events of the site are gathered for so long before the list is read again, in ms. */
const eventPauseMs = 1_000;

type AnswerOf<R> = ResponseOf<R> extends { rows: (infer Row)[]; total: number } ? ResponseOf<R> & { rows: Row[]; total: number } : never;
export type RowOf<R> = AnswerOf<R>['rows'][number];

export type ListOptions<R> = ListSpec & {
  /** Parameters of the route's path. */
  params?: CallOf<R> extends { params: infer P } ? () => P : never;
  /** What is always asked beside the state in the address. */
  fixed?: Readonly<Record<string, string>>;
  /** Events of the site after which the rows may look different. */
  events?: readonly (keyof SiteEvents)[];
};

export type List<R> = {
  state: ComputedRef<ListState>;
  /** The newest answer; stays while the next is on its way. */
  answer: ShallowRef<AnswerOf<R> | undefined>;
  rows: ComputedRef<RowOf<R>[]>;
  total: ComputedRef<number>;
  /** There are more than `total`, which are not listed. */
  isMore: ComputedRef<boolean>;
  isBusy: Ref<boolean>;
  /** Why the newest question failed. */
  error: ShallowRef<unknown>;
  /** Identities of the chosen rows of this page. */
  selected: Ref<Set<string>>;
  /** Whether search or filters leave something out. */
  isNarrowed: ComputedRef<boolean>;
  reload(): void;
  setPage(page: number): void;
  setPageSize(size: number): void;
  setSort(sort: string): void;
  setSearch(words: string): void;
  setFilter(name: string, value: string | undefined): void;
  /** Takes off search and filters. */
  widen(): void;
};

/** The list that `route` answers. Call in a component's setup. */
export function useList<R extends Route>(route: R, options: ListOptions<R>): List<R> {
  const address = useRoute();
  const router = useRouter();
  const here = address.path;
  const answer = shallowRef<AnswerOf<R>>();
  const error = shallowRef<unknown>();
  const isBusy = ref(false);
  const selected = ref(new Set<string>());
  const query = computed(() => address.query as AddressQuery);
  const state = computed(() => readListState(query.value, options));
  const asked = computed(() => JSON.stringify(callOf(state.value)));

  const reader = createListReader<RowOf<R>>({
    onBusy: (busy) => (isBusy.value = busy),
    onPage: (page) => take(page as AnswerOf<R>),
    onError: (problem) => (error.value = problem),
  });
  const reload = (): void => {
    const request = { params: options.params?.(), query: { ...callOf(state.value), ...options.fixed } };
    void reader.read(async () => (await call(route, request as never)) as AnswerOf<R>);
  };
  const go = (change: Partial<ListState>, how: 'push' | 'replace' = 'push'): void => {
    const next = { ...state.value, page: 1, ...change };
    void router[how]({ path: here, query: writeListState(next, options, query.value) });
  };
  function take(next: AnswerOf<R>): void {
    error.value = undefined;
    answer.value = next;
    const ids = new Set(next.rows.map((row) => (row as { id?: string }).id));
    selected.value = new Set([...selected.value].filter((id) => ids.has(id)));
    // The last row of the last page was deleted: its page is no more.
    const last = Math.max(1, Math.ceil(next.total / state.value.pageSize));
    if (next.rows.length === 0 && state.value.page > last) go({ page: last }, 'replace');
  }

  // Another screen's address is none of this list's business while it is being left.
  watch(asked, () => address.path === here && reload(), { immediate: true });
  const search = afterPause(searchPauseMs, (words: string) => go({ search: words }, 'replace'));
  const freshen = atMostEvery(eventPauseMs, reload);
  if (options.events !== undefined) onBeforeUnmount(listenTo(options.events, freshen.run));
  onBeforeUnmount(() => {
    search.stop();
    freshen.stop();
    reader.stop();
  });

  return {
    state,
    answer,
    rows: computed(() => answer.value?.rows ?? []),
    total: computed(() => answer.value?.total ?? 0),
    isMore: computed(() => (answer.value as { isMore?: boolean } | undefined)?.isMore === true),
    isBusy,
    error,
    selected,
    isNarrowed: computed(() => state.value.search !== '' || Object.keys(state.value.filters).length > 0),
    reload,
    setPage: (page) => go({ page }),
    setPageSize: (pageSize) => go({ pageSize }),
    setSort: (sort) => go({ sort }),
    setSearch: (words) => search.run(words.slice(0, 64)),
    setFilter: (name, value) => go({ filters: { ...state.value.filters, [name]: value ?? '' } }),
    widen: () => go({ search: '', filters: {} }),
  };
}

function listenTo(events: readonly (keyof SiteEvents)[], run: () => void): () => void {
  // The list has just been read: the first connection brings nothing new.
  let isFirst = true;
  const onGap = (): void => {
    if (!isFirst) run();
    isFirst = false;
  };
  return listen({ onGap, on: Object.fromEntries(events.map((name) => [name, run])) });
}

function afterPause<T>(millis: number, work: (value: T) => void): { run(value: T): void; stop(): void } {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return {
    run(value) {
      clearTimeout(timer);
      timer = setTimeout(() => work(value), millis);
    },
    stop: () => clearTimeout(timer),
  };
}

/** Runs a while after it was first asked for, however often it is asked meanwhile: events that never pause can't hold it up. */
function atMostEvery(millis: number, work: () => void): { run(): void; stop(): void } {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return {
    run() {
      timer ??= setTimeout(() => {
        timer = undefined;
        work();
      }, millis);
    },
    stop: () => clearTimeout(timer),
  };
}
