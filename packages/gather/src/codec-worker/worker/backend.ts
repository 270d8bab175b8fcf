// What a backend must be able to do.
import type { Backend, PictureWork, Pictures, Sheet, SheetWork } from '../messages.ts';

/** Makes AAC of blocks of 1024 samples a channel, frame by frame, first in, first out; the first frame is the encoder's delay. */
export type AacEncoder = {
  /** Interleaved 16-bit samples. */
  encode(samples: Int16Array): void;
  /** No more blocks; what is still inside comes out, then `onEnd`. */
  end(): void;
  /** At once, without what is inside. */
  close(): void;
};

export type AacEncoderOptions = {
  sampleRate: number;
  channels: number;
  onFrame(data: Uint8Array): void;
  onEnd(): void;
  onFail(detail: string): void;
};

export type CodecBackend = {
  name: Exclude<Backend, 'none'>;
  /** Which FFmpeg it is, for people. */
  detail: string;
  pictures(work: PictureWork): Promise<Pictures>;
  sheet(work: SheetWork): Promise<Sheet>;
  openAac(options: AacEncoderOptions): AacEncoder;
};
