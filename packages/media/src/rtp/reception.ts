// How well one source is received (RFC 3550 §6.4.1, §A.3, §A.8): what receiver reports tell about it.

import type { ReportBlock } from './rtcp.ts';

/** Counts the packets of one SSRC as they arrive. */
export class Reception {
  readonly ssrc: number;
  readonly #rate: number;
  #first = -1;
  /** Highest sequence number with its wraps. */
  #highest = 0;
  #received = 0;
  #jitter = 0;
  #transit = 0;
  #before = { expected: 0, received: 0 };
  #senderReport: { ntpMiddle: number; arrival: number } | undefined;

  /** `rate`: ticks per second of the source's clock. */
  constructor(ssrc: number, rate: number) {
    this.ssrc = ssrc;
    this.#rate = rate;
  }

  /** One packet that came at `now` ms. */
  receive(sequence: number, timestamp: number, now: number): void {
    const transit = ((now * this.#rate) / 1000 - timestamp) % 2 ** 32;
    this.#received += 1;
    if (this.#first < 0) {
      this.#first = sequence;
      this.#highest = sequence;
    } else {
      const step = ((sequence - this.#highest) << 16) >> 16;
      if (step > 0) this.#highest += step;
      const difference = Math.abs(transit - this.#transit);
      // A wrap or a new time base is no jitter.
      if (difference < this.#rate * 10) this.#jitter += (difference - this.#jitter) / 16;
    }
    this.#transit = transit;
  }

  senderReport(ntpMiddle: number, now: number): void {
    this.#senderReport = { ntpMiddle, arrival: now };
  }

  /** The block of the next receiver report; counts its fraction from the one before. */
  report(now: number): ReportBlock {
    const expected = this.#first < 0 ? 0 : this.#highest - this.#first + 1;
    const expectedSince = expected - this.#before.expected;
    const lostSince = expectedSince - (this.#received - this.#before.received);
    this.#before = { expected, received: this.#received };
    const fraction = expectedSince > 0 && lostSince > 0 ? Math.min(255, Math.floor((lostSince * 256) / expectedSince)) : 0;
    const report = this.#senderReport;
    return {
      ssrc: this.ssrc,
      fractionLost: fraction,
      lost: Math.max(-0x800000, Math.min(0x7fffff, expected - this.#received)),
      highestSequence: this.#highest % 2 ** 32,
      jitter: Math.floor(this.#jitter),
      lastReport: report?.ntpMiddle ?? 0,
      delay: report === undefined ? 0 : Math.min(0xffffffff, Math.floor(((now - report.arrival) * 65536) / 1000)),
    };
  }
}
