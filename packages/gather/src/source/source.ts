// What a channel's video comes from: a file now, a camera or another server's stream beside it.
import type { ChannelFault } from '@lubo/contract';
import type { Packet } from '@lubo/media';
import type { Tracks } from '../unit.ts';

/** What a source tells its channel. None of these throws or blocks. */
export type SourceOutput = {
  /** Video comes from now on, on a new timeline with these tracks. */
  begin(tracks: Tracks): void;
  /** The timeline goes on with another configuration. */
  change(tracks: Tracks): void;
  /** In order of decode time across all tracks, each at its time. */
  packets(packets: readonly Packet[]): void;
  /** There is no video, for this reason; the source tries again by itself. */
  fault(fault: ChannelFault): void;
};

/** A source lives from `start` until `stop`, through all its faults. */
export type Source = {
  start(output: SourceOutput): void;
  /** Nothing is told any more once this is called; resolves when files and sockets are closed. */
  stop(): Promise<void>;
};
