// What a journal says of a slice's tracks, and whether two sets of tracks can share a file.
import { type AudioTrack, type VideoTrack, aacCodecString, avcCodecString, equalBytes, hevcCodecString } from '@lubo/media';
import type { Tracks } from '../unit.ts';
import type { Journal } from './journal.ts';

/** The journal's part about tracks. */
export function describeTracks({ video, audio }: Tracks): Pick<Journal, 'videoCodec' | 'audioCodec' | 'width' | 'height' | 'codecs'> {
  const codecs = [
    ...(video ? [video.codec === 'h264' ? avcCodecString(video.config) : hevcCodecString(video.config)] : []),
    ...(audio ? [aacCodecString(audio.config)] : []),
  ];
  return {
    videoCodec: video?.codec ?? null, audioCodec: audio?.codec ?? null,
    width: video?.width ?? 0, height: video?.height ?? 0, codecs: codecs.join(',').slice(0, 64),
  };
}

/** A file holds one configuration a track: another one needs another file. */
export function areSame(a: Tracks, b: Tracks): boolean {
  return a === b || (isSame(a.video, b.video) && isSame(a.audio, b.audio));
}

function isSame(a: VideoTrack | AudioTrack | undefined, b: VideoTrack | AudioTrack | undefined): boolean {
  if (a === b) return true;
  if (a === undefined || b === undefined) return false;
  return a.codec === b.codec && a.timescale === b.timescale && equalBytes(a.config, b.config);
}
