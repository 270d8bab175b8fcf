// One stream as HLS: a viewer of the stream that makes segments of what it gets, while there are sessions that want them.
import { randomBytes } from 'node:crypto';
import { type Track, concatBytes, writeInitSegment } from '@lubo/media';
import type { Logger } from 'pino';
import type { Delivery, ViewerEnd } from '../delivery.ts';
import { flvEncoding } from '../flv/encoding.ts';
import type { Hub } from '../hub.ts';
import type { Limits } from '../limits.ts';
import type { Seat } from '../stream.ts';
import type { Timers } from '../timers.ts';
import { MediaReader } from './media-reader.ts';
import type { HlsFormat } from './playlists.ts';
import { type Segment, makeSegment } from './segment.ts';
import { SegmentList } from './segment-list.ts';
import { type Cut, Segmenter } from './segmenter.ts';
import { TsPackager } from './ts-packager.ts';

export type PackagerOptions = {
  hub: Hub;
  limits: Limits;
  timers: Timers;
  /** Of the stream. */
  log: Logger;
  /** Milliseconds since 1970. */
  wallMillis(): number;
  /** Nothing follows any more; called once. */
  onEnd(): void;
};

/** What somebody who waits for the first segment learns; `late`: there is a publisher, but no segment yet. */
export type Readiness = 'ready' | 'no-video' | 'late' | 'stopping' | 'full';

/** Media time is put to wall time anew when the two have come apart by more than this. */
const driftMillis = 1_000;

/** A segment takes at most this part of what a stream may hold. */
const segmentShare = 8;

export class Packager {
  readonly name: string;
  /** Secret name of the folder in which the segments are found: the same for all sessions, so that caches can share them. */
  readonly folder = randomBytes(16).toString('base64url');
  readonly list: SegmentList;
  readonly #options: PackagerOptions;
  readonly #segmenter: Segmenter;
  readonly #inits = new Map<number, Uint8Array>();
  readonly #audience: Record<HlsFormat, number> = { fmp4: 0, ts: 0 };
  readonly #waiting = new Set<(readiness: Readiness) => void>();
  #reader = new MediaReader();
  #ts: TsPackager | undefined;
  #seat: Seat | undefined;
  #publications: number | undefined;
  #count = 0;
  /** Wall time of media time 0, ms: by what came last, and as it is told. */
  #arrivalOrigin = 0;
  #wallOrigin: number | undefined;
  #isEnded = false;

  constructor(name: string, options: PackagerOptions) {
    const { hlsBytes, hlsSegments } = options.limits;
    this.name = name;
    this.#options = options;
    this.list = new SegmentList({ maxBytes: hlsBytes, maxSegments: hlsSegments });
    this.#segmenter = new Segmenter({ maxBytes: hlsBytes / segmentShare, emit: (cut) => this.#add(cut) });
  }

  /** Nothing follows what is in the list. */
  get isEnded(): boolean {
    return this.#isEnded;
  }

  /** How many sessions it serves. */
  get audience(): number {
    return this.#audience.fmp4 + this.#audience.ts;
  }

  /** Memory held. */
  get bytes(): number {
    return this.list.bytes + this.#segmenter.bytes;
  }

  /** Takes its place among the stream's viewers; `full` when there is none. */
  start(): 'full' | undefined {
    // What comes now has another timeline.
    this.#segmenter.break();
    this.#reader = new MediaReader();
    this.#seat = this.#options.hub.join(this.name, this.#delivery());
    return this.#seat === undefined ? 'full' : undefined;
  }

