// Tracks, packets and units made up for tests: 25 pictures a second, a keyframe each second unless told otherwise.
import { type AudioTrack, type Packet, type VideoTrack, ticksToMillis } from '@lubo/media';
import type { Tracks, Unit } from './unit.ts';

/** The avcC of a baseline stream of 64 × 48: `ffmpeg -f lavfi -i testsrc2=size=64x48:rate=25 -c:v libx264 -profile:v baseline`. */
const avcConfig = Uint8Array.from(Buffer.from('0142c00affe100176742c00ad9047b011000000300100000030320f122648001000568cb83cb20', 'hex'));

export const video: VideoTrack = { kind: 'video', codec: 'h264', timescale: 1000, config: avcConfig, width: 64, height: 48 };
export const audio: AudioTrack = { kind: 'audio', codec: 'aac', timescale: 1000, config: Uint8Array.of(0x12, 0x10), sampleRate: 44_100, channels: 2 };
export const tracks: Tracks = { video, audio };

/** Picture number `i` with `bytes` of data whose first byte is `i`. */
export function picture(i: number, given: { bytes?: number; gop?: number } = {}): Packet {
  const data = new Uint8Array(given.bytes ?? 20).fill(i & 0xff);
  return { kind: 'video', dts: i * 40, compositionOffset: 0, isKeyframe: i % (given.gop ?? 25) === 0, data };
}

/** Sound number `i`, 20 ms each. */
export function sound(i: number): Packet {
  return { kind: 'audio', dts: i * 20, compositionOffset: 0, isKeyframe: true, data: new Uint8Array(10).fill(i & 0xff) };
}

/** A unit of these tracks. */
export function unit(packet: Packet, given: { tracks?: Tracks; timeline?: number } = {}): Unit {
  const of = given.tracks ?? tracks;
  return {
    packet,
    tracks: of,
    timeline: given.timeline ?? 1,
    millis: ticksToMillis(packet.dts, of[packet.kind]?.timescale ?? 1000),
    isStart: packet.isKeyframe && (packet.kind === 'video' || of.video === undefined),
  };
}

/** Numbers from `from` up to, not including, `to`. */
export function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, i) => from + i);
}
