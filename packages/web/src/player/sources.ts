// The ways of playing with what opens each, and what this browser can do.
import { openFlv, preloadFlv } from './flv-source.ts';
import { openNativeHls } from './hls-native-source.ts';
import { openHls, preloadHls } from './hls-source.ts';
import type { OpenSource } from './source.ts';
import { visitStore } from './browser-stores.ts';
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

/** Fetches ahead what the first connection will need; safe to call often. */
export async function preloadPlayer(): Promise<void> {
  const way = new WayChoice(readAbilities(), visitStore()).way(true);
  if (way === 'flv') await preloadFlv();
  else if (way === 'hls') await preloadHls();
}
