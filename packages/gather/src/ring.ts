// The last GOPs of a channel, so that a consumer can start with a picture at once. Bounded in GOPs and bytes.
import { type Unit, sizeOf } from './unit.ts';

export type RingLimits = { gops: number; bytes: number };

/** Two GOPs of up to 8 MiB: 10 s at 6 Mbps. */
export const defaultRingLimits: RingLimits = { gops: 2, bytes: 8 * 1024 * 1024 };

/** Without video every frame is a start: a "GOP" of sound is then so long. */
const soundGopMillis = 1_000;

type Gop = { units: Unit[]; bytes: number };

export type Ring = {
  add(unit: Unit): void;
  /** The newest GOP from its keyframe on; empty when there is none. */
  newest(): readonly Unit[];
  clear(): void;
  readonly bytes: number;
};

/** An empty ring. A GOP that is larger than the bound by itself is not kept at all. */
export function createRing(limits: RingLimits = defaultRingLimits): Ring {
  let gops: Gop[] = [];
  let bytes = 0;
  const dropOldest = (): void => {
    bytes -= gops.shift()?.bytes ?? 0;
  };
  return {
    add(unit) {
      if (beginsGop(unit, gops.at(-1))) gops.push({ units: [], bytes: 0 });
      const gop = gops.at(-1);
      if (gop === undefined) return;
      const size = sizeOf(unit);
      gop.units.push(unit);
      gop.bytes += size;
      bytes += size;
      while (gops.length > limits.gops || bytes > limits.bytes) dropOldest();
    },
    newest: () => gops.at(-1)?.units ?? [],
    clear() {
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
  const first = current?.units[0];
  return first === undefined || unit.tracks.video !== undefined || unit.millis - first.millis >= soundGopMillis;
}
