// The ways of playing with what opens each, and what this browser can do.
import { openFlv, preloadFlv } from './flv-source.ts';
import { openNativeHls } from './hls-native-source.ts';
import { openHls, preloadHls } from './hls-source.ts';
import type { OpenSource } from './source.ts';
import { WayChoice } from './ways.ts';
import type { Abilities, Way } from './ways.ts';

/** Opens a source of each way. */
export const openSources: Record<Way, OpenSource> = { flv: openFlv, hls: openHls, 'hls-native': openNativeHls };

/** What this browser can do. */
export function readAbilities(): Abilities {
  return {
    hasMediaSource: 'MediaSource' in window,
    hasNativeHls: document.createElement('video').canPlayType('application/vnd.apple.mpegurl') !== '',
  };
}

/** The store of this visit: it ends with the tab. Barred in private windows of some browsers. */
export function visitStore(): Storage | undefined {
  try {
    return window.sessionStorage;
  } catch {
    return undefined;
  }
}

/** The store that outlives a visit. Barred to frames in other sites' pages by some browsers, and in private windows. */
export function lastingStore(): Storage | undefined {
  try {
    return window.localStorage;
  } catch {
    return undefined;
  }
}

/** Fetches ahead what the first connection will need; safe to call often. */
export async function preloadPlayer(): Promise<void> {
  const way = new WayChoice(readAbilities(), visitStore()).way(true);
  if (way === 'flv') await preloadFlv();
  else if (way === 'hls') await preloadHls();
}
