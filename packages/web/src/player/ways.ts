// Which way a live channel is played: the one with the lowest delay that works here, the next one when it does not. Pure.
import { provenMs } from './back-off.ts';
import { isFinal } from './fault.ts';
import type { PlayerFault } from './fault.ts';

/** flv: HTTP-FLV through Media Source Extensions; hls: HLS through them; hls-native: HLS by the browser itself (iPhone). */
export type Way = 'flv' | 'hls' | 'hls-native';

/** What the browser can do. */
export type Abilities = {
  /** Media Source Extensions as FLV needs them; an iPhone has only a lesser kind. */
  hasMediaSource: boolean;
  hasNativeHls: boolean;
};

/** Ways by rising delay. Through the extensions HLS can be kept nearer to live than browsers do by themselves. */
export function waysOf({ hasMediaSource, hasNativeHls }: Abilities): Way[] {
  if (hasMediaSource) return ['flv', 'hls'];
  return hasNativeHls ? ['hls-native'] : [];
}

/** How a connection came to its end; `playedMs` is absent when it never showed a picture. */
export type Ending = { fault: PlayerFault; playedMs: number | undefined };

/** again: connect as before or by another way; afresh: by a way not tried since the last picture; give-up: nothing will help. */
export type Verdict = 'again' | 'afresh' | 'give-up';

/** Where a choice outlives the page: for the visit, not longer. */
export type WayMemory = Pick<Storage, 'getItem' | 'setItem'>;

const key = 'lubo.way';
/** So many misses in a row, and a way is left… */
const missesAllowed = 2;
/** …but one that has played gets some 25 s: rather the live server is away, and within 15 s the channel moves to another. */
const missesAllowedProven = 10;
/** A way that was cut so often in a row, each time within so long, wears the viewer out. */
const cutsAllowed = 3;
const cutWithinMs = 60_000;

/** The choice for one player. */
export class WayChoice {
  #ladder: Way[];
  readonly #memory: WayMemory | undefined;
  #misses = 0;
  #cuts = 0;
  /** Ways that have played long enough to trust them. */
  readonly #proven = new Set<Way>();
  /** Ways that were left since the last picture. */
  readonly #tried = new Set<Way>();

  /** `memory` tells what had to be chosen earlier in this visit. */
  constructor(abilities: Abilities, memory?: WayMemory) {
    this.#memory = memory;
    this.#ladder = waysOf(abilities);
    const remembered = this.#ladder.indexOf(recall(memory) as Way);
    if (remembered > 0) this.#ladder = rotate(this.#ladder, remembered);
  }

  /** The way to go now; `hasHls` is whether the site gave an address for it. None: this browser can't play the channel. */
  way(hasHls: boolean): Way | undefined {
    return this.#ladder.find((way) => way === 'flv' || hasHls);
  }

  /** The picture runs: `way` is good. Where one that never worked was left for it, it is remembered for the visit. */
  markPlaying(way: Way): void {
    const isForGood = [...this.#tried].every((left) => left !== way && !this.#proven.has(left));
    if (this.#tried.size > 0 && isForGood) remember(this.#memory, way);
    this.#tried.clear();
  }

  /** What to do after a connection by `way` has ended. */
  end(way: Way, ending: Ending): Verdict {
    if (ending.fault.code === 'browser-unsupported') return this.#without(way);
    // What one way through the extensions cannot decode, the other cannot either.
    if (isFinal(ending.fault)) return 'give-up';
    this.#count(way, ending);
    const allowed = this.#proven.has(way) ? missesAllowedProven : missesAllowed;
    if (this.#misses < allowed && this.#cuts < cutsAllowed) return 'again';
    return this.#leave(way);
  }

  #count(way: Way, { fault, playedMs }: Ending): void {
    if (playedMs !== undefined && playedMs >= provenMs) {
      this.#proven.add(way);
      this.#misses = 0;
      this.#cuts = playedMs < cutWithinMs ? this.#cuts + 1 : 0;
    } else if (fault.code === 'stream-silent' && playedMs === undefined) {
      // It had time enough: whatever stands in between keeps the bytes for itself.
      this.#misses += missesAllowed;
    } else if (fault.code !== 'no-video') {
      this.#misses += 1;
    }
  }

  #leave(way: Way): Verdict {
    if (this.#cuts >= cutsAllowed) this.#proven.delete(way);
    this.#misses = 0;
    this.#cuts = 0;
    this.#tried.add(way);
    this.#ladder = rotate(this.#ladder, this.#ladder.indexOf(way) + 1);
    const [next] = this.#ladder;
    return next === undefined || this.#tried.has(next) ? 'again' : 'afresh';
  }

  #without(way: Way): Verdict {
    this.#ladder = this.#ladder.filter((each) => each !== way);
    return this.#ladder.length === 0 ? 'give-up' : 'afresh';
  }
}

function rotate(ways: readonly Way[], by: number): Way[] {
  return [...ways.slice(by), ...ways.slice(0, by)];
}

function recall(memory: WayMemory | undefined): string | undefined {
  try {
    return memory?.getItem(key) ?? undefined;
  } catch {
    return undefined;
  }
}

/** A barred store only forgets. */
function remember(memory: WayMemory | undefined, way: Way): void {
  try {
    memory?.setItem(key, way);
  } catch {
    // Then the next page finds out anew.
  }
}
