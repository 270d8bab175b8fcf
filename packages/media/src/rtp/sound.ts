// Sound whose RTP payload is one packet of the codec: G.711 (RFC 3551 §4.5.14), Opus (RFC 7587), handed on as it is.

import type { Depacketizer, SoundSink } from './depacketizer.ts';
import type { RtpPacket } from './packet.ts';
import { UnitWriter } from './unit-writer.ts';

/** Sound that is not AAC, for the codec worker. G.711 packets hold a byte a sample and channel. */
export type SoundTrack = {
  kind: 'audio';
  codec: 'pcma' | 'pcmu' | 'opus';
  /** Ticks per second of this track's times. */
  timescale: number;
  sampleRate: number;
  channels: number;
};

/** One packet of the codec per RTP packet. */
export class SoundDepacketizer implements Depacketizer {
  readonly #sink: SoundSink;
  readonly #writer = new UnitWriter(8 * 1024);
  readonly droppedUnits = 0;
  readonly refusedPackets = 0;

  constructor(sink: SoundSink) {
    this.#sink = sink;
  }

  receive(packet: RtpPacket, time: number): void {
    if (packet.end === packet.start) return;
    this.#writer.append(packet.bytes, packet.start, packet.end);
    this.#sink.frame(this.#writer.finish(), time);
  }

  flush(): void {
    this.#writer.abandon();
  }
}
