// Edit lists: how a track's media time maps to the movie's presentation. ISO/IEC 14496-12 §8.6.5 and §8.6.6.
// Read: empty edits in front (the track starts late) and one stretch of media. Anything else is refused by name.

import { type Box, boxError, int32, tableAt, uint32, uint64, versionOf } from './box.ts';

/**
 * One stretch of media. `mediaStart`: media time (track ticks) that shows first. `delay`: presentation time (track ticks) at
 * which it shows. `duration` in track ticks, Infinity for "to the end". `tolerance`: the rounding of `duration`.
 */
export type Edit = { mediaStart: number; delay: number; duration: number; tolerance: number };

/** A track without an edit list. */
export const wholeMedia: Edit = { mediaStart: 0, delay: 0, duration: Infinity, tolerance: 0 };

type Entry = { at: number; duration: number; mediaTime: number };

/** Reads an elst box. FormatError when it shows several separate stretches of the media. */
export function readEditList(elst: Box, timescale: number, movieTimescale: number): Edit {
  const toTicks = timescale / movieTimescale;
  let delay = 0;
  let edit: Edit | undefined;
  for (const entry of readEntries(elst)) {
    if (entry.mediaTime === -1) {
      // After the media an empty edit only holds the end.
      if (!edit) delay += entry.duration * toTicks;
    } else if (!edit) {
      const duration = entry.duration === 0 ? Infinity : entry.duration * toTicks;
      edit = { mediaStart: entry.mediaTime, delay: Math.round(delay), duration, tolerance: toTicks };
    } else if (Math.abs(entry.mediaTime - (edit.mediaStart + edit.duration)) <= 2 * toTicks) {
      edit.duration += entry.duration * toTicks;
    } else {
      throw boxError(elst, entry.at, 'an edit list with several separate parts is not supported');
    }
  }
  return edit ?? wholeMedia;
}

function readEntries(elst: Box): Entry[] {
  const isLong = versionOf(elst) === 1;
  const { count, start, entrySize } = tableAt(elst, 4, isLong ? 20 : 12);
  return Array.from({ length: count }, (_, i) => {
    const at = start + i * entrySize;
    const duration = isLong ? uint64(elst, at) : uint32(elst, at);
    const mediaTime = isLong ? longMediaTime(elst, at + 8) : int32(elst, at + 4);
    if (mediaTime < -1) throw boxError(elst, at, `media time ${mediaTime}`);
    return { at, duration, mediaTime };
  });
}

function longMediaTime(elst: Box, at: number): number {
  return int32(elst, at) < 0 ? (int32(elst, at) === -1 && int32(elst, at + 4) === -1 ? -1 : -2) : uint64(elst, at);
}
