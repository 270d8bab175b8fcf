// From the tags of an RTMP stream (FLV bodies, enhanced RTMP) to tracks and packets on one timeline of milliseconds.
import { type AudioTrack, FormatError, type Packet, type Track, type VideoTrack, aacTrack, avcTrack, concatBytes, equalBytes, hevcTrack, readAudioBody, readAvcConfig, readHevcConfig, readMetadata, readVideoBody, splitNals } from '@lubo/media';
import { createTagClock } from './tag-clock.ts';

export type Tag = { type: 'audio' | 'video' | 'script'; timestamp: number; body: Uint8Array };

export type TagSink = {
  /** The publisher says which kinds there are. */
  expect(kinds: Packet['kind'][]): void;
  track(track: Track): void;
  packet(packet: Packet): void;
  /** A kind of sound that is not supported; the pictures go on. */
  leaveSoundOut(reason: string): void;
};

const timescale = 1000;

/** Reads one connection's tags in order. Throws FormatError for malformed ones, and for video that is not supported. */
export function createTagReader(sink: TagSink): (tag: Tag) => void {
  const place = createTagClock();
  let video: VideoTrack | undefined;
  let audio: AudioTrack | undefined;
  let lengthSize = 4;
  let isSoundLeftOut = false;

  const takeVideo = ({ timestamp, body }: Tag): void => {
    const { codec, packet, isKeyframe, compositionOffset, data } = readVideoBody(body);
    if (packet === 'config' && data.length > 0) {
      if (video?.codec === codec && equalBytes(video.config, data)) return;
      lengthSize = codec === 'h264' ? readAvcConfig(data).lengthSize : readHevcConfig(data).lengthSize;
      video = codec === 'h264' ? avcTrack(data, timescale) : hevcTrack(data, timescale);
      sink.track(video);
    }
    if (packet !== 'frame' || video === undefined || video.codec !== codec) return;
    const slices = slicesOf(codec, data, lengthSize);
    if (slices.length === 0) return;
    const { dts, shift } = place('video', timestamp);
    sink.packet({ kind: 'video', dts, compositionOffset: compositionOffset - shift, isKeyframe, data: slices });
  };
  const takeAudio = ({ timestamp, body }: Tag): void => {
    const { packet, data } = readAudioBody(body);
    if (packet === 'config' && data.length > 0 && (audio === undefined || !equalBytes(audio.config, data))) {
      audio = aacTrack(data, timescale);
      sink.track(audio);
    }
    if (packet === 'frame' && audio !== undefined && data.length > 0) {
      sink.packet({ kind: 'audio', dts: place('audio', timestamp).dts, compositionOffset: 0, isKeyframe: true, data });
    }
  };

  return (tag) => {
    if (tag.type === 'video') takeVideo(tag);
    else if (tag.type === 'script') {
      const metadata = readMetadata(tag.body);
      if (metadata !== undefined && (metadata.hasVideo || metadata.hasAudio)) {
        sink.expect([...(metadata.hasVideo ? (['video'] as const) : []), ...(metadata.hasAudio && !isSoundLeftOut ? (['audio'] as const) : [])]);
      }
    } else if (!isSoundLeftOut) {
      try {
        takeAudio(tag);
      } catch (error) {
        if (!isUnsupported(error)) throw error;
        isSoundLeftOut = true;
        sink.leaveSoundOut(error.message);
      }
    }
  };
}

/** Whether an error says that something is well-formed but not for us. */
export function isUnsupported(error: unknown): error is FormatError {
  return error instanceof FormatError && error.message.includes('not supported');
}

/** A picture's slices with lengths of 4 bytes: parameter sets, SEI and delimiters are no part of a sample. */
function slicesOf(codec: 'h264' | 'h265', data: Uint8Array, lengthSize: number): Uint8Array {
  const nals = [...splitNals(data, lengthSize)];
  const kept = nals.filter((nal) => isSlice(codec, nal[0] ?? 0));
  if (kept.length === nals.length && lengthSize === 4) return data;
  return concatBytes(kept.flatMap((nal) => [Uint8Array.of(nal.length >>> 24, nal.length >>> 16, nal.length >>> 8, nal.length), nal]));
}

function isSlice(codec: 'h264' | 'h265', first: number): boolean {
  if (codec === 'h265') return ((first >>> 1) & 63) < 32;
  const type = first & 31;
  return type >= 1 && type <= 5;
}
