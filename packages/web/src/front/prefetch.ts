// Fetches the watch page and the player's library ahead, when a viewer is about to open a channel.

let isAsked = false;

/** Safe to call often; after a success it does nothing. */
export function prefetchPlayer(): void {
  if (isAsked) return;
  isAsked = true;
  const fetched = [import('./WatchPage.vue'), import('../player/flv-source.ts').then((player) => player.preloadFlv())];
  Promise.all(fetched).catch(() => (isAsked = false));
}
