// Gathers which channels have news for a moment and tells pages once: many gathers report at the same time.
import type { Clock } from '../time.ts';

/** How long news are gathered, in ms. */
export const gatherMillis = 300;
/** More channels than this are told as "any". */
const mostNamed = 200;

/** Tells `send` which channels have news; an empty list: any. */
export function createCollector(clock: Clock, send: (channelIds: readonly string[]) => void): (channelIds: readonly string[]) => void {
  const touched = new Set<string>();
  let isAny = false;
  let isWaiting = false;
  const flush = (): void => {
    isWaiting = false;
    send(isAny || touched.size > mostNamed ? [] : [...touched]);
    isAny = false;
    touched.clear();
  };
  return (channelIds) => {
    if (channelIds.length === 0) isAny = true;
    for (const id of channelIds) touched.add(id);
    if (isWaiting) return;
    isWaiting = true;
    clock.after(gatherMillis, flush);
  };
}
