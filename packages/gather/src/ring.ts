// The last GOPs of a channel, so that a consumer can start with a picture at once. Bounded in GOPs and bytes.
import { type GopStore, createGopStore } from './gop-store.ts';
import { type Unit, sizeOf } from './unit.ts';

/** Looked at for each unit, so they may change. */
export type RingLimits = { readonly gops: number; readonly bytes: number };

/** Two GOPs of up to 8 MiB: 10 s at 6 Mbps. */
export const defaultRingLimits: RingLimits = { gops: 2, bytes: 8 * 1024 * 1024 };

/** Without video every frame is a start: a "GOP" of sound is then so long. */
const soundGopMillis = 1_000;

type Gop = { store: GopStore; bytes: number };

export type Ring = {
  /** Copies the unit's data. */
  add(unit: Unit): void;
  /** The newest GOPs, `count` at most, from their first keyframe on, in memory of their own; empty when there is none. */
  newest(count?: number): Unit[];
  /** The keyframe that the newest GOP begins with. */
  newestStart(): Unit | undefined;
  clear(): void;
  readonly bytes: number;
};

/** An empty ring. A GOP that is larger than the bound by itself is not kept at all. */
export function createRing(limits: RingLimits = defaultRingLimits): Ring {
  let gops: Gop[] = [];
  let bytes = 0;
  /** Of the GOP that was dropped last, for the one that begins next. */
  let spare: GopStore | undefined;
  const dropOldest = (): void => {
    const gop = gops.shift();
    bytes -= gop?.bytes ?? 0;
    gop?.store.clear();
    spare = gop?.store;
  };
  const begin = (): void => {
    gops.push({ store: spare ?? createGopStore(), bytes: 0 });
    spare = undefined;
  };
  return {
    add(unit) {
      if (beginsGop(unit, gops.at(-1))) begin();
      const gop = gops.at(-1);
      if (gop === undefined) return;
      const size = sizeOf(unit);
      gop.store.add(unit);
      gop.bytes += size;
      bytes += size;
      while (gops.length > limits.gops || bytes > limits.bytes) dropOldest();
    },
    newest: (count = 1) => gops.slice(Math.max(0, gops.length - count)).flatMap(({ store }) => store.units()),
    newestStart: () => gops.at(-1)?.store.first(),
    clear() {
      for (const { store } of gops) store.clear();
      gops = [];
      bytes = 0;
    },
    get bytes() {
      return bytes;
    },
  };
}

function beginsGop(unit: Unit, current: Gop | undefined): boolean {
  if (!unit.isStart) return false;
  const first = current?.store.firstMillis;
  return first === undefined || unit.tracks.video !== undefined || unit.millis - first >= soundGopMillis;
}
