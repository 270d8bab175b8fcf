// The segments of one stream that players can have: the live window (RFC 8216 §6.2.2), bounded in time, bytes and number.
import { type HlsSegment, type LiveWindow, addSegment, emptyWindow } from '@lubo/media';
import type { Segment } from './segment.ts';
import { packetCost } from './segmenter.ts';

/** How many target durations a playlist holds: players begin three from its end. */
const listedTargets = 5;

/** Oldest first. */
export class SegmentList {
  readonly #maxBytes: number;
  readonly #maxSegments: number;
  readonly #segments = new Map<string, Segment>();
  #window: LiveWindow | undefined;
  #bytes = 0;

  constructor(limits: { maxBytes: number; maxSegments: number }) {
    this.#maxBytes = limits.maxBytes;
    this.#maxSegments = limits.maxSegments;
  }

  /** Bytes held, in every format. */
  get bytes(): number {
    return this.#bytes;
  }

  /** What playlists list; `uri` of each is its number. */
  get window(): LiveWindow {
    return this.#window ?? emptyWindow(1);
  }

  /** Segments that playlists list, oldest first. */
  get listed(): Segment[] {
    return this.window.segments.map(({ uri }) => this.#segments.get(uri)).filter((segment) => segment !== undefined);
  }

  /** All that are held, oldest first. */
  get held(): Iterable<Segment> {
    return this.#segments.values();
  }

  /** Number of the next segment. */
  get end(): number {
    return this.window.mediaSequence + this.window.segments.length;
  }

  /** One that is still held. */
  get(number: number): Segment | undefined {
    return this.#segments.get(String(number));
  }

  /** Appends a segment; the oldest go. The first one's `targetSeconds` holds for all. */
  add(segment: Segment, targetSeconds: number): void {
    const { durationSeconds, isDiscontinuity } = segment.cut;
    const { programTimeMillis } = segment;
    const entry: HlsSegment = { uri: String(segment.number), durationSeconds, programTimeMillis, ...(isDiscontinuity && { isDiscontinuity }) };
    this.#segments.set(entry.uri, segment);
    const { window, expired } = addSegment(this.#window ?? emptyWindow(targetSeconds), entry, listedTargets * targetSeconds);
    this.#window = window;
    for (const { uri } of expired) this.#segments.delete(uri);
    this.recount();
  }

  /** Counts bytes anew, after segments got or lost a format, and keeps to the bounds; the newest segment always stays. */
  recount(): void {
    this.#bytes = 0;
    for (const segment of this.#segments.values()) this.#bytes += bytesOf(segment);
    while ((this.#bytes > this.#maxBytes || this.#segments.size > this.#maxSegments) && this.#segments.size > 1) this.#dropOldest();
  }

  #dropOldest(): void {
    const window = this.window;
    const [retired, ...restRetired] = window.retired;
    const [listed, ...restListed] = window.segments;
    const oldest = retired ?? listed;
    if (oldest === undefined) return;
    this.#window =
      retired !== undefined
        ? { ...window, retired: restRetired }
        : {
            ...window,
            segments: restListed,
            mediaSequence: window.mediaSequence + 1,
            discontinuitySequence: window.discontinuitySequence + (oldest.isDiscontinuity ? 1 : 0),
          };
    const segment = this.#segments.get(oldest.uri);
    this.#segments.delete(oldest.uri);
    if (segment !== undefined) this.#bytes -= bytesOf(segment);
  }
}

function bytesOf({ fmp4, ts, cut }: Segment): number {
  return fmp4.length + (ts?.length ?? 0) + cut.packets.length * packetCost;
}
