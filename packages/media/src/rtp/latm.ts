// AAC over RTP as MP4A-LATM (RFC 6416 §7, RFC 3016): AudioMuxElements of ISO/IEC 14496-3 §1.7.3, one program, one layer.

import { readAudioConfig } from '../codec/aac.ts';
import { FormatError } from '../errors.ts';
import type { Depacketizer, SoundSink } from './depacketizer.ts';
import type { RtpPacket } from './packet.ts';
import { PayloadBits } from './payload-bits.ts';
import { UnitWriter } from './unit-writer.ts';

/** A StreamMuxConfig as far as we support it. */
export type StreamMux = {
  /** AudioSpecificConfig. */
  config: Uint8Array;
  /** Frames in one AudioMuxElement. */
  frames: number;
  /** Bits of other data behind each element. */
  otherBits: number;
};

const path = ['LATM', 'StreamMuxConfig'];
const largestElement = 64 * 1024;

/**
 * Reads a StreamMuxConfig (§1.7.3.1) on its own, as fmtp has it: often cut off behind the AudioSpecificConfig, which means zeros.
 * Throws FormatError, also for what is not supported.
 */
export function readStreamMux(bytes: Uint8Array): StreamMux {
  const bits = new PayloadBits(bytes, 0, bytes.length);
  return readMux(bits, bytes, bytes.length);
}

function readMux(bits: PayloadBits, bytes: Uint8Array, end: number): StreamMux {
  const fail = (problem: string): FormatError => new FormatError(bits.at >>> 3, path, problem);
  const version = bits.read(1);
  if (version === 1 && bits.read(1) === 1) throw fail('audioMuxVersionA 1 is not supported');
  if (version === 1) readLatmValue(bits);
  if (bits.read(1) === 0) throw fail('streams of different framing are not supported');
  const frames = bits.read(6) + 1;
  if (bits.read(4) !== 0 || bits.read(3) !== 0) throw fail('several programs or layers are not supported');
  const told = version === 1 ? readLatmValue(bits) : undefined;
  const start = bits.at;
  const length = told ?? configLength(bits, fail);
  if (start + length > end * 8) throw fail('configuration passes the end');
  const config = bitsAsBytes(bytes, start, length);
  bits.at = start + length;
  const frameLengthType = bits.read(3);
  if (frameLengthType !== 0) throw fail(`frameLengthType ${frameLengthType} is not supported`);
  bits.read(8);
  const otherBits = bits.read(1) === 1 ? readOtherLength(bits, version) : 0;
  if (bits.read(1) === 1) bits.read(8);
  readAudioConfig(config);
  return { config, frames, otherBits };
}

/** LatmGetValue. */
function readLatmValue(bits: PayloadBits): number {
  let value = 0;
  for (let left = bits.read(2) + 1; left > 0; left--) value = value * 256 + bits.read(8);
  return value;
}

function readOtherLength(bits: PayloadBits, version: number): number {
  if (version === 1) return readLatmValue(bits);
  let length = 0;
  let goesOn = true;
  while (goesOn && length < 65536) {
    goesOn = bits.read(1) === 1;
    length = length * 256 + bits.read(8);
  }
  return length;
}

/** Bits of the AudioSpecificConfig at `bits`, which version 0 does not tell; the position moves. */
function configLength(bits: PayloadBits, fail: (problem: string) => FormatError): number {
  const start = bits.at;
  let type = bits.read(5);
  readRate(bits);
  const channels = bits.read(4);
  const hasExtension = type === 5 || type === 29;
  if (hasExtension) {
    readRate(bits);
    type = bits.read(5);
  }
  if (![1, 2, 3, 4].includes(type)) throw fail(`audio object type ${type} is not supported`);
  bits.read(1);
  if (bits.read(1) === 1) bits.read(14);
  bits.read(1);
  if (channels === 0) throw fail('channels told in the stream are not supported');
  if (!hasExtension) skipSbrExtension(bits);
  return bits.at - start;
}

/**
 * The backward compatible signalling of SBR and PS (§1.6.6): GStreamer leaves it in. What else could stand here, a
 * frameLengthType, is never 2 for AAC, as its first three bits would have it.
 */
function skipSbrExtension(bits: PayloadBits): void {
  const start = bits.at;
  if (bits.read(11) !== 0x2b7 || bits.read(5) !== 5) {
    bits.at = start;
    return;
  }
  if (bits.read(1) === 0) return;
  readRate(bits);
  const next = bits.at;
  if (bits.read(11) === 0x548) bits.read(1);
  else bits.at = next;
}

