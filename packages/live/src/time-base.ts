// Timestamps as viewers see them: each starts near 0, and those who began with the same GOP share one origin and so its bytes.

/** Turns stream time into a viewer's time; compared by identity. */
export class TimeBase {
  readonly origin: number;
  readonly floor: number;

  /** `origin` in stream time becomes 0; no stamp is below `floor` (ms of the viewer's time). */
  constructor(origin: number, floor: number) {
    this.origin = origin;
    this.floor = floor;
  }

  /** A viewer's timestamp, ms. */
  stamp(streamTime: number): number {
    return Math.max(this.floor, streamTime - this.origin);
  }
}

/** The origins in use among the viewers of one stream, at most `limit` of them. */
export class TimeBases {
  readonly #limit: number;
  readonly #users = new Map<TimeBase, number>();
  #newest: TimeBase | undefined;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** The base of a viewer who starts at `origin`; when there are too many, the one that is nearest to starting at 0. */
  join(origin: number): TimeBase {
    const newest = this.#newest;
    const isShared = newest !== undefined && (newest.origin === origin || this.#users.size >= this.#limit);
    const base = isShared ? newest : new TimeBase(origin, 0);
    this.#newest = base;
    this.#users.set(base, (this.#users.get(base) ?? 0) + 1);
    return base;
  }

  /** Gives back what `join` gave. */
  leave(base: TimeBase): void {
    const users = (this.#users.get(base) ?? 0) - 1;
    if (users > 0) {
      this.#users.set(base, users);
      return;
    }
    this.#users.delete(base);
    if (this.#newest === base) this.#newest = [...this.#users.keys()].at(-1);
  }
}
