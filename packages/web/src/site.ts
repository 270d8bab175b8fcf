// The site's own facts (name, footer), read once for all pages.
import { routes } from '@lubo/contract';
import type { Site } from '@lubo/contract';
import { computed, shallowRef } from 'vue';
import { call } from './api.ts';
import { i18n } from './i18n/i18n.ts';

/** What the site told of itself; `undefined` until it has answered. */
export const site = shallowRef<Site>();

/** The site's name; the product's word until it is known. */
export const siteName = computed(() => site.value?.name ?? i18n.global.t('site.name'));

/** Reads the facts; without an answer the pages keep the product's word and ask again on the next load. */
export async function readSite(): Promise<void> {
  site.value = await call(routes.getSite).catch(() => undefined);
}
