// What flows inside a stream: tags on the stream's timeline, and the configuration that decoders need before them.
import { type AudioTrack, type VideoTrack, writeAudioBody, writeMetadata, writeVideoBody } from '@lubo/media';

/** One FLV tag in stream time (ms). `configs` is what a decoder needs to start here. */
export type StreamTag = {
  type: 'audio' | 'video' | 'script';
  timestamp: number;
  body: Uint8Array;
  /** A viewer can start here: a video keyframe, or any sound of a stream without video. */
  isKeyframe: boolean;
  configs: Configs;
};

/** Tracks of a stream with the bodies of their sequence headers and of the metadata. Never changed once made. */
export type Configs = {
  video: VideoTrack | undefined;
  audio: AudioTrack | undefined;
  videoBody: Uint8Array | undefined;
  audioBody: Uint8Array | undefined;
  metadata: Uint8Array;
};

/** Configuration of these tracks; at least one is there. */
export function makeConfigs(tracks: { video?: VideoTrack | undefined; audio?: AudioTrack | undefined; framesPerSecond?: number | undefined }): Configs {
  const { video, audio, framesPerSecond } = tracks;
  return {
    video,
    audio,
    videoBody:
      video && writeVideoBody({ codec: video.codec, packet: 'config', isKeyframe: true, compositionOffset: 0, data: video.config }),
    audioBody: audio && writeAudioBody({ codec: audio.codec, packet: 'config', data: audio.config }),
    metadata: writeMetadata({
      ...(video && { video }),
      ...(audio && { audio }),
      ...(framesPerSecond !== undefined && { framesPerSecond }),
      encoder: 'Lubo',
    }),
  };
}

/** Metadata and sequence headers as tags of one moment. */
export function configTagsAt(configs: Configs, timestamp: number): StreamTag[] {
  const tag = (type: StreamTag['type'], body: Uint8Array): StreamTag => ({ type, timestamp, body, isKeyframe: false, configs });
  return [
    tag('script', configs.metadata),
    ...(configs.videoBody ? [tag('video', configs.videoBody)] : []),
    ...(configs.audioBody ? [tag('audio', configs.audioBody)] : []),
  ];
}

/** Both have the same kinds of track, so that a header that was sent for one holds for the other. */
export function hasSameTracks(a: Configs, b: Configs): boolean {
  return (a.video === undefined) === (b.video === undefined) && (a.audio === undefined) === (b.audio === undefined);
}
