// Cuts media into HLS segments (RFC 8216 §6.2.1): at keyframes near the target duration, which the first GOP decides and nothing
// changes after that. A GOP that is longer than a segment may be is cut between keyframes.
import { type Packet, type Track, readAudioConfig } from '@lubo/media';

/** A stretch of media that is over. */
export type Cut = {
  /** Counts the changes of tracks: cuts of the same number share an initialisation segment. */
  generation: number;
  tracks: readonly Track[];
  /** In the order in which they came; at least one. */
  packets: Packet[];
  /** Decode time after the last packet, by kind, in ticks of the track. */
  ends: { video: number; audio: number };
  startSeconds: number;
  /** Rounds to the target duration or less. */
  durationSeconds: number;
  /** Does not continue the cut before it. */
  isDiscontinuity: boolean;
  /** Its first picture is a keyframe. */
  isIndependent: boolean;
};

/** Bounds on the duration that players are told, seconds. */
export const segmentSeconds = { least: 2, most: 6 };
/** A segment may pass the target by as much as rounding hides (§4.3.3.1). */
const slackSeconds = 0.49;
/** How far a GOP may pass whole seconds before the target grows by one. */
const jitterSeconds = 0.25;
/** The first segments are as short as this, and so many of them, so that players can begin. */
const first = { count: 3, seconds: 0.9 };
/** A step of media time beyond this is a break, not a frame that lasts long. */
const gapSeconds = 2;
/** Sound alone makes a segment end when pictures lag behind it by more than this. */
const silenceSeconds = 0.5;
/** What a packet costs in memory beside its bytes. */
export const packetCost = 200;

type TrackTime = { seconds: number; dts: number; step: number };

/** Takes packets in the order in which they come and emits what has been cut off. */
export class Segmenter {
  readonly #maxBytes: number;
  readonly #emit: (cut: Cut) => void;
  #tracks: readonly Track[] = [];
  #generation = 0;
  #packets: Packet[] = [];
  #bytes = 0;
  #start = 0;
  #newest = 0;
  #keyframeAt = 0;
  #times: { video?: TrackTime; audio?: TrackTime } = {};
  #isDiscontinuity = false;
  #count = 0;
  #targetSeconds: number | undefined;

  /** A cut holds about `maxBytes` at most. */
  constructor(options: { maxBytes: number; emit: (cut: Cut) => void }) {
    this.#maxBytes = options.maxBytes;
    this.#emit = options.emit;
  }

  /** Whole seconds to which every cut rounds at most; known from the first cut on. */
  get targetSeconds(): number {
    return this.#targetSeconds ?? segmentSeconds.most;
  }

  /** Memory held by what is not yet cut. */
  get bytes(): number {
    return this.#bytes;
  }

  /** What follows has these tracks. */
  setTracks(tracks: readonly Track[]): void {
    this.break();
    this.#tracks = tracks;
    this.#generation++;
  }

  /** What follows does not continue what came. */
  break(): void {
    this.#cut(this.#endOfOpen());
    this.#isDiscontinuity = this.#count > 0;
    this.#times = {};
  }

  /** Takes the next packet; `seconds` is its decode time. */
  take(packet: Packet, seconds: number): void {
    if (this.#isGap(seconds)) this.break();
    if (this.#packets.length > 0 && this.#isDue(packet, seconds)) this.#cut(seconds, packet);
    if (this.#packets.length === 0) this.#open(seconds);
    if (packet.kind === 'video' && packet.isKeyframe) this.#keyframeAt = seconds;
    this.#note(packet, seconds);
    this.#packets.push(packet);
    this.#bytes += packet.data.length + packetCost;
  }

  #isGap(seconds: number): boolean {
    return this.#packets.length > 0 && seconds - this.#newest > gapSeconds;
  }

  #open(seconds: number): void {
    this.#start = seconds;
    this.#newest = seconds;
    if (!this.#hasVideo) this.#keyframeAt = seconds;
  }

  #note({ kind, dts }: Packet, seconds: number): void {
    const before = this.#times[kind];
    const step = before === undefined ? this.#usualStep(kind) : dts - before.dts;
    this.#times[kind] = { seconds, dts, step };
    this.#newest = Math.max(this.#newest, seconds);
  }

  get #hasVideo(): boolean {
    return this.#tracks.some(({ kind }) => kind === 'video');
  }

  #isDue(packet: Packet, seconds: number): boolean {
    if (this.#bytes + packet.data.length > this.#maxBytes) return true;
    const elapsed = seconds - this.#start;
    const bound = this.targetSeconds + slackSeconds;
    if (packet.kind === 'audio' && this.#hasVideo) {
      return elapsed > bound && seconds - (this.#times.video?.seconds ?? this.#start) > silenceSeconds;
    }
    const before = this.#times[packet.kind]?.seconds ?? seconds;
    const isLast = elapsed + (seconds - before) > bound;
    if (!packet.isKeyframe) return isLast;
    if (this.#count < first.count) return isLast || elapsed >= first.seconds;
    const gop = packet.kind === 'video' ? seconds - this.#keyframeAt : seconds - before;
    return isLast || elapsed + gop > bound || elapsed >= this.targetSeconds - gop / 2;
  }

  /** Ends the open stretch at `endSeconds`; `next` begins the following one without a break. */
  #cut(endSeconds: number, next?: Packet): void {
    const packets = this.#packets;
    if (packets.length === 0) return;
    const duration = Math.max(0.001, endSeconds - this.#start);
    this.#targetSeconds ??= Math.min(segmentSeconds.most, Math.max(segmentSeconds.least, Math.ceil(duration - jitterSeconds)));
    this.#packets = [];
    this.#bytes = 0;
    this.#count++;
    const firstPicture = packets.find(({ kind }) => kind === 'video');
    this.#emit({
      generation: this.#generation,
      tracks: this.#tracks,
      packets,
      ends: { video: this.#endOf('video', next), audio: this.#endOf('audio', next) },
      startSeconds: this.#start,
      durationSeconds: Math.min(duration, this.#targetSeconds + slackSeconds),
      isDiscontinuity: this.#isDiscontinuity,
      isIndependent: firstPicture?.isKeyframe ?? true,
    });
    this.#isDiscontinuity = false;
  }

  #endOf(kind: 'video' | 'audio', next: Packet | undefined): number {
    if (next?.kind === kind) return next.dts;
    const time = this.#times[kind];
    return time === undefined ? 0 : time.dts + time.step;
  }

  #endOfOpen(): number {
    const clock = this.#times.video ?? this.#times.audio;
    const track = this.#tracks.find(({ kind }) => kind === (this.#times.video === undefined ? 'audio' : 'video'));
    if (clock === undefined || track === undefined) return this.#newest;
    return Math.max(this.#newest, clock.seconds + clock.step / track.timescale);
  }

  /** Length of a frame before two of them have told it: one at 25 fps, or what AAC says. */
  #usualStep(kind: 'video' | 'audio'): number {
    const track = this.#tracks.find((each) => each.kind === kind);
    if (track === undefined) return 0;
    return track.kind === 'video' ? Math.round(track.timescale / 25) : readAudioConfig(track.config).samplesPerFrame;
  }
}
