// AAC over RTP as mpeg4-generic (RFC 3640), modes AAC-hbr and AAC-lbr: AU headers, several frames a packet, fragments.

import { readAudioConfig } from '../codec/aac.ts';
import { readAdtsHeader } from '../codec/adts.ts';
import { FormatError } from '../errors.ts';
import type { Depacketizer, SoundSink } from './depacketizer.ts';
import type { RtpPacket } from './packet.ts';
import { PayloadBits } from './payload-bits.ts';
import { UnitWriter } from './unit-writer.ts';

/** Widths in bits of the AU header's fields (RFC 3640 §4.1), from fmtp. */
export type AuHeaderWidths = {
  size: number;
  index: number;
  indexDelta: number;
  ctsDelta: number;
  dtsDelta: number;
  hasRandomAccess: boolean;
  streamState: number;
  auxiliarySize: number;
};

/** Widths as fmtp tells them (names in lower case), else as its mode fixes them; cameras without either mean AAC-hbr. */
export function auHeaderWidths(parameters: ReadonlyMap<string, string>): AuHeaderWidths {
  const isLow = parameters.get('mode')?.toLowerCase() === 'aac-lbr';
  const width = (name: string, otherwise: number): number => {
    const value = Number.parseInt(parameters.get(name) ?? '', 10);
    return value >= 0 && value <= 32 ? value : otherwise;
  };
  return {
    size: width('sizelength', isLow ? 6 : 13),
    index: width('indexlength', isLow ? 2 : 3),
    indexDelta: width('indexdeltalength', isLow ? 2 : 3),
    ctsDelta: width('ctsdeltalength', 0),
    dtsDelta: width('dtsdeltalength', 0),
    hasRandomAccess: width('randomaccessindication', 0) === 1,
    streamState: width('streamstateindication', 0),
    auxiliarySize: width('auxiliarydatasizelength', 0),
  };
}

/** Frames in one packet: 2 s of sound at 48 kHz. */
const mostFrames = 96;
/** A quarter of a second at 64 kbps: what lives longer is moved by the garbage collector and freed late. */
const slabSize = 2 * 1024;
/** Bytes of one frame: 8 channels at the most that AAC allows. */
const largestFrame = 6144;

/** Takes the packets of one mpeg4-generic stream in order. A frame with a missing piece is dropped. */
export class AacDepacketizer implements Depacketizer {
  readonly #widths: AuHeaderWidths;
  /** An AU header is its size and index in 16 bits, as nearly all cameras have it: a packet of one frame is then read at a glance. */
  readonly #isSimple: boolean;
  readonly #sink: SoundSink;
  /** Ticks of one frame. */
  readonly #duration: number;
  readonly #writer = new UnitWriter(slabSize);
  /** Sizes and distances of the frames in the packet being read. */
  readonly #sizes = new Uint32Array(mostFrames);
  readonly #distances = new Float64Array(mostFrames);
  #count = 0;
  /** Size of the frame in fragments; 0 without one. */
  #whole = 0;
  #wholeTime = 0;
  #droppedTime = -1;
  #dropped = 0;
  #refused = 0;

  /** `config` is the AudioSpecificConfig. Throws FormatError when it cannot be read. */
  constructor(config: Uint8Array, clockRate: number, widths: AuHeaderWidths, sink: SoundSink) {
    const { samplesPerFrame, sampleRate } = readAudioConfig(config);
    this.#widths = widths;
    const { size, index, ctsDelta, dtsDelta, hasRandomAccess, streamState, auxiliarySize } = widths;
    this.#isSimple = size > 0 && size + index === 16 && ctsDelta + dtsDelta + streamState + auxiliarySize === 0 && !hasRandomAccess;
    this.#sink = sink;
    this.#duration = (samplesPerFrame * clockRate) / sampleRate;
    sink.config(config);
  }

  get droppedUnits(): number {
    return this.#dropped;
  }

  get refusedPackets(): number {
    return this.#refused;
  }

