// Segments as MPEG-TS (RFC 8216 §3.2) for players that know nothing newer; made only while such a player is there.
import { FormatError, type Packet, TsMuxer, splitNals } from '@lubo/media';
import type { Segment } from './segment.ts';

/** Longest AAC frame that ADTS can hold, with its header. */
const adtsBytes = 8191 - 7;

/** Takes segments in their order: continuity counters run on from one to the next. */
export class TsPackager {
  #muxer: TsMuxer | undefined;
  #generation: number | undefined;

  /** Gives the segment its transport stream. Throws FormatError when a track's configuration can't be said there. */
  add(segment: Segment): void {
    const { generation, tracks, packets } = segment.cut;
    if (this.#muxer === undefined || this.#generation !== generation) this.#muxer = new TsMuxer(tracks);
    this.#generation = generation;
    try {
      segment.ts = this.#muxer.writeSegment(packets);
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      // What a publisher sent malformed is left out; everybody else got it as it was.
      segment.ts = this.#muxer.writeSegment(packets.filter(isWhole));
    }
  }
}

function isWhole({ kind, data }: Packet): boolean {
  if (kind === 'audio') return data.length <= adtsBytes;
  try {
    return [...splitNals(data, 4)].length > 0;
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    return false;
  }
}
