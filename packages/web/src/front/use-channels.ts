// The live list on a page: first page at once, more on demand, true by events without reloading.
import { livePageSize, routes } from '@lubo/contract';
import type { Channel } from '@lubo/contract';
import { computed, onBeforeUnmount, onMounted, readonly, ref, shallowReadonly, shallowRef } from 'vue';
import { atHand, call } from '../api.ts';
import { listen } from '../events.ts';
import { emptyList, isWhole, withChannel, withoutChannel, withPage } from './channel-list.ts';
import type { ChannelList } from './channel-list.ts';
import { sameRows } from './same-rows.ts';
import { createSettle } from './settle.ts';

const pageSize = livePageSize;
/** The contract's largest page. */
const largestPage = 200;
/** On a large site some channel that is not loaded changes all the time: reading anew must not wait for quiet for ever. */
const rereadWaits = { quietMs: 800, longestMs: 5_000 };
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
  const came = atHand(routes.listChannels, { query: { page: 1, pageSize } });
  if (came !== undefined) keepList(withPage(emptyList, came));
  const reader = new ChannelReader();
  const isStale = ref(false);
  let lostTimer: ReturnType<typeof setTimeout> | undefined;

  function setConnected(isConnected: boolean): void {
    if (!isConnected) {
      lostTimer ??= setTimeout(() => (isStale.value = true), lostNoticeMs);
      return;
    }
    clearTimeout(lostTimer);
    lostTimer = undefined;
    isStale.value = false;
  }

  onMounted(() => {
    // What came with the page is young; the connection's first word has it read anew.
    if (came === undefined) void reader.reread();
    const stopListening = listen({
      onGap: () => {
        setConnected(true);
        // While the first reading runs this joins it; one that is answered already may have missed a change.
        void reader.reread();
      },
      onLost: () => setConnected(false),
      on: {
        channel: (channel) => reader.apply(withChannel(reader.list.value, channel)),
        'channel-removed': ({ id }) => reader.apply(withoutChannel(reader.list.value, id)),
      },
    });
    const poll = setInterval(() => void reader.reread(), slowPollMs);
    onBeforeUnmount(() => {
      stopListening();
      clearInterval(poll);
      clearTimeout(lostTimer);
      reader.close();
    });
  });

  return {
    list: shallowReadonly(reader.list),
    isRead: readonly(reader.isRead),
    isLoading: readonly(reader.isLoading),
    error: readonly(reader.error),
    isStale: readonly(isStale),
    hasMore: computed(() => !isWhole(reader.list.value)),
    loadMore: () => reader.loadMore(),
    reread: () => reader.reread(),
  };
}

function keepList(list: ChannelList): void {
  for (const row of list.rows) seen.set(row.id, row);
  lastList = list;
}

/** Reads pages of the list, one reading at a time. */
class ChannelReader {
  readonly list = shallowRef<ChannelList>(lastList ?? emptyList);
  readonly isRead = ref(lastList !== undefined);
  readonly isLoading = ref(false);
  readonly error = shallowRef<unknown>();
  #reading: Promise<void> | undefined;
  readonly #rereadSoon = createSettle(() => void this.reread(), rereadWaits);

  close(): void {
    this.#rereadSoon.cancel();
  }

  /** Reads what is loaded anew; calls while a reading runs share it. */
  reread(): Promise<void> {
    return this.#read(() => this.#readRows(Math.max(this.list.value.rows.length, pageSize)));
  }

  /** Reads the next page; while a reading runs it does nothing of its own. */
  async loadMore(): Promise<void> {
    if (isWhole(this.list.value)) return;
    await this.#read(async () => {
      const held = this.list.value.rows.length;
      // The page that holds the first missing row; rows that shifted meanwhile come twice and are merged.
      const page = Math.floor(held / pageSize) + 1;
      this.#take(withPage(this.list.value, await call(routes.listChannels, { query: { page, pageSize } })));
      if (this.list.value.rows.length === held && !isWhole(this.list.value)) await this.#readRows(held + pageSize);
    });
  }

  /** Takes in the list after an event; `undefined` when only the site can tell what it is now. */
  apply(next: ChannelList | undefined): void {
    if (next !== undefined) this.#take(next);
    // A change that arrives during a reading may be older or newer than its answer: read once more.
    if (next !== undefined && this.#reading === undefined) return;
    this.#rereadSoon.touch();
  }

  async #readRows(count: number): Promise<void> {
    const size = Math.min(Math.ceil(count / pageSize) * pageSize, largestPage);
    let next = emptyList;
    for (let page = 1; page === 1 || next.rows.length < count; page += 1) {
      const answer = await call(routes.listChannels, { query: { page, pageSize: size } });
      next = withPage(next, answer);
      if (answer.rows.length === 0 || isWhole(next)) break;
    }
    this.#take(next);
  }

  #take(told: ChannelList): void {
    const next = { ...told, rows: sameRows(told.rows, this.list.value.rows) };
    keepList(next);
    this.list.value = next;
  }

  #read(run: () => Promise<void>): Promise<void> {
    this.#reading ??= this.#guarded(run).finally(() => (this.#reading = undefined));
    return this.#reading;
  }

  async #guarded(run: () => Promise<void>): Promise<void> {
    this.isLoading.value = true;
    try {
      await run();
      this.isRead.value = true;
      this.error.value = undefined;
    } catch (caught) {
      this.error.value = caught;
    } finally {
      this.isLoading.value = false;
    }
  }
}
