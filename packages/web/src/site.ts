// The site's own facts (name, footer) for all pages, kept true while they are open.
import { routes } from '@lubo/contract';
import type { Site } from '@lubo/contract';
import { computed, shallowRef } from 'vue';
import { call } from './api.ts';
import { listen } from './events.ts';
import { i18n } from './i18n/i18n.ts';

/** What the site told of itself; `undefined` until it has answered. */
export const site = shallowRef<Site>();

/** The site's name; the product's word until it is known. */
export const siteName = computed(() => site.value?.name ?? i18n.global.t('site.name'));

/** Reads the facts; without an answer the pages keep the product's word and ask again on the next load. */
export async function readSite(): Promise<void> {
  site.value = await call(routes.getSite).catch(() => site.value);
}

/** Takes on what an administrator changes, until the returned function is called. */
export function followSite(): () => void {
  let isFirst = true;
  const onGap = (): void => {
    // The start of the page has just read it.
    if (!isFirst || site.value === undefined) void readSite();
    isFirst = false;
  };
  return listen({ onGap, on: { site: (facts) => (site.value = facts) } });
}
