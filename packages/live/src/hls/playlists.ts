// The two playlists of a session (RFC 8216 §4): the master playlist that begins it, and the media playlist that it lives by.
import {
  type HlsVariant,
  type Track,
  aacCodecString,
  avcCodecString,
  hevcCodecString,
  writeMasterPlaylist,
  writeMediaPlaylist,
} from '@lubo/media';
import type { Segment } from './segment.ts';
import type { SegmentList } from './segment-list.ts';

/** Fragmented MP4 for all that is newer than 2017, MPEG-TS for the rest. */
export type HlsFormat = 'fmp4' | 'ts';

/** The one variant there is, at `uri`, described by what has been cut so far. */
export function masterPlaylist(uri: string, segments: readonly Segment[]): string {
  const tracks = segments.at(-1)?.cut.tracks ?? [];
  const video = tracks.find((track) => track.kind === 'video');
  const rates = segments.map(({ fmp4, cut }) => (fmp4.length * 8) / Math.max(0.1, cut.durationSeconds));
  const variant: HlsVariant = {
    uri,
    bandwidth: Math.max(1, ...rates),
    codecs: tracks.map(codecString),
    ...(video !== undefined && { width: video.width, height: video.height }),
  };
  // Whether every segment to come begins with a keyframe, nobody knows.
  return writeMasterPlaylist([variant], { hasDependentSegments: true });
}

/** The live window; segments are found beside it, in the folder `folder`. */
export function mediaPlaylist(list: SegmentList, format: HlsFormat, folder: string, isEnded: boolean): string {
  const { window, listed } = list;
  const segments = window.segments.map((entry, i) => ({
    ...entry,
    uri: `${folder}/${entry.uri}.${format === 'ts' ? 'ts' : 'm4s'}`,
    ...(format === 'fmp4' && { initUri: `${folder}/init-${listed[i]?.cut.generation ?? 0}.mp4` }),
  }));
  return writeMediaPlaylist({ ...window, segments, isEnded, hasDependentSegments: listed.some(({ cut }) => !cut.isIndependent) });
}

function codecString(track: Track): string {
  if (track.kind === 'audio') return aacCodecString(track.config);
  return track.codec === 'h264' ? avcCodecString(track.config) : hevcCodecString(track.config);
}
