// Under which keys a recording's files are kept.

import { pictureWidths } from '@lubo/contract';

export type RecordingKeys = { video: string; poster: string; thumbnails: string };

/** The keys of one recording (uuid); pictures lie beside the video, on the same volume. */
export function keysOf(recordingId: string): RecordingKeys {
  const folder = `recordings/${recordingId}`;
  return { video: `${folder}/video.mp4`, poster: `${folder}/poster.jpg`, thumbnails: `${folder}/thumbnails.jpg` };
}

/** The key of its poster as WebP, so many pixels wide. */
export function posterKey(recordingId: string, width: number): string {
  return `recordings/${recordingId}/poster-${width}.webp`;
}

/** All keys that a recording may have files under. */
export function allKeysOf(recordingId: string): string[] {
  return [...Object.values(keysOf(recordingId)), ...pictureWidths.map((width) => posterKey(recordingId, width))];
}

/** The recording whose key it is, `undefined` for a key of something else. */
export function recordingOfKey(key: string): string | undefined {
  return /^recordings\/([0-9a-f-]{36})\/(video\.mp4|poster\.jpg|poster-\d{3,4}\.webp|thumbnails\.jpg)$/.exec(key)?.[1];
}
