// Fetches the watch page and the player's library ahead, when a viewer is about to open a channel.
import type { RouteLocationResolved } from 'vue-router';

let isAsked = false;

/** `page` is where a click would lead. Safe to call often; after a success it does nothing. */
export function prefetchPlayer(page: RouteLocationResolved): void {
  if (isAsked) return;
  isAsked = true;
  const fetched = [loadPage(page), import('./player-pages.ts').then((pages) => pages.preloadPlayer())];
  Promise.all(fetched).catch(() => (isAsked = false));
}

/** The same for a recording, which browsers play without a library. */
export function prefetchPage(page: RouteLocationResolved): void {
  loadPage(page).catch(() => {});
}

/** Runs the page's own lazy import, which the router keeps as a function until the first visit. */
async function loadPage(page: RouteLocationResolved): Promise<void> {
  const component = page.matched.at(-1)?.components?.['default'];
  if (typeof component === 'function') await (component as () => Promise<unknown>)();
}
