// Under which keys a recording's files are kept.

/** The keys of one recording (uuid); pictures lie beside the video, on the same volume. */
export function keysOf(recordingId: string): { video: string; poster: string; thumbnails: string } {
  const folder = `recordings/${recordingId}`;
  return { video: `${folder}/video.mp4`, poster: `${folder}/poster.jpg`, thumbnails: `${folder}/thumbnails.jpg` };
}

/** The recording whose key it is, `undefined` for a key of something else. */
export function recordingOfKey(key: string): string | undefined {
  return /^recordings\/([0-9a-f-]{36})\/(video\.mp4|poster\.jpg|thumbnails\.jpg)$/.exec(key)?.[1];
}
