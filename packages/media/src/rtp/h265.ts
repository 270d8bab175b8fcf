// H.265 over RTP (RFC 7798) without DONL: single NAL units, aggregation packets and fragmentation units. PACI is refused.

import type { Depacketizer } from './depacketizer.ts';
import type { RtpPacket } from './packet.ts';
import type { NalUse, PictureSink } from './picture.ts';
import { PictureAssembler } from './picture.ts';
import { VideoConfigKeeper, withoutStartCode } from './video-config.ts';

const aggregation = 48;
const fragmentation = 49;

/** What an H.265 NAL unit type (table 7-1) is for. RASL pictures cannot be decoded when decoding begins at their keyframe. */
function useOf(type: number): NalUse {
  if (type >= 16 && type <= 21) return 'keyframe';
  if (type === 8 || type === 9) return 'skippable';
  if (type < 8) return 'slice';
  return type === 32 ? 'vps' : type === 33 ? 'sps' : type === 34 ? 'pps' : 'drop';
}

/** Enhancement layers are no part of the base stream. */
function useOfHeader(first: number, second: number): NalUse {
  const layer = ((first & 1) << 5) | (second >>> 3);
  return layer > 0 ? 'drop' : useOf((first >>> 1) & 63);
}

/** Takes the packets of one H.265 stream in order. `sets`: parameter sets from SDP, in any order. */
export class H265Depacketizer implements Depacketizer {
  readonly #pictures: PictureAssembler;
  #refused = 0;
  /** Type of the NAL unit in fragments; -1 without one. */
  #fragmented = -1;

  constructor(timescale: number, sets: readonly Uint8Array[], sink: PictureSink) {
    const configs = new VideoConfigKeeper('h265', timescale);
    for (const set of sets.map(withoutStartCode)) {
      const use = useOf(((set[0] ?? 0) >>> 1) & 63);
      if (use === 'vps' || use === 'sps' || use === 'pps') configs.add(use, set);
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
    if (lostBefore > 0) this.#fragmented = -1;
    this.#pictures.startPacket(packet, time, lostBefore > 0);
    if (end - start >= 2) {
      const type = ((bytes[start] ?? 0) >>> 1) & 63;
      if (type === fragmentation) this.#fragment(bytes, start, end);
      else {
        this.#fragmented = -1;
        this.#pictures.abandonFragments();
        if (type === aggregation) this.#aggregate(bytes, start + 2, end);
        else if (type < aggregation) this.#single(bytes, start, end);
        else this.#refuse();
      }
    }
    this.#pictures.endPacket(packet.marker);
  }

  flush(): void {
    this.#fragmented = -1;
    this.#pictures.flush();
  }

  #single(bytes: Uint8Array, start: number, end: number): void {
    if (end - start < 3) return;
    const use = useOfHeader(bytes[start] ?? 0, bytes[start + 1] ?? 0);
    // first_slice_segment_in_pic_flag
    this.#pictures.nal(use, (bytes[start + 2] ?? 0) >= 0x80, bytes, start, end);
  }

  #aggregate(bytes: Uint8Array, start: number, end: number): void {
    let at = start;
    while (at + 2 < end) {
      const next = at + 2 + (((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0));
      if (next > end) return this.#refuse();
      this.#single(bytes, at + 2, next);
      at = next;
    }
  }

  #fragment(bytes: Uint8Array, start: number, end: number): void {
    if (end - start < 3) return this.#refuse();
    const first = bytes[start] ?? 0;
    const second = bytes[start + 1] ?? 0;
    const header = bytes[start + 2] ?? 0;
    const type = header & 63;
    if ((header & 0x80) !== 0) {
      this.#fragmented = type;
      const nalHeader = [(first & 0x81) | (type << 1), second];
      this.#pictures.beginFragments(useOfHeader(nalHeader[0] ?? 0, second), (bytes[start + 3] ?? 0) >= 0x80, nalHeader);
    } else if (this.#fragmented !== type) {
      // Its beginning is missing, and the sequence numbers do not show it.
      this.#pictures.damage();
      this.#fragmented = -1;
      return;
    }
    this.#pictures.addFragment(bytes, start + 3, end);
    if ((header & 0x40) === 0) return;
    this.#fragmented = -1;
    this.#pictures.endFragments();
  }

  #refuse(): void {
    this.#refused += 1;
    this.#pictures.damage();
  }
}