  /** One more session, or one less, wants this format. */
  count(format: HlsFormat, change: 1 | -1): void {
    this.#audience[format] += change;
    this.#options.hub.noteAudience();
    if (this.#audience.ts > 0 === (this.#ts !== undefined)) return;
    this.#ts = this.#audience.ts > 0 ? new TsPackager() : undefined;
    for (const segment of this.list.held) this.#makeTs(segment);
    this.list.recount();
  }

  /** Bytes that sessions were sent. */
  countOut(bytes: number): void {
    this.#seat?.viewer.countOut(bytes);
  }

  /** Initialisation segment of a generation that is still held. */
  init(generation: number): Uint8Array | undefined {
    return this.#inits.get(generation);
  }

  /** When there is a segment, or when it is clear that there will be none in time. */
  whenReady(): Promise<Readiness> {
    if (this.list.window.segments.length > 0) return Promise.resolve('ready');
    if (this.#isEnded) return Promise.resolve('no-video');
    const { hub, timers, limits } = this.#options;
    return new Promise((resolve) => {
      const answer = (readiness: Readiness): void => {
        cancel();
        this.#waiting.delete(answer);
        resolve(readiness);
      };
      const cancel = timers.after(limits.waitMillis, () => answer(hub.isPublishing(this.name) ? 'late' : 'no-video'));
      this.#waiting.add(answer);
    });
  }

  /** Nobody wants it any more: gives back the place in the stream. */
  stop(): void {
    if (this.#isEnded) return;
    this.#seat?.leave();
    this.#end('no-video');
  }

  #delivery(): Delivery {
    const audience = (): number => this.audience;
    return {
      protocol: 'hls',
      encoding: flvEncoding,
      get audience() {
        return audience();
      },
      pendingBytes: 0,
      preface: () => new Uint8Array(0),
      write: (parts) => this.#write(parts),
      refuse: (end) => this.#part(end),
      end: (end) => this.#part(end),
    };
  }

  #write(parts: readonly Uint8Array[]): void {
    try {
      // Where one part ends and the next begins is nobody's promise.
      this.#take(concatBytes(parts));
    } catch (error) {
      this.#options.log.error({ protocol: 'hls', reason: String(error) }, 'a stream could not be made HLS');
      // Not from within the stream's own turn.
      this.#options.timers.after(0, () => this.stop());
    }
  }

  #take(bytes: Uint8Array): void {
    if (this.#isEnded || bytes.length === 0) return;
    const publications = this.#options.hub.streams.get(this.name)?.publications;
    if (publications !== this.#publications) this.#segmenter.break();
    this.#publications = publications;
    const all = this.#reader.read(bytes);
    const last = all.findLast((media) => media.type === 'packet');
    if (last !== undefined) this.#arrivalOrigin = this.#options.wallMillis() - last.seconds * 1000;
    for (const media of all) {
      if (media.type === 'tracks') this.#segmenter.setTracks(media.tracks);
      else this.#segmenter.take(media.packet, media.seconds);
    }
  }

  /** The stream has parted with this viewer. */
  #part(end: ViewerEnd): void {
    this.#seat = undefined;
    const isWaitedFor = end === 'no-publisher' && this.#waiting.size > 0;
    if (end === 'tracks-changed' || isWaitedFor) {
      // Who came later than the others still has time to wait, and whoever watches goes on with the new tracks.
      this.#options.timers.after(0, () => {
        if (!this.#isEnded && this.start() === 'full') this.#end('full');
      });
    } else {
      this.#end(end === 'stopping' ? 'stopping' : 'no-video');
    }
  }

  #end(readiness: Readiness): void {
    if (this.#isEnded) return;
    this.#segmenter.break();
    this.#isEnded = true;
    this.#options.onEnd();
    for (const answer of this.#waiting) answer(readiness);
  }

  #add(cut: Cut): void {
    if (!this.#inits.has(cut.generation)) this.#inits.set(cut.generation, initOf(cut.tracks));
    const segment = makeSegment(this.#count++, cut, this.#wallOf(cut));
    this.list.add(segment, this.#segmenter.targetSeconds);
    this.#makeTs(segment);
    this.list.recount();
    const used = new Set([...this.list.held].map((each) => each.cut.generation));
    for (const generation of this.#inits.keys()) if (!used.has(generation)) this.#inits.delete(generation);
    for (const answer of this.#waiting) answer('ready');
  }

  #makeTs(segment: Segment): void {
    segment.ts = undefined;
    try {
      this.#ts?.add(segment);
    } catch (error) {
      this.#options.log.warn({ protocol: 'hls', reason: String(error) }, 'a segment could not be made MPEG-TS');
    }
  }

  /** Wall clock of a cut's beginning; runs on with media time while it can. */
  #wallOf({ isDiscontinuity, startSeconds }: Cut): number {
    const arrival = this.#arrivalOrigin;
    const told = this.#wallOrigin;
    const origin = told === undefined || isDiscontinuity || Math.abs(arrival - told) > driftMillis ? arrival : told;
    this.#wallOrigin = origin;
    return Math.round(origin + startSeconds * 1000);
  }
}

function initOf(tracks: readonly Track[]): Uint8Array {
  return concatBytes(writeInitSegment(tracks));
}
