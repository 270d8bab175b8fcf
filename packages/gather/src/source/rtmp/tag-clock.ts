// RTMP timestamps as decode times: strictly rising within a track, whatever a publisher does when it begins anew.

type Kind = 'video' | 'audio';
/** `shift`: by how much the decode time lies past the one that was told, for the composition offset. */
export type PlacedTag = { dts: number; shift: number };

/** Steps beyond these, in ms, are a new time base. */
const backLimit = 1_000;
const aheadLimit = 10_000;
/** Between the last tag of the old time base and the first of the new one. */
const stepMillis = 40;

/** Places tags in the order they come, in ms from about where they began. Both kinds follow the same new time base. */
export function createTagClock(): (kind: Kind, timestamp: number) => PlacedTag {
  const last: Record<Kind, number> = { video: -1, audio: -1 };
  const told: Partial<Record<Kind, number>> = {};
  const shifts: Record<Kind, number> = { video: 0, audio: 0 };
  let newest = 0;

  const follow = (kind: Kind, timestamp: number): void => {
    const before = told[kind];
    const step = before === undefined ? 0 : timestamp - before;
    if (step >= -backLimit && step <= aheadLimit) return;
    const other = shifts[kind === 'video' ? 'audio' : 'video'];
    // The other kind may have gone over already: sound stays with its picture.
    const isOther = other !== shifts[kind] && Math.abs(timestamp + other - newest) <= aheadLimit;
    shifts[kind] = isOther ? other : newest + stepMillis - timestamp;
  };
  return (kind, timestamp) => {
    follow(kind, timestamp);
    told[kind] = timestamp;
    const mapped = timestamp + shifts[kind];
    const dts = Math.max(mapped, last[kind] + 1);
    last[kind] = dts;
    newest = Math.max(newest, dts);
    return { dts, shift: dts - mapped };
  };
}
