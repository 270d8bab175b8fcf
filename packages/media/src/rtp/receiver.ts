// One media of a session from its RTP and RTCP packets to access units with decode times (RFC 3550 §6, §8, §A.1).

import { copyBytes } from '../bytes.ts';
import { aacTrack } from '../codec/aac.ts';
import { FormatError } from '../errors.ts';
import type { Packet, Track } from '../packet.ts';
import type { Timeline, TrackClock } from './clock.ts';
import type { Depacketizer } from './depacketizer.ts';
import { DecodeTimes } from './dts.ts';
import type { MediaFormat } from './format.ts';
import { createDepacketizer } from './format.ts';
import type { RtpPacket } from './packet.ts';
import { emptyRtpPacket, readRtpInto } from './packet.ts';
import { Reception } from './reception.ts';
import type { ReorderLimits } from './reorder.ts';
import { ReorderBuffer, defaultReorderLimits } from './reorder.ts';
import type { ReportBlock } from './rtcp.ts';
import { readRtcp } from './rtcp.ts';
import type { SoundTrack } from './sound.ts';
import type { VideoConfig } from './video-config.ts';

/** A track of an RTP session: what the product records, or sound that has to become AAC first. */
export type SourceTrack = Track | SoundTrack;

/** What a receiver finds. */
export type ReceiverSink = {
  /** Before the first packet, and whenever the configuration changes. */
  track(track: SourceTrack): void;
  packet(packet: Packet): void;
};

/** Counts since the beginning. */
export type ReceiverStats = {
  packets: number;
  /** Packets that never came. */
  lost: number;
  /** Packets that came twice or too late. */
  late: number;
  /** Access units dropped because packets were missing, or before the first keyframe. */
  droppedUnits: number;
  /** Packets that could not be read. */
  refused: number;
  /** New time bases. */
  restarts: number;
};

export class RtpReceiver {
  readonly format: MediaFormat;
  readonly #sink: ReceiverSink;
  readonly #clock: TrackClock;
  readonly #reorder: ReorderBuffer;
  readonly #depacketizer: Depacketizer;
  readonly #packet = emptyRtpPacket();
  #decode: DecodeTimes | undefined;
  #reception: Reception | undefined;
  /** First packet of what may be a new source. */
  #candidate: RtpPacket | undefined;
  #now = 0;
  #packets = 0;
  #refused = 0;
  #lastSound = -1;
  #hasEnded = false;

