// FFmpeg's libraries as node-av's binary packages export them (version 6.1, FFmpeg 8.1): only what the worker uses. The binary
// is loaded without node-av's JavaScript, whose installation would fetch a program from elsewhere.
import { createRequire } from 'node:module';
import process from 'node:process';

type Rational = { num: number; den: number };
type ChannelLayout = { order: number; nbChannels: number; mask: bigint };

export type NativePacket = { data: Buffer | null; isKeyframe: boolean; pts: bigint; alloc(): void; free(): void; unref(): void };

export type NativeFrame = {
  format: number;
  width: number;
  height: number;
  nbSamples: number;
  sampleRate: number;
  channelLayout: ChannelLayout;
  pts: bigint;
  quality: number;
  colorSpace: number;
  colorRange: number;
  readonly sampleAspectRatio: Rational;
  readonly data: Buffer[] | null;
  alloc(): void;
  free(): void;
  unref(): void;
  getBuffer(align: number): number;
};

export type NativeCodec = { readonly name: string };

export type NativeCodecContext = {
  width: number;
  height: number;
  pixelFormat: number;
  colorRange: number;
  timeBase: Rational;
  flags: number;
  globalQuality: number;
  threadCount: number;
  sampleRate: number;
  sampleFormat: number;
  channelLayout: ChannelLayout;
  bitRate: bigint;
  allocContext3(codec: NativeCodec): void;
  freeContext(): void;
  open2Sync(codec: NativeCodec): number;
  flushBuffers(): void;
  sendPacketSync(packet: NativePacket | null): number;
  receiveFrameSync(frame: NativeFrame): number;
  sendFrameSync(frame: NativeFrame | null): number;
  receivePacketSync(packet: NativePacket): number;
};

export type NativeFilterContext = {
  buffersrcAddFrameSync(frame: NativeFrame | null, flags?: number): number;
  buffersinkGetFrameSync(frame: NativeFrame): number;
};

export type NativeFilterGraph = {
  nbThreads: number;
  alloc(): void;
  free(): void;
  parse2(filters: string): number;
  configSync(): number;
  getFilter(name: string): NativeFilterContext | null;
};

export type Native = {
  Packet: new () => NativePacket;
  Frame: new () => NativeFrame;
  Codec: { findDecoderByName(name: string): NativeCodec | null; findEncoderByName(name: string): NativeCodec | null };
  CodecContext: new () => NativeCodecContext;
  FilterGraph: new () => NativeFilterGraph;
  Log: { setLevel(level: number): void };
  Option: { setInt(of: NativeCodecContext, name: string, value: number, searchFlags: number): number };
  getFFmpegInfo(): { version?: string };
};

/** Of libavutil's enumerations. */
export const constants = {
  sampleFormatFloatPlanar: 8,
  flagFixedQuality: 2,
  /** Quantiser scales are told in these units. */
  lambda: 118,
  rangeLimited: 1,
  rangeFull: 2,
  spaceBt709: 1,
  spaceUnknown: 2,
  /** The frame stays the caller's. */
  keepReference: 8,
  logQuiet: -8,
} as const;

/** The binary for this machine. Throws when there is none or it does not load (musl instead of glibc, say). */
export function loadNative(): Native {
  const suffix = process.platform === 'win32' ? '-msvc' : '';
  const load = createRequire(import.meta.url);
  return load(`@seydx/node-av-${process.platform}-${process.arch}${suffix}/node-av.node`) as Native;
}

/** Throws for a negative answer of FFmpeg. */
export function check(result: number, what: string): void {
  if (result < 0) throw new Error(`${what}: FFmpeg error ${result}`);
}
