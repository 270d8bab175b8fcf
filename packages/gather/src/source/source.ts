// What a channel's video comes from: a file now, a camera or another server's stream beside it.
import type { ChannelFault, GatherTuning } from '@lubo/contract';
import type { Packet } from '@lubo/media';
import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import type { Tracks } from '../unit.ts';
import type { OpenSound } from './sound.ts';

/** What a source tells its channel. None of these throws or blocks. */
export type SourceOutput = {
  /** Video comes from now on, on a new timeline with these tracks. */
  begin(tracks: Tracks): void;
  /** The timeline goes on with another configuration. */
  change(tracks: Tracks): void;
  /** In order of decode time across all tracks, each at its time; after a pause of one track it may come in a little late. */
  packets(packets: readonly Packet[]): void;
  /** There is no video, for this reason; the source tries again by itself. */
  fault(fault: ChannelFault): void;
};

/** What a running source could do better, told beside its video. */
export type SourceHealth = {
  /** RTP packets that never came, since the source was opened. */
  lostPackets?: number;
  /** For people: sound that is left out, a certificate that nobody checked. */
  notices: readonly ChannelFault[];
};

/** A source lives from `start` until `stop`, through all its faults. */
export type Source = {
  start(output: SourceOutput): void;
  /** Absent: nothing to tell. */
  health?(): SourceHealth;
  /** Nothing is told any more once this is called; resolves when files and sockets are closed. */
  stop(): Promise<void>;
};

/** In kbps: of a camera's stream that is recorded, and of the smaller one. */
export type Bitrates = Pick<GatherTuning, 'mainKbps' | 'subKbps'>;

/** What a source lives in. */
export type SourceSurroundings = {
  clock: Clock;
  log: Logger;
  /** Whether a lost source is dialled again by itself, as the gather's settings stand. */
  reconnects(): boolean;
  /** What cameras are set to unless their channel says otherwise, as the gather's settings stand. */
  bitrates(): Bitrates;
  /** Of a camera with two streams: the one that is recorded, or the smaller one that is played live. */
  stream: 'main' | 'sub';
  /** Whether somebody waits for each picture (a live push); otherwise a tenth of a second costs nobody anything. Absent: always. */
  isUrgent?: (() => boolean) | undefined;
  /** Absent: sound that is not AAC is left out. */
  openSound?: OpenSound | undefined;
};
