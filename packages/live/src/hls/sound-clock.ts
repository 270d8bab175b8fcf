// Times of AAC frames in samples. FLV tells them in whole milliseconds, which would leave a gap or an overlap between any two.

/** How far a frame's told time may lie from where its predecessor puts it, in seconds: beyond that, sound has a gap. */
const toleranceSeconds = 0.03;

/** Times of one AAC track, each frame at the end of the one before as long as the told times agree. */
export class SoundClock {
  readonly #sampleRate: number;
  readonly #samplesPerFrame: number;
  #last: number | undefined;

  /** Both of the core coder (see AudioConfig). */
  constructor(sampleRate: number, samplesPerFrame: number) {
    this.#sampleRate = sampleRate;
    this.#samplesPerFrame = samplesPerFrame;
  }

  /** Decode time in samples of the frame told for `millis`; rises with each frame. */
  stamp(millis: number): number {
    const told = Math.round((millis * this.#sampleRate) / 1000);
    const next = this.#last === undefined ? told : this.#last + this.#samplesPerFrame;
    const isNear = Math.abs(told - next) <= this.#sampleRate * toleranceSeconds;
    this.#last = isNear ? next : Math.max(told, (this.#last ?? -1) + 1);
    return this.#last;
  }
}
