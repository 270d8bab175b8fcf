// From a sample's bytes to a packet, and from an opened file to its samples in the order in which a player needs them.

import { splitNals } from '../codec/nal.ts';
import { concatBytes, viewOf } from '../bytes.ts';
import type { Packet } from '../packet.ts';
import type { Mp4File, Mp4Track } from './read.ts';
import type { Mp4Sample } from './samples.ts';

/** A sample of the file with its track. */
export type TrackSample = { track: Mp4Track; index: number; sample: Mp4Sample };

/**
 * A sample as a packet with 4-byte NAL unit lengths; `data` are its bytes, used as they are where the file has such lengths.
 * Times lie on the presentation plus `shiftTicks`: dts = sample.dts − presentationStart + shiftTicks.
 * FormatError when shorter lengths have to be widened and do not fit the data.
 */
export function packetFromSample(track: Mp4Track, sample: Mp4Sample, data: Uint8Array, shiftTicks = 0): Packet {
  const isVideo = track.info.kind === 'video';
  return {
    kind: track.info.kind,
    dts: sample.dts - track.presentationStart + shiftTicks,
    compositionOffset: sample.compositionOffset,
    isKeyframe: isVideo ? sample.isKeyframe : true,
    data: isVideo && track.lengthSize !== 4 ? widenLengths(data, track.lengthSize) : data,
  };
}

/** The samples of one pass through `tracks`, in order of decode time on the presentation. */
export function* samplesInOrder(tracks: Mp4File['tracks']): Generator<TrackSample, void, void> {
  const cursors = tracks.map((track) => ({ track, index: track.firstSample }));
  for (;;) {
    let next: (TrackSample & { cursor: { index: number }; seconds: number }) | undefined;
    for (const cursor of cursors) {
      const { track, index } = cursor;
      if (index >= track.endSample) continue;
      const sample = track.sample(index);
      const seconds = (sample.dts - track.presentationStart) / track.info.timescale;
      if (!next || seconds < next.seconds) next = { cursor, track, index, sample, seconds };
    }
    if (!next) return;
    next.cursor.index++;
    yield { track: next.track, index: next.index, sample: next.sample };
  }
}

function widenLengths(data: Uint8Array, lengthSize: number): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const nal of splitNals(data, lengthSize)) {
    const length = new Uint8Array(4);
    viewOf(length).setUint32(0, nal.length);
    parts.push(length, nal);
  }
  return concatBytes(parts);
}
