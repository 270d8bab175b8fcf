// How far an HLS picture is behind the live server: from its program times (RFC 8216 §4.3.2.6) where both clocks agree,
// else from the moments at which segments were first seen. Pure.

/** A playlist has grown: its end in media time (s), when that was seen (ms since 1970), and its end by the server's clock. */
export type EdgeSighting = { edge: number; seenAt: number; programAt: number | undefined };

/** Sightings taken into account; at one a segment that is a minute or more. */
const sightingsHeld = 20;
/** Clocks that keep the time of day are this close, the way through the network included. */
const toleranceMs = 500;

/** Keeps the last sightings of one source. */
export class EdgeClock {
  #sightings: EdgeSighting[] = [];
  #targetMs = 0;

  /** `targetSeconds`: the playlist's target duration, within which it should have been looked at. */
  note(sighting: EdgeSighting, targetSeconds: number): void {
    this.#sightings = [...this.#sightings, sighting].slice(-sightingsHeld);
    this.#targetMs = targetSeconds * 1000;
  }

  /** Ms between the picture at media time `time` (s) and what the live server receives at `now` (ms since 1970). */
  delayMs(time: number, now: number): number | undefined {
    const newest = this.#sightings.at(-1);
    if (newest === undefined) return undefined;
    const zeroAt = this.#clocksAgree() && newest.programAt !== undefined ? zeroOf(newest, newest.programAt) : this.#earliestZero();
    return Math.max(0, Math.round(now - zeroAt - time * 1000));
  }

  /** Whether the segment that was noticed soonest was noticed when it can have been: within one look at the playlist. */
  #clocksAgree(): boolean {
    const lateMs = Math.min(...this.#sightings.map(({ seenAt, programAt }) => seenAt - (programAt ?? Number.NaN)));
    return lateMs >= -toleranceMs && lateMs <= this.#targetMs + toleranceMs;
  }

  /** Wall time of media time 0, by the segment that was noticed soonest. */
  #earliestZero(): number {
    return Math.min(...this.#sightings.map((sighting) => zeroOf(sighting, sighting.seenAt)));
  }
}

function zeroOf({ edge }: EdgeSighting, at: number): number {
  return at - edge * 1000;
}
