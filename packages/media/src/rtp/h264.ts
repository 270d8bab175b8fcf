// H.264 over RTP (RFC 6184): single NAL units, STAP-A and FU-A. Interleaved packets (STAP-B, MTAP, FU-B) are refused.

import type { Depacketizer } from './depacketizer.ts';
import type { RtpPacket } from './packet.ts';
import type { NalUse, PictureSink } from './picture.ts';
import { PictureAssembler } from './picture.ts';
import { VideoConfigKeeper, withoutStartCode } from './video-config.ts';

const stapA = 24;
const fuA = 28;

/** What an H.264 NAL unit type (table 7-1) is for. */
function useOf(type: number): NalUse {
  if (type === 5) return 'keyframe';
  if (type >= 1 && type <= 4) return 'slice';
  return type === 7 ? 'sps' : type === 8 ? 'pps' : 'drop';
}

/** Takes the packets of one H.264 stream in order. `sets`: parameter sets from SDP, in any order. */
export class H264Depacketizer implements Depacketizer {
  readonly #pictures: PictureAssembler;
  #refused = 0;
  /** Type of the NAL unit in fragments; 0 without one. */
  #fragmented = 0;

  constructor(timescale: number, sets: readonly Uint8Array[], sink: PictureSink) {
    const configs = new VideoConfigKeeper('h264', timescale);
    for (const set of sets.map(withoutStartCode)) {
      const use = useOf((set[0] ?? 0) & 31);
      if (use === 'sps' || use === 'pps') configs.add(use, set);
    }
    this.#pictures = new PictureAssembler(configs, sink);
    const told = configs.change();
    if (told !== undefined) sink.config(told);
  }

  get droppedUnits(): number {
    return this.#pictures.dropped;
  }

  get refusedPackets(): number {
    return this.#refused;
  }

  receive(packet: RtpPacket, time: number, lostBefore: number): void {
    const { bytes, start, end } = packet;
    if (lostBefore > 0) this.#fragmented = 0;
    this.#pictures.startPacket(packet, time, lostBefore > 0);
    if (end > start) {
      const type = (bytes[start] ?? 0) & 31;
      if (type === fuA) this.#fragment(bytes, start, end);
      else {
        this.#fragmented = 0;
        this.#pictures.abandonFragments();
        if (type === stapA) this.#aggregate(bytes, start + 1, end);
        else if (type > 0 && type < stapA) this.#single(bytes, start, end);
        else this.#refuse();
      }
    }
    this.#pictures.endPacket(packet.marker);
  }

  flush(): void {
    this.#fragmented = 0;
    this.#pictures.flush();
  }

  #single(bytes: Uint8Array, start: number, end: number): void {
    const use = useOf((bytes[start] ?? 0) & 31);
    // first_mb_in_slice is 0 when the first bit after the header is 1.
    this.#pictures.nal(use, (bytes[start + 1] ?? 0) >= 0x80, bytes, start, end);
  }

  #aggregate(bytes: Uint8Array, start: number, end: number): void {
    let at = start;
    while (at + 2 < end) {
      const next = at + 2 + (((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0));
      if (next > end) return this.#refuse();
      if (next > at + 2) this.#single(bytes, at + 2, next);
      at = next;
    }
  }

  #fragment(bytes: Uint8Array, start: number, end: number): void {
    if (end - start < 2) return this.#refuse();
    const indicator = bytes[start] ?? 0;
    const header = bytes[start + 1] ?? 0;
    const type = header & 31;
    if ((header & 0x80) !== 0) {
      this.#fragmented = type;
      this.#pictures.beginFragments(useOf(type), (bytes[start + 2] ?? 0) >= 0x80, [(indicator & 0xe0) | type]);
    } else if (this.#fragmented !== type) {
      // Its beginning is missing, and the sequence numbers do not show it.
      this.#pictures.damage();
      this.#fragmented = 0;
      return;
    }
    this.#pictures.addFragment(bytes, start + 2, end);
    if ((header & 0x40) === 0) return;
    this.#fragmented = 0;
    this.#pictures.endFragments();
  }

  #refuse(): void {
    this.#refused += 1;
    this.#pictures.damage();
  }
}
