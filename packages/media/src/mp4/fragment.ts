// Fragmented MP4 for recording and HLS: the initialisation segment (ftyp, moov with mvex) and fragments (moof, mdat).
// ISO/IEC 14496-12 §8.8; HLS: RFC 8216 §3.3.

import type { Packet, Track } from '../packet.ts';
import { uint32Bytes, writeBox, writeFullBox } from './box.ts';
import { fragmentHead } from './fragment-head.ts';
import { SampleColumns } from './sample-columns.ts';
import { writeFileType, writeMovie } from './write-movie.ts';

/** The packets of one track in one fragment. Every dts ≥ 0 and rising; all in ticks of the track. */
export type FragmentRun = {
  /** 1 for the first track of the initialisation segment, 2 for the second … */
  trackId: number;
  packets: readonly Packet[];
  /** Decode time of the packet that will follow, or the end of the last one: gives the last packet its duration. */
  endDts: number;
};

/**
 * ftyp and moov for tracks numbered from 1 in their order; fragments follow. `createdAtMillis`: ms since 1970, told as the
 * creation time.
 */
export function writeInitSegment(tracks: readonly Track[], createdAtMillis = 0): Uint8Array[] {
  const emptyTables = [
    writeFullBox('stts', 0, 0, uint32Bytes(0)),
    writeFullBox('stsc', 0, 0, uint32Bytes(0)),
    writeFullBox('stsz', 0, 0, uint32Bytes(0, 0)),
    writeFullBox('stco', 0, 0, uint32Bytes(0)),
  ];
  const defaults = tracks.map((_, i) => writeFullBox('trex', 0, 0, uint32Bytes(i + 1, 1, 0, 0, 0)));
  const boxes = tracks.map((track, i) => ({ id: i + 1, track, mediaTicks: 0, movieTicks: 0, sampleTables: emptyTables }));
  return [
    writeFileType('iso6', ['iso6', 'cmfc', 'mp41']),
    writeMovie(boxes, createdAtMillis, [writeBox('mvex', ...defaults)]),
  ];
}

/**
 * One fragment as parts to be written one after the other: moof with the head of mdat, then the packets' own bytes, not
 * copied. `sequence` counts fragments from 1. Runs without packets are left out. RangeError for a dts that is negative or
 * falls, for a fragment without packets and for one of 2 GiB.
 */
export function writeFragment(sequence: number, runs: readonly FragmentRun[]): Uint8Array[] {
  const filled = runs.filter((run) => run.packets.length > 0);
  if (filled.length === 0) throw new RangeError('a fragment without packets');
  const head = fragmentHead(sequence, filled.map(columnsOf));
  const bytes = new Uint8Array(head.size);
  head.write(bytes, 0);
  return [bytes, ...filled.flatMap((run) => run.packets.map((packet) => packet.data))];
}

function columnsOf({ trackId, packets, endDts }: FragmentRun): SampleColumns {
  const columns = new SampleColumns(trackId);
  for (const { dts, compositionOffset, isKeyframe, data } of packets) columns.add(dts, data.length, compositionOffset, isKeyframe);
  columns.endDts = endDts;
  return columns;
}
