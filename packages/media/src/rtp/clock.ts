// Maps the RTP timestamps of a session's tracks onto one timeline (RFC 3550 §6.4.1), never by arrival time per packet.
//
// A track's first packet is placed by its arrival, once; from then on its own timestamps count. How far the tracks are apart is
// told by sender reports (or, for the start, by RTP-Info): the tracks that follow are then moved by at most 5 % of the
// time that passes, so that nothing jumps and order is kept. Reports that contradict arrival by more than 3 s are cameras whose
// clocks have nothing to do with each other, and are not believed.

/** Ms at which a timeline begins: room for decode times before the first picture and for tracks that began before the first. */
export const timelineStart = 1000;

/** Most that a track may be moved, per ms of its own time. */
const slewRate = 0.05;
/** Ms of difference between reports and arrival that are still believed. */
const believable = 3000;
/** Ms by which a later report may differ before the reports of other tracks count as outdated. */
const reportJump = 50;
/** Weight of a new report among those before it. */
const reportWeight = 0.25;
/** Ms that timestamps may run ahead of arrival, or step back, before they count as a new time base. */
const aheadLimit = 10_000;
const backLimit = 1000;
/** Share by which the arrival of timestamps is followed: clocks that are up to 0.1 % wrong do not count as running ahead. */
const driftRate = 0.001;

/** The shared part: when the timeline began, and the track that the others follow. */
export class Timeline {
  readonly #tracks: TrackClock[] = [];
  #startedAt: number | undefined;

  /** A clock of `rate` ticks per second. The leader, audio where there is any, is never moved: its steps can be heard. */
  add(rate: number, isLeader: boolean): TrackClock {
    const clock = new TrackClock(rate, this, isLeader);
    this.#tracks.push(clock);
    return clock;
  }

  /** Ms on the timeline of an arrival at `now`; the first one begins it. */
  at(now: number): number {
    this.#startedAt ??= now;
    return timelineStart + now - this.#startedAt;
  }

  /** Where reports place `clock` against the leader: the shift in ms of its own time, undefined when nothing tells. */
  target(clock: TrackClock): number | undefined {
    if (clock.isLeader || clock.wallOffset === undefined) return undefined;
    const leader = this.#tracks.find((track) => track.isLeader && track.shift !== undefined && track.wallOffset !== undefined);
    if (leader?.shift === undefined || leader.wallOffset === undefined) return undefined;
    return leader.shift - leader.wallOffset + clock.wallOffset;
  }

  /** The camera's clock was set: reports of other tracks from before say nothing any more. */
  outdate(reporter: TrackClock): void {
    for (const track of this.#tracks) if (track !== reporter) track.forgetReports();
  }
}

/** One track's timestamps on the timeline. Times inside are ms of the track's own unwrapped clock, not rounded. */
export class TrackClock {
  readonly rate: number;
  readonly isLeader: boolean;
  readonly #timeline: Timeline;
  /** The newest timestamp as it came, and unwrapped in ticks; undefined before the first packet. */
  #last: { timestamp: number; ticks: number } | undefined;
  #placed = 0;
  /** Highest own time seen, and how far it lies before arrival. */
  #highest = 0;
  #lag = 0;
  #lastArrival = 0;
  #restarts = 0;
  #isCut = false;
  /** Own ms + shift = ms on the timeline. */
  shift: number | undefined;
  /** Own ms + wallOffset = ms of the camera's wall clock, by its reports. */
  wallOffset: number | undefined;
  /** A report from before the first packet. */
  #early: { timestamp: number; wallMillis: number } | undefined;

  constructor(rate: number, timeline: Timeline, isLeader: boolean) {
    this.rate = rate;
    this.#timeline = timeline;
    this.isLeader = isLeader;
  }

  /** How often the time base began anew. */
  get restarts(): number {
    return this.#restarts;
  }

  /** The ticks on the timeline, whole, of a packet's 32-bit timestamp that came at `now` ms. */
  place(timestamp: number, now: number): number {
    const last = this.#last;
    if (last === undefined) this.#begin(timestamp, now);
    else if (timestamp !== last.timestamp || this.#isCut) this.#step(last, timestamp, now);
    this.#lastArrival = now;
    return this.#placed;
  }

  /** The next packet comes from another source: its timestamps have nothing to do with those before. */
  restart(): void {
    this.#isCut = true;
  }

  /** A sender report: at `wallMillis` of the camera's clock the RTP time was `timestamp`. */
  report(timestamp: number, wallMillis: number): void {
    const last = this.#last;
    if (last === undefined || this.#isCut) {
      this.#early = { timestamp, wallMillis };
      return;
    }
    const own = this.#millis(last.ticks + ((timestamp - last.timestamp) | 0));
    const told = wallMillis - own;
    const known = this.wallOffset;
    if (known === undefined) this.wallOffset = told;
    else if (Math.abs(told - known) <= reportJump) this.wallOffset = known + (told - known) * reportWeight;
    else {
      this.wallOffset = told;
      this.#timeline.outdate(this);
    }
  }

  forgetReports(): void {
    this.wallOffset = undefined;
    this.#early = undefined;
  }

  #begin(timestamp: number, now: number): void {
    this.#last = { timestamp, ticks: timestamp };
    const own = this.#millis(timestamp);
    this.#anchor(own, this.#timeline.at(now), now);
  }

  /** Puts own time `own` at `at` ms of the timeline, or near it where reports place it. */
  #anchor(own: number, at: number, now: number): void {
    this.shift = at - own;
    this.#highest = own;
    this.#lag = now - own;
    const early = this.#early;
    this.#early = undefined;
    if (early !== undefined) this.report(early.timestamp, early.wallMillis);
    const target = this.#timeline.target(this);
    if (target !== undefined && Math.abs(target - this.shift) <= believable) this.shift = target;
    this.#placed = Math.max(0, Math.round(((own + this.shift) * this.rate) / 1000));
  }

  #step(last: { timestamp: number; ticks: number }, timestamp: number, now: number): void {
    const ticks = last.ticks + ((timestamp - last.timestamp) | 0);
    const own = this.#millis(ticks);
    last.timestamp = timestamp;
    last.ticks = ticks;
    const ahead = own + this.#lag - now;
    if (this.#isCut || ahead > aheadLimit || own < this.#highest - backLimit) return this.#rebase(own, now);
    this.#follow(ahead, own, now);
    this.#placed = Math.max(0, Math.round(((own + (this.shift ?? 0)) * this.rate) / 1000));
  }

  /** Lets the expected arrival follow the real one slowly, and the shift its target. */
  #follow(ahead: number, own: number, now: number): void {
    const passed = Math.max(0, now - this.#lastArrival);
    const drift = driftRate * passed;
    this.#lag -= Math.max(-drift, Math.min(drift, ahead));
    const progress = own - this.#highest;
    if (progress <= 0) return;
    this.#highest = own;
    const target = this.#timeline.target(this);
    if (target === undefined || this.shift === undefined) return;
    const error = target - this.shift;
    if (Math.abs(error) > believable) return;
    const most = slewRate * progress;
    this.shift += Math.max(-most, Math.min(most, error));
  }

  /** A new time base: goes on after the newest time by as much as passed in between. */
  #rebase(own: number, now: number): void {
    const at = this.#highest + (this.shift ?? 0) + Math.max(0, now - this.#lastArrival);
    this.#restarts += 1;
    this.#isCut = false;
    this.wallOffset = undefined;
    this.#anchor(own, at, now);
  }

  #millis(ticks: number): number {
    return (ticks * 1000) / this.rate;
  }
}
