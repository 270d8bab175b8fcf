// HLS playlists: media playlists, live and whole, and the master playlist. RFC 8216 §4.

/** One media segment. */
export type HlsSegment = {
  uri: string;
  durationSeconds: number;
  /** Wall clock of the first picture, ms since 1970 (§4.3.2.6). */
  programTimeMillis?: number;
  /** Timestamps, tracks or codecs do not continue those of the segment before (§4.3.2.3). */
  isDiscontinuity?: boolean;
  /** Initialisation segment of an fMP4 segment (§4.3.2.5); written where it changes. */
  initUri?: string;
};

/** What a media playlist says. */
export type MediaPlaylist = {
  segments: readonly HlsSegment[];
  /** At least this many seconds are told as target duration; in a live playlist it must stay the same (§6.2.1). */
  targetSeconds: number;
  /** Number of the first segment; counts every segment ever removed. 0 by default. */
  mediaSequence?: number;
  /** Discontinuities removed so far. 0 by default. */
  discontinuitySequence?: number;
  /** VOD: nothing changes; EVENT: segments are only added; neither: a live window. */
  type?: 'VOD' | 'EVENT';
  /** Nothing will be added. */
  isEnded?: boolean;
  /** Not every segment begins with a keyframe. */
  hasDependentSegments?: boolean;
  /** Where players begin, seconds from the start, or from the end when negative (§4.3.5.2). */
  startSeconds?: number;
};

/** One rendition in a master playlist. */
export type HlsVariant = {
  uri: string;
  /** Highest bits per second of a segment, and their mean. */
  bandwidth: number;
  averageBandwidth?: number;
  /** RFC 6381 strings, e.g. `avc1.64001f`, `mp4a.40.2`. */
  codecs: readonly string[];
  width?: number;
  height?: number;
  framesPerSecond?: number;
};

/** MIME type of a playlist (§4). */
export const playlistContentType = 'application/vnd.apple.mpegurl';

/** The target duration for these segments: whole seconds, none of them rounds to more (§4.3.3.1). */
export function targetDurationOf(segments: readonly HlsSegment[], atLeastSeconds = 1): number {
  return segments.reduce((target, { durationSeconds }) => Math.max(target, Math.round(durationSeconds)), Math.max(1, Math.ceil(atLeastSeconds)));
}

/** Text of a media playlist. RangeError for addresses or durations it cannot hold. */
export function writeMediaPlaylist(playlist: MediaPlaylist): string {
  const { segments, targetSeconds, mediaSequence = 0, discontinuitySequence = 0, type, isEnded, startSeconds } = playlist;
  const hasMap = segments.some((segment) => segment.initUri !== undefined);
  const lines = [
    '#EXTM3U',
    // §7: fractional durations need 3, EXT-X-MAP of ordinary segments needs 6.
    `#EXT-X-VERSION:${hasMap ? 6 : 3}`,
    `#EXT-X-TARGETDURATION:${targetDurationOf(segments, targetSeconds)}`,
    `#EXT-X-MEDIA-SEQUENCE:${mediaSequence}`,
  ];
  if (discontinuitySequence > 0) lines.push(`#EXT-X-DISCONTINUITY-SEQUENCE:${discontinuitySequence}`);
  if (type) lines.push(`#EXT-X-PLAYLIST-TYPE:${type}`);
  if (!playlist.hasDependentSegments) lines.push('#EXT-X-INDEPENDENT-SEGMENTS');
  if (startSeconds !== undefined) lines.push(`#EXT-X-START:TIME-OFFSET=${decimal(startSeconds)}`);
  let initUri: string | undefined;
  for (const segment of segments) {
    lines.push(...segmentLines(segment, segment.initUri !== initUri));
    initUri = segment.initUri;
  }
  if (isEnded) lines.push('#EXT-X-ENDLIST');
  return `${lines.join('\n')}\n`;
}

/** Text of a master playlist; players begin with the first variant. RangeError for addresses it cannot hold. */
export function writeMasterPlaylist(
  variants: readonly HlsVariant[],
  { hasDependentSegments = false }: Pick<MediaPlaylist, 'hasDependentSegments'> = {},
): string {
  const lines = ['#EXTM3U', '#EXT-X-VERSION:6', ...(hasDependentSegments ? [] : ['#EXT-X-INDEPENDENT-SEGMENTS'])];
  for (const variant of variants) lines.push(`#EXT-X-STREAM-INF:${variantAttributes(variant)}`, plainUri(variant.uri));
  return `${lines.join('\n')}\n`;
}

function segmentLines(segment: HlsSegment, isNewInit: boolean): string[] {
  const { uri, durationSeconds, programTimeMillis, isDiscontinuity, initUri } = segment;
  if (!(durationSeconds >= 0 && Number.isFinite(durationSeconds))) throw new RangeError(`segment of ${durationSeconds} s`);
  const lines: string[] = [];
  if (isDiscontinuity) lines.push('#EXT-X-DISCONTINUITY');
  if (isNewInit && initUri !== undefined) lines.push(`#EXT-X-MAP:URI=${quoted(initUri)}`);
  if (programTimeMillis !== undefined) lines.push(`#EXT-X-PROGRAM-DATE-TIME:${new Date(programTimeMillis).toISOString()}`);
  lines.push(`#EXTINF:${decimal(durationSeconds)},`, plainUri(uri));
  return lines;
}

function variantAttributes(variant: HlsVariant): string {
  const { bandwidth, averageBandwidth, codecs, width, height, framesPerSecond } = variant;
  const attributes = [`BANDWIDTH=${Math.ceil(bandwidth)}`];
  if (averageBandwidth !== undefined) attributes.push(`AVERAGE-BANDWIDTH=${Math.ceil(averageBandwidth)}`);
  if (codecs.length > 0) attributes.push(`CODECS=${quoted(codecs.join(','))}`);
  if (width !== undefined && height !== undefined) attributes.push(`RESOLUTION=${width}x${height}`);
  if (framesPerSecond !== undefined) attributes.push(`FRAME-RATE=${framesPerSecond.toFixed(3)}`);
  return attributes.join(',');
}

// Decimal notation only (§4.2), so no exponent; microseconds are finer than any track's ticks matter.
function decimal(value: number): string {
  return value.toFixed(6).replace(/\.?0+$/, '');
}

// A line that begins with # would be a tag or a comment (§4.1).
function plainUri(uri: string): string {
  if (uri === '' || uri.startsWith('#') || /[\r\n]/.test(uri)) throw new RangeError(`not a segment address: ${JSON.stringify(uri)}`);
  return uri;
}

function quoted(text: string): string {
  if (/["\r\n]/.test(text)) throw new RangeError(`cannot be quoted in a playlist: ${JSON.stringify(text)}`);
  return `"${text}"`;
}
