// Sound that has to become AAC first, as sources see the codec worker.
import type { AudioTrack, Packet } from '@lubo/media';

/** One source's sound on its way. */
export type Transcoding = {
  /** The AAC to come, after seconds where FFmpeg starts slowly; undefined when it can't be made. Never rejects. */
  readonly track: Promise<AudioTrack | undefined>;
  /** A packet with its decode time in ticks of the input. Never blocks. */
  put(packet: { dts: number; data: Uint8Array }): void;
  close(): void;
};

/** Opens a transcoding of G.711; `onPackets` gets AAC frames in order, zero where the input's zero is. */
export type OpenSound = (
  input: { codec: 'pcma' | 'pcmu'; sampleRate: number; channels: number; timescale: number },
  onPackets: (packets: readonly Packet[]) => void,
) => Transcoding;
