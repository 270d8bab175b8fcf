// The viewer's volume and mute, remembered in the browser.

/** Volume from 0 to 1. */
export type Loudness = { volume: number; isMuted: boolean };

const key = 'lubo.loudness';

/** What was last chosen; full volume before any choice, and when the store is barred or holds nonsense. */
export function readLoudness(store: Pick<Storage, 'getItem'> | undefined): Loudness {
  try {
    const held = JSON.parse(store?.getItem(key) ?? '{}') as Partial<Loudness> | null;
    const volume = typeof held?.volume === 'number' && held.volume >= 0 && held.volume <= 1 ? held.volume : 1;
    return { volume, isMuted: held?.isMuted === true };
  } catch {
    return { volume: 1, isMuted: false };
  }
}

/** Remembers a choice; a barred or full store only forgets. */
export function writeLoudness(store: Pick<Storage, 'setItem'> | undefined, loudness: Loudness): void {
  try {
    store?.setItem(key, JSON.stringify(loudness));
  } catch {
    // Private windows of some browsers refuse; playing goes on.
  }
}
