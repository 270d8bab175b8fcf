// The live list on a page: first page at once, more on demand, true by events without reloading.
import { routes } from '@lubo/contract';
import type { Channel } from '@lubo/contract';
import { computed, onBeforeUnmount, onMounted, readonly, ref, shallowRef } from 'vue';
import { call } from '../api.ts';
import { listen } from '../events.ts';
import { emptyList, isWhole, withChannel, withoutChannel, withPage } from './channel-list.ts';
import type { ChannelList } from './channel-list.ts';

const pageSize = 24;
/** The contract's largest page. */
const largestPage = 200;
const rereadDelayMs = 800;
/** Lists are read anew this often even when nothing was told, should events be held up on their way. */
const slowPollMs = 60_000;
const lostNoticeMs = 4_000;

const seen = new Map<string, Channel>();
/** What the last page with a list showed: the next one begins with it, and a way back keeps its place. */
let lastList: ChannelList | undefined;

/** A channel that some page has read lately, to paint the next page before the site answers. */
export function seenChannel(id: string): Channel | undefined {
  return seen.get(id);
}

/** Lives as long as the component that calls it. */
export function useChannels() {
  const list = shallowRef<ChannelList>(lastList ?? emptyList);
  const isRead = ref(lastList !== undefined);
  const isLoading = ref(false);
  const isStale = ref(false);
  const error = shallowRef<unknown>();
  let reading: Promise<void> | undefined;
  let rereadTimer: ReturnType<typeof setTimeout> | undefined;
  let lostTimer: ReturnType<typeof setTimeout> | undefined;

  function take(next: ChannelList): void {
    for (const row of next.rows) seen.set(row.id, row);
    list.value = next;
    lastList = next;
  }

  async function readPages(count: number): Promise<void> {
    const size = count <= largestPage ? Math.max(pageSize, Math.ceil(count / pageSize) * pageSize) : largestPage;
    let next = emptyList;
    for (let page = 1; page === 1 || next.rows.length < count; page += 1) {
      const answer = await call(routes.listChannels, { query: { page, pageSize: Math.min(size, largestPage) } });
      next = withPage(next, answer);
      if (answer.rows.length === 0 || isWhole(next)) break;
    }
    take(next);
  }

  /** Reads what is loaded anew; calls while one runs share it. */
  function reread(): Promise<void> {
    reading ??= guarded(() => readPages(Math.max(list.value.rows.length, pageSize))).finally(() => (reading = undefined));
    return reading;
  }

  async function loadMore(): Promise<void> {
    if (reading !== undefined || isWhole(list.value)) return;
    const held = list.value.rows.length;
    reading = guarded(async () => {
      // The page that holds the first missing row; rows that shifted meanwhile come twice and are merged.
      const page = Math.floor(held / pageSize) + 1;
      take(withPage(list.value, await call(routes.listChannels, { query: { page, pageSize } })));
      if (list.value.rows.length === held && !isWhole(list.value)) await readPages(held + pageSize);
    }).finally(() => (reading = undefined));
    await reading;
  }

  async function guarded(run: () => Promise<void>): Promise<void> {
    isLoading.value = true;
    try {
      await run();
      isRead.value = true;
      error.value = undefined;
    } catch (caught) {
      error.value = caught;
    } finally {
      isLoading.value = false;
    }
  }

  function rereadSoon(): void {
    clearTimeout(rereadTimer);
    rereadTimer = setTimeout(() => void reread(), rereadDelayMs);
  }

  function apply(next: ChannelList | undefined): void {
    // A change that arrives during a reading may be older or newer than its answer: read once more.
    if (next === undefined || reading !== undefined) rereadSoon();
    if (next !== undefined) take(next);
  }

  onMounted(() => {
    void reread();
    const stopListening = listen({
      onGap: () => {
        clearTimeout(lostTimer);
        lostTimer = undefined;
        isStale.value = false;
        // While the first reading runs this joins it; one that is answered already may have missed a change.
        void reread();
      },
      onLost: () => {
        lostTimer ??= setTimeout(() => (isStale.value = true), lostNoticeMs);
      },
      on: {
        channel: (channel) => apply(withChannel(list.value, channel)),
        'channel-removed': ({ id }) => apply(withoutChannel(list.value, id)),
      },
    });
    const poll = setInterval(() => void reread(), slowPollMs);
    onBeforeUnmount(() => {
      stopListening();
      clearInterval(poll);
      clearTimeout(rereadTimer);
      clearTimeout(lostTimer);
    });
  });

  return {
    list: readonly(list),
    isRead: readonly(isRead),
    isLoading: readonly(isLoading),
    isStale: readonly(isStale),
    error: readonly(error),
    hasMore: computed(() => !isWhole(list.value)),
    loadMore,
    reread,
  };
}
