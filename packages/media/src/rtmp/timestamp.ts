// Unwraps RTMP's 32-bit millisecond timestamps (Adobe RTMP 1.0 §5.3.1.1: they roll over after 49.7 days).

/** The timestamp of one kind of message, unwrapped: never negative, free to pass 2^32. */
export class TimestampClock {
  #last: number | undefined;

  /** `timestamp` (unsigned 32-bit ms) as the value nearest to the one before; the first one stands as it is. */
  unwrap(timestamp: number): number {
    const last = this.#last;
    if (last === undefined) return (this.#last = timestamp);
    let unwrapped = last + ((timestamp - last) | 0);
    // Before the first roll-over: a step of more than 24 days forward (an encoder that begins with 0, then tells its
    // uptime), unless it is a decode time just below 0.
    if (unwrapped < 0) unwrapped = Math.max(last, -unwrapped) < aroundZero ? 0 : timestamp;
    return (this.#last = unwrapped);
  }
}

/** Ms within which B-frames and audio priming may reach below 0. */
const aroundZero = 10_000;
