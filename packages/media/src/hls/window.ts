// The window of a live playlist: which segments are listed, and the counters that tell players what has gone. RFC 8216 §6.2.

import { type HlsSegment, targetDurationOf } from './playlist.ts';

/** State of a live playlist; pass it to `writeMediaPlaylist` as it is. */
export type LiveWindow = {
  segments: readonly HlsSegment[];
  targetSeconds: number;
  mediaSequence: number;
  discontinuitySequence: number;
  /**
   * Removed from the list, oldest first, but still to be served: a player may ask for one as long after its removal as the
   * segment and the longest playlist that held it last (§6.2.2).
   */
  retired: readonly HlsSegment[];
};

/** A window without segments. `targetSeconds`: the longest that segments are meant to be. */
export function emptyWindow(targetSeconds: number): LiveWindow {
  return { segments: [], targetSeconds, mediaSequence: 0, discontinuitySequence: 0, retired: [] };
}

/**
 * The window with one more segment. The oldest leave the list while `keepSeconds`, and never less than three target durations,
 * remain without them (§6.2.2). `expired` need not be served any more.
 */
export function addSegment(window: LiveWindow, segment: HlsSegment, keepSeconds: number): { window: LiveWindow; expired: HlsSegment[] } {
  const all = [...window.segments, segment];
  const targetSeconds = targetDurationOf([segment], window.targetSeconds);
  const least = Math.max(keepSeconds, 3 * targetSeconds);
  let left = secondsOf(all);
  let removed = 0;
  let discontinuitySequence = window.discontinuitySequence;
  for (const oldest of all) {
    if (left - oldest.durationSeconds < least) break;
    left -= oldest.durationSeconds;
    removed++;
    if (oldest.isDiscontinuity) discontinuitySequence++;
  }
  const gone = [...window.retired, ...all.slice(0, removed)];
  const kept = retain(gone, left);
  return {
    window: {
      segments: all.slice(removed),
      targetSeconds,
      mediaSequence: window.mediaSequence + removed,
      discontinuitySequence,
      retired: gone.slice(gone.length - kept),
    },
    expired: gone.slice(0, gone.length - kept),
  };
}

// Time passes with the segments: what was removed longer ago than a playlist's length is past asking for.
function retain(gone: readonly HlsSegment[], playlistSeconds: number): number {
  let kept = 0;
  let since = 0;
  for (const segment of gone.toReversed()) {
    if (since > playlistSeconds + segment.durationSeconds) break;
    since += segment.durationSeconds;
    kept++;
  }
  return kept;
}

function secondsOf(segments: readonly HlsSegment[]): number {
  return segments.reduce((sum, { durationSeconds }) => sum + durationSeconds, 0);
}
