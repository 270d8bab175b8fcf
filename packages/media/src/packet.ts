// What flows between sources, recorder, pusher and muxers: tracks and their access units.

/** Video of a stream. `config` is the body of the `avcC` (ISO/IEC 14496-15 §5.3.3) or `hvcC` (§8.3.3) box. */
export type VideoTrack = {
  kind: 'video';
  codec: 'h264' | 'h265';
  /** Ticks per second of this track's times. */
  timescale: number;
  config: Uint8Array;
  /** Pixels, after cropping. */
  width: number;
  height: number;
};

/** Audio of a stream. `config` is the AudioSpecificConfig (ISO/IEC 14496-3 §1.6.2.1). */
export type AudioTrack = {
  kind: 'audio';
  codec: 'aac';
  /** Ticks per second of this track's times. */
  timescale: number;
  config: Uint8Array;
  /** Samples per second as played. */
  sampleRate: number;
  channels: number;
};

export type Track = VideoTrack | AudioTrack;

/** One access unit: a whole picture (length-prefixed NAL units, 4-byte lengths) or one raw AAC frame. */
export type Packet = {
  kind: 'video' | 'audio';
  /** Decode time in ticks of its track's timescale; never falls within a track. */
  dts: number;
  /** Composition offset in ticks: presentation time = dts + compositionOffset. 0 for audio. */
  compositionOffset: number;
  /** A decoder can start here. True for every audio packet. */
  isKeyframe: boolean;
  data: Uint8Array;
};