  /** `isOrdered`: over TCP, where nothing has to be waited for. Throws FormatError when the format's configuration is broken. */
  constructor(
    format: MediaFormat,
    timeline: Timeline,
    sink: ReceiverSink,
    options: { isOrdered: boolean; isLeader: boolean; reorder?: Partial<ReorderLimits> | undefined },
  ) {
    this.format = format;
    this.#sink = sink;
    this.#clock = timeline.add(format.clockRate, options.isLeader);
    const limits = options.isOrdered ? { packets: 0, millis: 0 } : { ...defaultReorderLimits, ...options.reorder };
    this.#reorder = new ReorderBuffer((packet, lostBefore) => this.#deliver(packet, lostBefore), limits);
    this.#depacketizer = createDepacketizer(
      format,
      {
        config: (config) => this.#configure(config),
        picture: (data, pts, isKeyframe, isRestart) => {
          if (isRestart) this.#decode?.restart();
          this.#decode?.add({ pts, data, isKeyframe });
        },
      },
      {
        config: (config) => sink.track(aacTrack(config, format.clockRate)),
        frame: (data, time) => this.#sound(data, time),
      },
    );
    if (format.kind === 'audio' && format.codec !== 'aac') {
      const { codec, clockRate, channels } = format;
      sink.track({ kind: 'audio', codec, timescale: clockRate, sampleRate: clockRate, channels });
    }
  }

  get stats(): ReceiverStats {
    return {
      packets: this.#packets,
      lost: this.#reorder.lost,
      late: this.#reorder.dropped,
      droppedUnits: this.#depacketizer.droppedUnits,
      refused: this.#refused + this.#depacketizer.refusedPackets,
      restarts: this.#clock.restarts,
    };
  }

  /** Packets that never came. */
  get lost(): number {
    return this.#reorder.lost;
  }

  /** The source said BYE and has been quiet since. */
  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** An RTP packet bytes[start, end) that came at `now` ms. The bytes are only lent. Broken ones are counted, never thrown. */
  receive(bytes: Uint8Array, start: number, end: number, now: number): void {
    this.#now = now;
    const packet = this.#packet;
    try {
      readRtpInto(packet, bytes, start, end);
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      this.#refused += 1;
      return;
    }
    // Comfort noise, and what would be RTCP on this port. Other types than announced are quirks of the one source there is.
    if (packet.payloadType === 13 || (packet.payloadType >= 72 && packet.payloadType <= 76)) return;
    this.#packets += 1;
    this.#hasEnded = false;
    if (this.#reception !== undefined && packet.ssrc !== this.#reception.ssrc) return this.#otherSource(packet, now);
    this.#candidate = undefined;
    this.#accept(packet, now);
  }

  /** An RTCP packet that came at `now` ms. Broken ones are counted, never thrown. */
  receiveRtcp(bytes: Uint8Array, now: number): void {
    try {
      for (const packet of readRtcp(bytes)) {
        const ssrc = this.#reception?.ssrc;
        if (packet.type === 'sender-report' && (ssrc === undefined || packet.ssrc === ssrc)) {
          this.#reception?.senderReport(packet.ntpMiddle, now);
          if (packet.wallMillis > 0) this.#clock.report(packet.rtpTime, packet.wallMillis);
        }
        if (packet.type === 'bye' && ssrc !== undefined && packet.ssrcs.includes(ssrc)) this.#end();
      }
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      this.#refused += 1;
    }
  }

  /** RTP-Info: the RTP time that all media of the session begin to play at. */
  startsAt(rtpTime: number): void {
    this.#clock.report(rtpTime, 0);
  }

  /** Gives up on packets that are too late. */
  tick(now: number): void {
    this.#now = now;
    this.#reorder.tick(now);
  }

  /** Everything held goes out: no more packets will come. */
  flush(): void {
    this.#reorder.reset();
    this.#depacketizer.flush();
    this.#decode?.flush();
  }

  /** The block of the next receiver report; undefined before the first packet. */
  report(now: number): ReportBlock | undefined {
    return this.#reception?.report(now);
  }

  #end(): void {
    this.flush();
    this.#hasEnded = true;
  }

  #accept(packet: RtpPacket, now: number): void {
    this.#reception ??= new Reception(packet.ssrc, this.format.clockRate);
    this.#reception.receive(packet.sequence, packet.timestamp, now);
    this.#reorder.receive(packet, now);
  }

  /** A new SSRC is believed when two of its packets follow each other: a stray packet changes nothing. */
  #otherSource(packet: RtpPacket, now: number): void {
    const candidate = this.#candidate;
    if (candidate?.ssrc !== packet.ssrc || ((candidate.sequence + 1) & 0xffff) !== packet.sequence) {
      const bytes = copyBytes(packet.bytes, packet.start, packet.end);
      this.#candidate = { ...packet, bytes, start: 0, end: bytes.length };
      return;
    }
    this.#candidate = undefined;
    this.#reorder.reset();
    this.#depacketizer.flush();
    this.#clock.restart();
    this.#reception = undefined;
    this.#accept(candidate, now);
    this.#accept(packet, now);
  }

  #deliver(packet: RtpPacket, lostBefore: number): void {
    const time = this.#clock.place(packet.timestamp, this.#now);
    this.#depacketizer.receive(packet, time, lostBefore);
  }

  #configure({ track, reorderFrames, framesPerSecond }: VideoConfig): void {
    const { clockRate } = this.format;
    const told = (this.format.kind === 'video' ? this.format.framesPerSecond : undefined) ?? framesPerSecond;
    const decode = (this.#decode ??= new DecodeTimes((picture, dts, compositionOffset) => {
      this.#sink.packet({ kind: 'video', dts, compositionOffset, isKeyframe: picture.isKeyframe, data: picture.data });
    }, clockRate / 25));
    decode.configure(reorderFrames, told === undefined ? undefined : clockRate / told);
    this.#sink.track(track);
  }

  #sound(data: Uint8Array, time: number): void {
    const dts = Math.max(time, this.#lastSound + 1);
    this.#lastSound = dts;
    this.#sink.packet({ kind: 'audio', dts, compositionOffset: 0, isKeyframe: true, data });
  }
}
