// Puts the NAL units of RTP payloads together to access units (ITU-T H.264 §7.4.1.2.3, H.265 §7.4.2.4.4), whatever the marker says.
//
// A picture ends where the RTP time changes or the next picture's first slice comes. The marker bit ends it at once, but only after
// it was right three times: cameras set it on every slice, or never. Parameter sets go to the configuration wherever they stand
// (GStreamer repeats them before every slice of a keyframe); SEI, delimiters, filler and enhancement layers
// are dropped, so samples hold slices only.
//
// After a lost packet the damaged picture and all that follow are dropped up to the next keyframe: H.264 IDR, H.265 IRAP (without the
// leading pictures that cannot be decoded). A recording then shows its last good picture rather than smear, and verifies.

import { copyBytes } from '../bytes.ts';
import type { RtpPacket } from './packet.ts';
import { UnitWriter, largestUnit } from './unit-writer.ts';
import type { ParameterSetKind, VideoConfig, VideoConfigKeeper } from './video-config.ts';

/** What a NAL unit is for: part of a picture (and of which kind), a parameter set, or nothing we keep. */
export type NalUse = 'keyframe' | 'slice' | 'skippable' | ParameterSetKind | 'drop';

/** Where pictures go. `time` is the packet time given to `startPacket`. */
export type PictureSink = {
  config(config: VideoConfig): void;
  /** `isRestart`: pictures are missing before this one. */
  picture(data: Uint8Array, time: number, isKeyframe: boolean, isRestart: boolean): void;
};

/** A quarter of a second at 1 Mbps: what lives longer is moved by the garbage collector and freed late. */
const slabSize = 32 * 1024;
const trustAfter = 3;

export class PictureAssembler {
  readonly #writer = new UnitWriter(slabSize);
  readonly #configs: VideoConfigKeeper;
  readonly #sink: PictureSink;
  /** The picture being written. */
  #isOpen = false;
  #isDamaged = false;
  #isKeyframe = false;
  #isSkippable = false;
  #time = 0;
  #timestamp = 0;
  /** The packet being read. */
  #packetTime = 0;
  #packetTimestamp = 0;
  /** Markers that were right; far below 0 once one was wrong. */
  #trust = 0;
  #sawMarker = false;
  /** RTP time of the picture that a marker ended. */
  #endedAt = -1;
  #needsKeyframe = true;
  /** Leading pictures of the keyframe that decoding began with refer to pictures before it. */
  #skipsLeading = false;
  #dropped = 0;
  /** A parameter set in fragments. */
  #setKind: ParameterSetKind | undefined;
  #setParts: Uint8Array[] = [];
  #writesNal = false;

  constructor(configs: VideoConfigKeeper, sink: PictureSink) {
    this.#configs = configs;
    this.#sink = sink;
  }

  /** Pictures dropped because packets were missing, or before the first keyframe. */
  get dropped(): number {
    return this.#dropped;
  }

