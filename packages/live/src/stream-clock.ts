// The timeline of one stream: starts at 0 with its first publisher and never falls or leaps, whatever publishers do.

/** Media time between the last tag before a break and the first one after it, ms: one frame at 25 fps. */
const stepMillis = 40;
/** A track that falls back further than this has broken; less is clamped. */
const backwardMillis = 1_000;
/** A track that runs ahead further than this has broken. */
const forwardMillis = 10_000;

type TrackTime = { shift: number | undefined; last: number | undefined };

/** Maps a publisher's timestamps (ms, unwrapped) to stream time (ms). */
export class StreamClock {
  #tracks: Record<'audio' | 'video', TrackTime> = { audio: { shift: undefined, last: undefined }, video: { shift: undefined, last: undefined } };
  #newest = -stepMillis;

  /** The next timestamps come from another publisher, whose zero is its own. */
  begin(): void {
    this.#tracks.audio.shift = undefined;
    this.#tracks.video.shift = undefined;
  }

  /** Stream time of a tag; tags come in the order in which they were sent. */
  map(kind: 'audio' | 'video', timestamp: number): number {
    const track = this.#tracks[kind];
    track.shift = this.#shiftFor(kind, timestamp);
    const mapped = Math.max(timestamp + track.shift, track.last ?? 0);
    track.last = mapped;
    this.#newest = Math.max(this.#newest, mapped);
    return mapped;
  }

  #shiftFor(kind: 'audio' | 'video', timestamp: number): number {
    const own = this.#tracks[kind];
    if (own.shift !== undefined && own.last !== undefined) {
      const step = timestamp + own.shift - own.last;
      if (step >= -backwardMillis && step <= forwardMillis) return own.shift;
    }
    // After a break both tracks go on by the same shift, so that sound stays with its picture.
    const other = this.#tracks[kind === 'audio' ? 'video' : 'audio'].shift;
    if (other !== undefined && Math.abs(timestamp + other - this.#newest) <= forwardMillis) return other;
    return this.#newest + stepMillis - timestamp;
  }
}
