// Fetches the pages with a player ahead, when a viewer is about to open one, and for a channel the player's library.

/** The part of `player-pages.ts` that is used here: its file, which the cards are in themselves, is the router's to name. */
type PlayerPages = { preloadPlayer(): Promise<void> };

let load: (() => Promise<PlayerPages>) | undefined;
let isAsked = false;

/** To be called once, with what the router itself loads the pages by. */
export function setPlayerPages(pages: () => Promise<PlayerPages>): void {
  load = pages;
}

/** For a channel. Safe to call often; after a success it does nothing. */
export function prefetchPlayer(): void {
  if (isAsked || load === undefined) return;
  isAsked = true;
  load()
    .then((pages) => pages.preloadPlayer())
    .catch(() => (isAsked = false));
}

/** For a recording, which browsers play without a library. */
export function prefetchPlayerPages(): void {
  load?.().catch(() => {});
}
