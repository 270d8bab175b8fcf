// A bound on a publisher's mean rate that lets bursts pass: a leaky bucket.

/** Counts bytes against a rate. */
export class RateBound {
  readonly #bytesPerMilli: number;
  readonly #burstBytes: number;
  #level = 0;
  #at: number;

  /** Mean rate in bits a second; at once as much as `burstMillis` of it. `now` in ms. */
  constructor(bitsPerSecond: number, burstMillis: number, now: number) {
    this.#bytesPerMilli = bitsPerSecond / 8_000;
    this.#burstBytes = this.#bytesPerMilli * burstMillis;
    this.#at = now;
  }

  /** False when these bytes are too many. */
  allows(bytes: number, now: number): boolean {
    this.#level = Math.max(0, this.#level - (now - this.#at) * this.#bytesPerMilli) + bytes;
    this.#at = now;
    return this.#level <= this.#burstBytes;
  }
}
