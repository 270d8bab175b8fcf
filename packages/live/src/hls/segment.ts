// One HLS segment in memory: as fragmented MP4 (RFC 8216 §3.3), whose bytes also hold the packets for MPEG-TS.
import { type FragmentRun, concatBytes, writeFragment } from '@lubo/media';
import type { Cut } from './segmenter.ts';

/** One segment; `fmp4` is moof and mdat. */
export type Segment = {
  /** Counts from 0 over the life of a packager, without a gap: its media sequence number. */
  number: number;
  cut: Cut;
  fmp4: Uint8Array<ArrayBuffer>;
  /** Made while somebody wants it. */
  ts: Uint8Array | undefined;
  /** Wall clock of its beginning, ms since 1970. */
  programTimeMillis: number;
};

/** Writes the fragment; the packets become views of its bytes, so that nothing else stays in memory. */
export function makeSegment(number: number, cut: Cut, programTimeMillis: number): Segment {
  const runs: FragmentRun[] = cut.tracks.map(({ kind }, i) => ({
    trackId: i + 1,
    packets: cut.packets.filter((packet) => packet.kind === kind),
    endDts: cut.ends[kind],
  }));
  const parts = writeFragment(number + 1, runs);
  const fmp4 = concatBytes(parts) as Uint8Array<ArrayBuffer>;
  let at = parts[0]?.length ?? 0;
  for (const packet of runs.flatMap(({ packets }) => packets)) {
    packet.data = fmp4.subarray(at, (at += packet.data.length));
  }
  return { number, cut, fmp4, ts: undefined, programTimeMillis };
}
