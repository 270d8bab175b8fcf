// What every payload format does: takes packets in order, gives whole access units to a sink of its own.

import type { RtpPacket } from './packet.ts';

export type Depacketizer = {
  /**
   * One packet, in order; `time` is where its RTP time lies on the timeline, in ticks of its clock. `lostBefore` counts packets
   * missing before it. The bytes are only lent.
   */
  receive(packet: RtpPacket, time: number, lostBefore: number): void;
  /** The source ended or changed: what is whole goes out, what is not is dropped. */
  flush(): void;
  /** Access units dropped: damaged, or before the first keyframe. */
  readonly droppedUnits: number;
  /** Packets whose payload could not be read. */
  readonly refusedPackets: number;
};

/** Where frames of sound go. `config` comes before the first frame and whenever it changes. */
export type SoundSink = {
  config(config: Uint8Array): void;
  /** `time` in ticks of the RTP clock on the timeline. */
  frame(data: Uint8Array, time: number): void;
};