  /** A packet begins, placed at `time`; `isAfterLoss` when some before it are missing. */
  startPacket(packet: RtpPacket, time: number, isAfterLoss: boolean): void {
    if (isAfterLoss) this.#lose();
    if (this.#isOpen && packet.timestamp !== this.#timestamp) {
      if (this.#sawMarker) this.#trust += 1;
      this.#close();
    }
    if (packet.timestamp !== this.#endedAt) this.#endedAt = -1;
    this.#packetTime = time;
    this.#packetTimestamp = packet.timestamp;
  }

  /** One whole NAL unit, bytes[start, end). */
  nal(use: NalUse, isFirstSlice: boolean, bytes: Uint8Array, start: number, end: number): void {
    switch (use) {
      case 'drop':
        return;
      case 'vps':
      case 'sps':
      case 'pps':
        this.#configs.add(use, bytes.subarray(start, end));
        return;
      case 'keyframe':
      case 'slice':
      case 'skippable':
        this.#startSlice(use, isFirstSlice);
        this.#writer.beginNal();
        this.#writer.append(bytes, start, end);
        this.#writer.endNal();
        this.#bound();
        return;
      default:
    }
  }

  /** The first piece of a NAL unit with its header of 1 or 2 bytes. */
  beginFragments(use: NalUse, isFirstSlice: boolean, header: readonly number[]): void {
    this.abandonFragments();
    if (use === 'drop') return;
    if (use === 'vps' || use === 'sps' || use === 'pps') {
      this.#setKind = use;
      this.#setParts = [Uint8Array.from(header)];
      return;
    }
    this.#startSlice(use, isFirstSlice);
    this.#writer.beginNal();
    for (let i = 0; i < header.length; i++) this.#writer.appendByte(header[i] ?? 0);
    this.#writesNal = true;
  }

  /** A piece, bytes[start, end). Pieces without a beginning are passed over. */
  addFragment(bytes: Uint8Array, start: number, end: number): void {
    if (this.#writesNal) {
      this.#writer.append(bytes, start, end);
      this.#bound();
    } else if (this.#setKind !== undefined && this.#setParts.length < 64) this.#setParts.push(copyBytes(bytes, start, end));
  }

  endFragments(): void {
    if (this.#writesNal) this.#writer.endNal();
    else if (this.#setKind !== undefined) this.#configs.add(this.#setKind, joined(this.#setParts));
    this.#writesNal = false;
    this.#setKind = undefined;
  }

  /** The pieces under way will not be completed: what they belong to is damaged. */
  abandonFragments(): void {
    if (this.#writesNal) {
      this.#writer.endNal();
      this.#isDamaged = true;
    }
    this.#writesNal = false;
    this.#setKind = undefined;
  }

  /** The packet is done; its marker says that the picture is, too. */
  endPacket(marker: boolean): void {
    this.#sawMarker = marker;
    if (!marker || !this.#isOpen || this.#writesNal) return;
    if (this.#trust < trustAfter || this.#configs.current?.isInterlaced === true) return;
    this.#endedAt = this.#timestamp;
    this.#close();
  }

  /** The source ended or changed: the open picture is whole as far as known, and the next one is a keyframe. */
  flush(): void {
    this.abandonFragments();
    if (this.#isOpen) this.#close();
    this.#endedAt = -1;
    this.#needsKeyframe = true;
  }

  /** Something is missing or unreadable here. */
  damage(): void {
    this.#lose();
  }

  #lose(): void {
    this.abandonFragments();
    if (this.#isOpen) this.#isDamaged = true;
    this.#needsKeyframe = true;
  }

  #startSlice(use: 'keyframe' | 'slice' | 'skippable', isFirstSlice: boolean): void {
    // With fields, the second one begins with a first slice too and belongs to the same sample.
    if (this.#isOpen && isFirstSlice && this.#configs.current?.isInterlaced !== true) this.#close();
    if (!this.#isOpen) this.#open(use, isFirstSlice);
    if (use === 'keyframe') this.#isKeyframe = true;
    if (use !== 'skippable') this.#isSkippable = false;
    // A marker in the middle of a picture: this camera's markers mean nothing.
    if (!isFirstSlice && this.#sawMarker) this.#trust = Number.NEGATIVE_INFINITY;
    this.#sawMarker = false;
  }

  #open(use: NalUse, isFirstSlice: boolean): void {
    this.#isOpen = true;
    this.#isKeyframe = false;
    this.#isSkippable = use === 'skippable';
    // Without its first slice it is what is left of a picture, or its rest after a wrong marker.
    this.#isDamaged = !isFirstSlice;
    if (this.#endedAt >= 0 && !isFirstSlice) this.#trust = Number.NEGATIVE_INFINITY;
    this.#time = this.#packetTime;
    this.#timestamp = this.#packetTimestamp;
  }

  #close(): void {
    this.#isOpen = false;
    this.#sawMarker = false;
    if (this.#isDamaged) this.#needsKeyframe = true;
    const isUndecodable = this.#isSkippable && this.#skipsLeading;
    const isWaiting = this.#needsKeyframe && !this.#isKeyframe;
    const change = this.#configs.change();
    if (change !== undefined) this.#sink.config(change);
    if (this.#isDamaged || isUndecodable || isWaiting || this.#configs.current === undefined) {
      this.#dropped += 1;
      this.#writer.abandon();
      if (this.#configs.current === undefined) this.#needsKeyframe = true;
      return;
    }
    const isRestart = this.#needsKeyframe;
    if (this.#isKeyframe) this.#skipsLeading = isRestart;
    this.#needsKeyframe = false;
    this.#sink.picture(this.#writer.finish(), this.#time, this.#isKeyframe, isRestart);
  }

  #bound(): void {
    if (this.#writer.length <= largestUnit) return;
    this.#writesNal = false;
    this.#writer.abandon();
    this.#lose();
    this.#isDamaged = true;
  }
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
