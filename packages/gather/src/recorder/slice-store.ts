// The finished recordings on this gather's disks: what an uploader takes from here, and takes away once the site has it.
import type { RecordingUpload } from '@lubo/contract';
import type { VideoTrack } from '@lubo/media';

/** A finished slice; with `size` and `sha256` of its standard MP4 it is what the site is told. `bytes`: on this disk. */
export type SliceInfo = Omit<RecordingUpload, 'size' | 'sha256'> & { bytes: number };

/** A picture that can be decoded by itself: NAL units with 4-byte lengths, `millis` from the start of the slice. */
export type KeyframeUnit = { millis: number; track: VideoTrack; data: Uint8Array };

/** A slice as a standard MP4, its moov first, made while it is read; always the same bytes. */
export type StandardMp4 = {
  /** In bytes. */
  size: number;
  /** Lower-case hex; reads the slice once, then it is kept in the journal. */
  sha256(): Promise<string>;
  /** The bytes from `offset` on, 256 kB at most at a time. What the disk refuses comes through. */
  stream(offset: number): AsyncIterable<Uint8Array>;
  /** At most `count` keyframes, spread evenly; none without video. */
  keyframes(count: number): Promise<KeyframeUnit[]>;
  close(): Promise<void>;
};

export type SliceStore = {
  /** Oldest first. */
  finished(): SliceInfo[];
  /** Called for each slice that is finished from now on; the result ends it. */
  onFinished(listener: (slice: SliceInfo) => void): () => void;
  /** Rejects when there is no such slice or the disk refuses. `close` it in any case. */
  openStandard(id: string): Promise<StandardMp4>;
  /** Only once the site has stored it. No harm if it is gone. */
  remove(id: string): Promise<void>;
};
