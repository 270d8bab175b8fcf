// What flows through a channel: access units with the tracks they belong to.
import type { AudioTrack, Packet, VideoTrack } from '@lubo/media';

/** The tracks of a source, at most one of a kind; a new object whenever a configuration changes. */
export type Tracks = { video?: VideoTrack | undefined; audio?: AudioTrack | undefined };

/** One access unit on the bus; shared by all consumers, so never changed. */
export type Unit = {
  packet: Packet;
  tracks: Tracks;
  /** Counts the timelines of the channel: decode times of different ones can't be compared. */
  timeline: number;
  /** Decode time in milliseconds on its timeline, not rounded. */
  millis: number;
  /** Decoding of the whole stream can start here: a video keyframe, or any audio where there is no video. */
  isStart: boolean;
};

/** Bytes that a unit counts for in bounds: its data and what goes with it. */
export function sizeOf(unit: Unit): number {
  return unit.packet.data.length + 200;
}
