// Tracks of MP4 files made up for tests.
import type { Mp4Track } from '@lubo/media';

/** A track of `count` samples of `duration` ticks each; `starts` are the keyframes of video. */
export function fakeTrack(given: {
  kind: 'video' | 'audio';
  timescale: number;
  count: number;
  duration: number;
  /** Duration that the file gives the last sample. */
  lastDuration?: number;
  presentationStart?: number;
  firstSample?: number;
  keyframeEvery?: number;
}): Mp4Track {
  const { kind, timescale, count, duration, presentationStart = 0, firstSample = 0, keyframeEvery = 25 } = given;
  const config = new Uint8Array(0);
  const info =
    kind === 'video'
      ? ({ kind, codec: 'h264', timescale, config, width: 64, height: 48 } as const)
      : ({ kind, codec: 'aac', timescale, config, sampleRate: timescale, channels: 2 } as const);
  return {
    id: kind === 'video' ? 1 : 2,
    info,
    lengthSize: 4,
    durationTicks: count * duration - presentationStart,
    presentationStart,
    sampleCount: count,
    firstSample,
    endSample: count,
    sample: (i) => ({
      offset: i * 100,
      size: 10,
      dts: i * duration,
      compositionOffset: kind === 'video' ? duration * 2 : 0,
      duration: i === count - 1 ? (given.lastDuration ?? duration) : duration,
      isKeyframe: kind === 'audio' || i % keyframeEvery === 0,
    }),
  };
}
