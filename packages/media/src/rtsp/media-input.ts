// The media of one playing session: channels to receivers, receiver reports back, silence and BYE noticed.

import { Timeline } from '../rtp/clock.ts';
import type { ReceiverSink, ReceiverStats } from '../rtp/receiver.ts';
import { RtpReceiver } from '../rtp/receiver.ts';
import type { ReorderLimits } from '../rtp/reorder.ts';
import { writeReceiverReport } from '../rtp/rtcp.ts';
import type { MediaFormat } from '../rtp/format.ts';
import type { RtspTransport } from './transport.ts';

/** Ms between receiver reports. */
const reportInterval = 5000;

/** RTCP to be sent for a media. */
export type OutgoingReport = { media: number; bytes: Uint8Array };

export class MediaInput {
  readonly #timeline = new Timeline();
  readonly #receivers: (RtpReceiver | undefined)[] = [];
  readonly #sink: ReceiverSink;
  readonly #ssrc: number;
  #nextReport = Infinity;
  /** When each media last brought anything. */
  readonly #heard: number[] = [];

  /** `ssrc`: ours in the reports. */
  constructor(sink: ReceiverSink, ssrc: number) {
    this.#sink = sink;
    this.#ssrc = ssrc;
  }

  /** Prepares media number `media`. Audio leads the timeline; without any, nothing has to be brought together. */
  add(media: number, format: MediaFormat, transport: RtspTransport, reorder: Partial<ReorderLimits> | undefined): void {
    const options = { isOrdered: transport === 'tcp', isLeader: format.kind === 'audio', reorder };
    this.#receivers[media] = new RtpReceiver(format, this.#timeline, this.#sink, options);
  }

  /** Play begins: silence counts from now. */
  start(now: number): void {
    this.#nextReport = now + reportInterval;
    this.#receivers.forEach((_, media) => (this.#heard[media] = Math.max(now, this.#heard[media] ?? 0)));
  }

  /** RTP times that all media begin at, by number of the media. Told only in part, they are of no use. */
  startsAt(rtpTimes: readonly (number | undefined)[]): void {
    if (rtpTimes.includes(undefined)) return;
    this.#receivers.forEach((receiver, media) => receiver?.startsAt(rtpTimes[media] ?? 0));
  }

  /** bytes[start, end) came for `media`. */
  receive(media: number, isRtcp: boolean, bytes: Uint8Array, start: number, end: number, now: number): void {
    const receiver = this.#receivers[media];
    if (receiver === undefined) return;
    if (isRtcp) {
      receiver.receiveRtcp(bytes.subarray(start, end), now);
      return;
    }
    this.#heard[media] = now;
    receiver.receive(bytes, start, end, now);
  }

  /** Late packets are given up; receiver reports that are due. */
  tick(now: number): OutgoingReport[] {
    for (const receiver of this.#receivers) receiver?.tick(now);
    if (now < this.#nextReport) return [];
    this.#nextReport = now + reportInterval;
    return this.#receivers.flatMap((receiver, media) => {
      const block = receiver?.report(now);
      return block === undefined ? [] : [{ media, bytes: writeReceiverReport(this.#ssrc, [block], 'lubo') }];
    });
  }

  /** Ms since the video, or without one the sound, last brought anything. `all`: while no picture has come, since anything came. */
  silence(now: number, of: 'video' | 'all'): number {
    const video = this.#receivers.findIndex((receiver) => receiver?.format.kind === 'video');
    const isAny = of === 'all' && this.#receivers[video]?.stats.packets === 0;
    const heardAt = isAny ? Math.max(...this.#heard.filter((at) => at !== undefined)) : this.#heard[Math.max(0, video)];
    return now - (heardAt ?? now);
  }

  /** Whether a packet of any media has come. */
  get hasMedia(): boolean {
    return this.#receivers.some((receiver) => (receiver?.stats.packets ?? 0) > 0);
  }

  /** Whether every media has said BYE. */
  get hasEnded(): boolean {
    return this.#receivers.length > 0 && this.#receivers.every((receiver) => receiver === undefined || receiver.hasEnded);
  }

  /** What is held goes out. */
  flush(): void {
    for (const receiver of this.#receivers) receiver?.flush();
  }

  /** Packets that never came; asked after every read, so without making an object. */
  get lost(): number {
    let lost = 0;
    for (const receiver of this.#receivers) lost += receiver?.lost ?? 0;
    return lost;
  }

  /** Counts by kind of media. */
  get stats(): { video?: ReceiverStats; audio?: ReceiverStats } {
    const stats: { video?: ReceiverStats; audio?: ReceiverStats } = {};
    for (const receiver of this.#receivers) if (receiver !== undefined) stats[receiver.format.kind] = receiver.stats;
    return stats;
  }
}
