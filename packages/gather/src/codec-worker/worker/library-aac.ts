// AAC by FFmpeg's encoder inside the worker.
import type { AacEncoder, AacEncoderOptions } from './backend.ts';
import { type Native, type NativeCodec, check, constants } from './native.ts';
import { blockSamples } from './pcm-line.ts';

/** Bits a second and channel: speech through G.711 has no more to it. */
export const bitsPerChannel = 32_000;

/** Native channel masks. */
const masks: readonly bigint[] = [0n, 4n, 3n];

/** Frames come out while `encode` runs. Throws when the encoder refuses the format. */
export function openLibraryAac(native: Native, codec: NativeCodec, { sampleRate, channels, onFrame, onEnd }: AacEncoderOptions): AacEncoder {
  const channelLayout = { order: 1, nbChannels: channels, mask: masks[channels] ?? 0n };
  const context = new native.CodecContext();
  const packet = new native.Packet();
  const frame = new native.Frame();
  packet.alloc();
  frame.alloc();
  let pts = 0n;
  let isClosed = false;
  const close = (): void => {
    if (isClosed) return;
    isClosed = true;
    frame.free();
    packet.free();
    context.freeContext();
  };
  const drain = (): void => {
    while (context.receivePacketSync(packet) === 0) {
      onFrame(Uint8Array.from(packet.data ?? []));
      packet.unref();
    }
  };
  try {
    context.allocContext3(codec);
    Object.assign(context, { sampleRate, channelLayout, sampleFormat: constants.sampleFormatFloatPlanar, bitRate: BigInt(bitsPerChannel * channels) });
    context.timeBase = { num: 1, den: sampleRate };
    check(context.open2Sync(codec), 'opening aac');
  } catch (error) {
    close();
    throw error;
  }
  return {
    encode(samples) {
      frame.unref();
      Object.assign(frame, { format: constants.sampleFormatFloatPlanar, nbSamples: blockSamples, sampleRate, channelLayout, pts });
      check(frame.getBuffer(0), 'room for sound');
      for (const [channel, plane] of (frame.data ?? []).slice(0, channels).entries()) {
        const floats = new Float32Array(plane.buffer, plane.byteOffset, blockSamples);
        for (let n = 0; n < blockSamples; n++) floats[n] = (samples[n * channels + channel] ?? 0) / 32_768;
      }
      pts += BigInt(blockSamples);
      check(context.sendFrameSync(frame), 'encoding sound');
      drain();
    },
    end() {
      if (context.sendFrameSync(null) === 0) drain();
      close();
      onEnd();
    },
    close,
  };
}
