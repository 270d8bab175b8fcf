// The parameter sets of a video stream, from SDP and in-band, as one decoder configuration that follows their changes.

import { copyBytes, equalBytes } from '../bytes.ts';
import { readSpsOrder, readSps } from '../codec/avc-sps.ts';
import { avcTrack, writeAvcConfig } from '../codec/avc.ts';
import { BitReader } from '../codec/bits.ts';
import { readHevcSps } from '../codec/hevc-sps.ts';
import { hevcTrack, writeHevcConfig } from '../codec/hevc.ts';
import { removeEmulationPrevention } from '../codec/nal.ts';
import { FormatError } from '../errors.ts';
import type { VideoTrack } from '../packet.ts';

/** A configuration and what goes with it. */
export type VideoConfig = {
  track: VideoTrack;
  /** Depth of reordering, undefined when the SPS does not tell. */
  reorderFrames: number | undefined;
  framesPerSecond: number | undefined;
  isInterlaced: boolean;
};

export type ParameterSetKind = 'vps' | 'sps' | 'pps';

/** Parameter sets that one stream may have of each kind. */
const mostSets = 16;

/** Keeps the newest set of each id. Sets that cannot be read are passed over: the stream may live on with those before. */
export class VideoConfigKeeper {
  readonly #codec: 'h264' | 'h265';
  readonly #timescale: number;
  readonly #sets = { vps: new Map<number, Uint8Array>(), sps: new Map<number, Uint8Array>(), pps: new Map<number, Uint8Array>() };
  #isDirty = false;
  #current: VideoConfig | undefined;

  constructor(codec: 'h264' | 'h265', timescale: number) {
    this.#codec = codec;
    this.#timescale = timescale;
  }

  /** The configuration given out last. */
  get current(): VideoConfig | undefined {
    return this.#current;
  }

  /** Takes a parameter set (with its header, without start code). It is copied. */
  add(kind: ParameterSetKind, nal: Uint8Array): void {
    const sets = this.#sets[kind];
    for (const known of sets.values()) if (known.length === nal.length && equalBytes(known, nal)) return;
    const id = idOf(this.#codec, kind, nal);
    if (id === undefined || (sets.size >= mostSets && !sets.has(id))) return;
    sets.set(id, copyBytes(nal));
    this.#isDirty = true;
  }

  /** The configuration when it is another one than before, and whole; to be asked before each picture. */
  change(): VideoConfig | undefined {
    if (!this.#isDirty) return undefined;
    this.#isDirty = false;
    const config = this.#build();
    if (config === undefined || (this.#current !== undefined && equalBytes(this.#current.track.config, config.track.config))) {
      return undefined;
    }
    this.#current = config;
    return config;
  }

  #build(): VideoConfig | undefined {
    const vps = [...this.#sets.vps.values()];
    const sps = [...this.#sets.sps.values()];
    const pps = [...this.#sets.pps.values()];
    const [first] = sps;
    if (first === undefined || pps.length === 0 || (this.#codec === 'h265' && vps.length === 0)) return undefined;
    try {
      if (this.#codec === 'h265') {
        const { reorderFrames } = readHevcSps(first);
        const track = hevcTrack(writeHevcConfig({ vps, sps, pps }), this.#timescale);
        return { track, reorderFrames, framesPerSecond: undefined, isInterlaced: false };
      }
      const { reorderFrames, isInterlaced } = readSpsOrder(first);
      const track = avcTrack(writeAvcConfig({ sps, pps }), this.#timescale);
      return { track, reorderFrames, framesPerSecond: readSps(first).framesPerSecond, isInterlaced };
    } catch (error) {
      if (error instanceof FormatError) return undefined;
      throw error;
    }
  }
}

/** The id of a set; undefined when it cannot be read. */
function idOf(codec: 'h264' | 'h265', kind: ParameterSetKind, nal: Uint8Array): number | undefined {
  try {
    if (kind === 'sps') return codec === 'h264' ? readSpsOrder(nal).id : readHevcSps(nal).id;
    // The ids of VPS and PPS stand right behind the header.
    const bits = new BitReader(removeEmulationPrevention(nal.subarray(0, 16)), [kind.toUpperCase()]);
    bits.skip(codec === 'h264' ? 8 : 16);
    return kind === 'vps' ? bits.read(4) : bits.exp();
  } catch (error) {
    if (error instanceof FormatError) return undefined;
    throw error;
  }
}

/** A set as some cameras put it into SDP: behind a start code. */
export function withoutStartCode(nal: Uint8Array): Uint8Array {
  let at = 0;
  while (at < nal.length && nal[at] === 0) at += 1;
  return at >= 2 && nal[at] === 1 ? nal.subarray(at + 1) : nal;
}
