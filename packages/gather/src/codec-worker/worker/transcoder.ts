// The sounds of a worker: each a line of samples and, run by run, an encoder; AAC frames go back with their places.
import { blockSamples, createPcmLine } from './pcm-line.ts';
import { type AacFrame, type SoundFormat, aacRateOf } from '../messages.ts';
import type { AacEncoder, CodecBackend } from './backend.ts';

export type TranscoderOutput = { onFrames(frames: AacFrame[]): void; onFail(detail: string): void };

export type Transcoder = { put(at: number, data: Uint8Array): void; close(): void };

/** One sound. A run's encoder lives as long as the run; its first frame, the encoder's delay, is left out. */
export function openTranscoder(sound: number, format: SoundFormat, backend: CodecBackend, output: TranscoderOutput): Transcoder {
  const line = createPcmLine(format);
  const alive = new Set<AacEncoder>();
  let current: AacEncoder | undefined;
  let isClosed = false;

  const begin = (at: number): AacEncoder => {
    let frames = 0;
    const encoder = backend.openAac({
      sampleRate: aacRateOf(format.sampleRate),
      channels: format.channels,
      onFrame(data) {
        const place = at + (frames++ - 1) * blockSamples;
        if (frames > 1 && !isClosed) output.onFrames([{ sound, at: place, data }]);
      },
      onEnd: () => alive.delete(encoder),
      onFail(detail) {
        alive.delete(encoder);
        if (current === encoder) current = undefined;
        if (!isClosed) output.onFail(detail);
      },
    });
    alive.add(encoder);
    return encoder;
  };

  return {
    put(at, data) {
      for (const event of line.put(at, data)) {
        if (event.type === 'block') {
          current ??= begin(event.block.at);
          current.encode(event.block.samples);
        } else {
          current?.end();
          current = undefined;
        }
      }
    },
    close() {
      isClosed = true;
      for (const encoder of alive) encoder.close();
    },
  };
}