function readRate(bits: PayloadBits): void {
  if (bits.read(4) === 15) bits.read(24);
}

function bitsAsBytes(bytes: Uint8Array, start: number, length: number): Uint8Array {
  const bits = new PayloadBits(bytes, 0, bytes.length);
  bits.at = start;
  const copy = new Uint8Array(Math.ceil(length / 8));
  for (let i = 0; i < copy.length; i++) {
    const count = Math.min(8, length - 8 * i);
    copy[i] = bits.read(count) << (8 - count);
  }
  return copy;
}

/** Takes the packets of one MP4A-LATM stream in order. An element with a missing piece is dropped. */
export class LatmDepacketizer implements Depacketizer {
  readonly #sink: SoundSink;
  readonly #clockRate: number;
  /** The configuration stands inside the elements. */
  readonly #isInBand: boolean;
  #mux: StreamMux | undefined;
  /** Ticks of one frame. */
  #duration = 0;
  readonly #element = new UnitWriter(4 * 1024);
  readonly #writer = new UnitWriter(8 * 1024);
  #elementTime = 0;
  /** Dropping up to the next marker. */
  #isDamaged = false;
  #dropped = 0;
  #refused = 0;

  /** `mux`: the configuration from fmtp. */
  constructor(mux: StreamMux | undefined, clockRate: number, isInBand: boolean, sink: SoundSink) {
    this.#sink = sink;
    this.#clockRate = clockRate;
    this.#isInBand = isInBand;
    if (mux !== undefined) this.#configure(mux);
  }

  get droppedUnits(): number {
    return this.#dropped;
  }

  get refusedPackets(): number {
    return this.#refused;
  }

  receive(packet: RtpPacket, time: number, lostBefore: number): void {
    const { bytes, start, end, marker } = packet;
    // Whether a lost packet ended an element cannot be seen: what follows may be a rest.
    if (lostBefore > 0) this.#isDamaged = this.#element.length > 0 || !marker;
    if (this.#element.length === 0) this.#elementTime = time;
    else if (time !== this.#elementTime) this.#drop(time);
    if (!this.#isDamaged && this.#element.length === 0 && marker) this.#read(bytes, start, end, time);
    else if (!this.#isDamaged) {
      this.#element.append(bytes, start, end);
      if (this.#element.length > largestElement) this.#isDamaged = true;
      else if (marker) {
        const whole = this.#element.finish();
        this.#read(whole, 0, whole.length, this.#elementTime);
      }
    }
    if (this.#isDamaged && marker) this.#drop(time);
  }

  flush(): void {
    this.#element.abandon();
    this.#isDamaged = false;
  }

  #drop(time: number): void {
    this.#dropped += 1;
    this.#element.abandon();
    this.#isDamaged = false;
    this.#elementTime = time;
  }

  #configure(mux: StreamMux): void {
    const { samplesPerFrame, sampleRate } = readAudioConfig(mux.config);
    this.#duration = (samplesPerFrame * this.#clockRate) / sampleRate;
    const before = this.#mux?.config;
    this.#mux = mux;
    if (before === undefined || before.length !== mux.config.length || !before.every((byte, i) => byte === mux.config[i])) {
      this.#sink.config(mux.config);
    }
  }

  /** One AudioMuxElement. */
  #read(bytes: Uint8Array, start: number, end: number, time: number): void {
    const bits = new PayloadBits(bytes, start, end);
    try {
      if (this.#isInBand && bits.read(1) === 0) this.#configure(readMux(bits, bytes, end));
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      this.#refused += 1;
      return;
    }
    const frames = this.#mux?.frames ?? 0;
    for (let i = 0; i < frames; i++) {
      let length = 0;
      for (let byte = 255; byte === 255; length += byte) byte = bits.read(8);
      if (length === 0) continue;
      if (bits.at + 8 * length > 8 * end) {
        this.#refused += 1;
        return;
      }
      this.#frame(bits, bytes, length);
      this.#sink.frame(this.#writer.finish(), time + Math.round(i * this.#duration));
    }
  }

  #frame(bits: PayloadBits, bytes: Uint8Array, length: number): void {
    if ((bits.at & 7) === 0) {
      this.#writer.append(bytes, bits.at >>> 3, (bits.at >>> 3) + length);
      bits.at += 8 * length;
      return;
    }
    for (let i = 0; i < length; i++) this.#writer.appendByte(bits.read(8));
  }
}