  receive(packet: RtpPacket, time: number, lostBefore: number): void {
    if (lostBefore > 0) this.#abandon();
    const { bytes, start, end } = packet;
    if (end === start) return;
    const at = this.#readHeaders(bytes, start, end);
    const size = this.#sizes[0] ?? 0;
    if (at < 0) {
      this.#refused += 1;
      return;
    }
    if (this.#whole > 0 || (this.#count === 1 && size > end - at)) return this.#fragment(bytes, at, end, size, time, packet.marker);
    this.#frames(bytes, at, end, time);
  }

  flush(): void {
    this.#abandon();
  }

  #abandon(): void {
    // The rest of a frame whose beginning was lost is no second one.
    if (this.#whole > 0 && this.#wholeTime !== this.#droppedTime) this.#dropped += 1;
    if (this.#whole > 0) this.#droppedTime = this.#wholeTime;
    this.#whole = 0;
    this.#writer.abandon();
  }

  /** Reads the AU headers into #sizes and #distances; returns where the frames begin, -1 for nonsense. */
  #readHeaders(bytes: Uint8Array, start: number, end: number): number {
    this.#count = 0;
    const widths = this.#widths;
    if (this.#isSimple && end - start > 4 && bytes[start] === 0 && bytes[start + 1] === 16) {
      const header = ((bytes[start + 2] ?? 0) << 8) | (bytes[start + 3] ?? 0);
      this.#add(header >>> widths.index || end - start - 4, 0);
      return start + 4;
    }
    const bits = new PayloadBits(bytes, start, end);
    // Without any field there is no header section: one frame a packet (RFC 3640 §3.2.1).
    const length = widths.size + widths.index + widths.indexDelta === 0 ? 0 : bits.read(16);
    const headersEnd = bits.at + length;
    let distance = 0;
    while (bits.at + Math.max(1, widths.size) <= headersEnd) {
      const isFirst = this.#count === 0;
      if (this.#count >= mostFrames) return -1;
      const size = bits.read(widths.size);
      const delta = bits.read(isFirst ? widths.index : widths.indexDelta);
      distance = isFirst ? 0 : distance + delta + 1;
      this.#add(size, distance);
      if (widths.ctsDelta > 0 && bits.read(1) === 1) bits.read(widths.ctsDelta);
      if (widths.dtsDelta > 0 && bits.read(1) === 1) bits.read(widths.dtsDelta);
      bits.read((widths.hasRandomAccess ? 1 : 0) + widths.streamState);
    }
    if (bits.at > headersEnd && length > 0) return -1;
    bits.at = (headersEnd + 7) & ~7;
    if (widths.auxiliarySize > 0) {
      const auxiliary = bits.read(widths.auxiliarySize);
      bits.at = (bits.at + auxiliary + 7) & ~7;
    }
    const at = bits.at >>> 3;
    if (bits.isPast || at >= end) return -1;
    // Without sizes, or with a size of 0, the packet is one frame.
    if (this.#count === 0) this.#add(0, 0);
    if (this.#count === 1 && this.#sizes[0] === 0) this.#sizes[0] = end - at;
    return at;
  }

  #add(size: number, distance: number): void {
    this.#sizes[this.#count] = size;
    this.#distances[this.#count++] = distance;
  }

  #frames(bytes: Uint8Array, start: number, end: number, time: number): void {
    let at = start;
    for (let i = 0; i < this.#count; i++) {
      const next = at + (this.#sizes[i] ?? 0);
      if (next > end) {
        this.#refused += 1;
        return;
      }
      this.#frame(bytes, at, next, time + Math.round((this.#distances[i] ?? 0) * this.#duration));
      at = next;
    }
  }

  #frame(bytes: Uint8Array, start: number, end: number, time: number): void {
    if (end === start) return;
    this.#writer.append(bytes, start + adtsLength(bytes, start, end), end);
    this.#sink.frame(this.#writer.finish(), time);
  }

  /** One piece of a frame larger than a packet: each repeats the header with the whole size. */
  #fragment(bytes: Uint8Array, start: number, end: number, size: number, time: number, marker: boolean): void {
    if (this.#whole > 0 && (this.#wholeTime !== time || this.#whole !== size)) {
      this.#abandon();
      if (size <= end - start) return this.#frames(bytes, start, end, time);
    }
    if (size > largestFrame) {
      this.#refused += 1;
      return;
    }
    this.#whole = size;
    this.#wholeTime = time;
    this.#writer.append(bytes, start, Math.min(end, start + size - this.#writer.length));
    if (this.#writer.length === size) {
      this.#whole = 0;
      this.#sink.frame(this.#writer.finish(), time);
    } else if (marker) this.#abandon();
  }
}

/** Length of an ADTS header that some cameras leave before the frame. */
function adtsLength(bytes: Uint8Array, start: number, end: number): number {
  if (bytes[start] !== 0xff || ((bytes[start + 1] ?? 0) & 0xf6) !== 0xf0) return 0;
  try {
    const header = readAdtsHeader(bytes, start);
    return header !== undefined && header.frameLength === end - start ? header.headerLength : 0;
  } catch (error) {
    if (error instanceof FormatError) return 0;
    throw error;
  }
}
