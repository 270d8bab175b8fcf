// Every bound of the live server in one place: sizes in bytes, times in milliseconds, counts.
import type { LiveLimitsConfig } from '@lubo/config';

/** Bounds of one live server process. */
export type Limits = {
  /** Streams known at once, those that viewers wait for included. */
  streams: number;
  /** Viewers of all streams; further ones are told that it is full. */
  viewers: number;
  /** Open HTTP connections; further ones are dropped at once. */
  httpConnections: number;
  /** Open RTMP connections; further ones are dropped at once. */
  rtmpConnections: number;
  /** Longest head of an HTTP request. */
  httpHeadBytes: number;
  /** An HTTP request must have arrived within this time. */
  httpHeadMillis: number;
  /** An idle HTTP connection is kept this long for a next request. */
  httpIdleMillis: number;
  /** An RTMP connection must have begun to publish or asked to play within this time. */
  rtmpSetUpMillis: number;
  /** A publisher that sends nothing for this long is closed. */
  publisherSilenceMillis: number;
  /** Highest mean rate of one publisher, bits a second… */
  publisherBitsPerSecond: number;
  /** …over this time, so that a burst of buffered video at the start passes. */
  publisherBurstMillis: number;
  /** A publisher that has sent more than this between two rests is read as it comes. */
  restBytes: number;
  /** A viewer waits this long for the first keyframe. */
  waitMillis: number;
  /** Viewers are kept this long for a publisher who went away to come back. */
  reconnectMillis: number;
  /** With the site away for longer than this, publishers for whom nobody waits are not let in. */
  siteGraceMillis: number;
  /** With the site away, a publisher without viewers is closed after this time. */
  abandonedMillis: number;
  /** A viewer whose connection takes no byte for this long is closed; below 30 s so that the sweep keeps within it. */
  stuckMillis: number;
  /** Bytes that wait for one viewer outside its socket; beyond them it skips to a keyframe. */
  queueBytes: number;
  /** Media time that waits for one viewer; beyond it, it skips to the newest keyframe that waits. */
  queueMillis: number;
  /** Bytes given to a lagging viewer's socket at once. */
  gatherBytes: number;
  /** Bytes of the GOP cache of one stream. */
  gopBytes: number;
  /** GOPs that the cache holds. */
  gops: number;
  /** Media time that the cache holds of a stream without video. */
  audioCacheMillis: number;
  /** Bytes a publisher may send before its tracks are known. */
  intakeBytes: number;
  /** Media time after which a publisher without metadata has shown all its tracks. */
  unannouncedMillis: number;
  /** Media time after which a track that the metadata promised is given up. */
  announcedMillis: number;
  /** Viewers up to this number get each tag at once. */
  unwindowedViewers: number;
  /** Above that, tags are gathered for this long per viewer of the process… */
  windowMillisPerViewer: number;
  /** …but never longer than this. */
  windowMillis: number;
  /** Viewers of one stream who get their windows at the same moment… */
  laneViewers: number;
  /** …in at most so many lanes. */
  lanes: number;
  /** Viewers of a lane who are written to before it is seen who else has come meanwhile; 128 take some 2 ms. */
  turnViewers: number;
  /** Different timestamp origins among the viewers of one stream. */
  timeBases: number;
  /** HLS sessions of all streams. */
  hlsSessions: number;
  /** An HLS session that asks for nothing lives this long. */
  hlsSessionMillis: number;
  /** A stream whose last HLS viewer has said goodbye stays HLS this long: a page that is loaded anew finds a playlist. */
  hlsLingerMillis: number;
  /** Bytes of HLS segments of one stream, in all formats… */
  hlsBytes: number;
  /** …and their number. */
  hlsSegments: number;
  /** With more bytes of HLS segments than this, no further stream becomes HLS. */
  hlsTotalBytes: number;
  /** A segment that is not taken within this time is cut off. */
  hlsTakeMillis: number;
  /** How often time-outs are looked at. */
  sweepMillis: number;
  /** A connection that was told the end is cut after this time. */
  lingerMillis: number;
};

/** What applies unless a test says otherwise. */
export const defaultLimits: Limits = {
  streams: 2_000,
  viewers: 20_000,
  httpConnections: 20_000,
  rtmpConnections: 10_000,
  httpHeadBytes: 8 * 1024,
  httpHeadMillis: 10_000,
  httpIdleMillis: 15_000,
  rtmpSetUpMillis: 10_000,
  publisherSilenceMillis: 15_000,
  publisherBitsPerSecond: 60_000_000,
  publisherBurstMillis: 5_000,
  restBytes: 48 * 1024,
  waitMillis: 10_000,
  reconnectMillis: 10_000,
  siteGraceMillis: 10_000,
  abandonedMillis: 30_000,
  stuckMillis: 25_000,
  queueBytes: 2 * 1024 * 1024,
  queueMillis: 3_000,
  gatherBytes: 128 * 1024,
  gopBytes: 8 * 1024 * 1024,
  gops: 1,
  audioCacheMillis: 500,
  intakeBytes: 8 * 1024 * 1024,
  unannouncedMillis: 1_000,
  announcedMillis: 2_000,
  unwindowedViewers: 16,
  windowMillisPerViewer: 1,
  windowMillis: 100,
  laneViewers: 1_500,
  lanes: 16,
  turnViewers: 128,
  timeBases: 64,
  hlsSessions: 20_000,
  hlsSessionMillis: 30_000,
  hlsLingerMillis: 10_000,
  hlsBytes: 64 * 1024 * 1024,
  hlsSegments: 64,
  hlsTotalBytes: 512 * 1024 * 1024,
  hlsTakeMillis: 30_000,
  sweepMillis: 500,
  lingerMillis: 1_500,
};

const millis = 1_000;

/** The bounds that the settings name, in the units used here. */
export function configuredLimits(settings: LiveLimitsConfig): Partial<Limits> {
  const { publisherKbps, publisherSilenceSeconds, reconnectSeconds, waitSeconds, stuckSeconds, ...same } = settings;
  return {
    ...same,
    publisherBitsPerSecond: publisherKbps * 1_000,
    publisherSilenceMillis: publisherSilenceSeconds * millis,
    reconnectMillis: reconnectSeconds * millis,
    waitMillis: waitSeconds * millis,
    stuckMillis: stuckSeconds * millis,
  };
}

/** How long tags are gathered before they are written, by the number of viewers of the whole process. */
export function windowMillisFor(viewers: number, limits: Limits): number {
  if (viewers <= limits.unwindowedViewers) return 0;
  return Math.min(limits.windowMillis, Math.round(viewers * limits.windowMillisPerViewer));
}
