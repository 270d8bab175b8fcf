// What a stream hands to an HLS packager, as tracks and packets: FLV tags (Annex E) of one viewer's timeline.
import {
  type AudioTrack,
  type FlvTag,
  type Packet,
  type Track,
  type VideoTrack,
  aacTrack,
  avcTrack,
  equalBytes,
  hevcTrack,
  readAudioBody,
  readAudioConfig,
  readTag,
  readVideoBody,
} from '@lubo/media';
import { SoundClock } from './sound-clock.ts';

/** Tracks hold until others come; `seconds` is the packet's decode time. */
export type Media = { type: 'tracks'; tracks: readonly Track[] } | { type: 'packet'; packet: Packet; seconds: number };

const millisPerSecond = 1000;

/** Reads whole tags as they come. Video has ticks of 1 ms, sound has ticks of one sample; decode times rise in each track. */
export class MediaReader {
  #video: VideoTrack | undefined;
  #audio: AudioTrack | undefined;
  #sound = new SoundClock(1, 1);
  #lastVideo = -1;
  #isChanged = false;

  /** `bytes`: whole tags, nothing else; packets' data are views. Throws FormatError for what is none. */
  read(bytes: Uint8Array): Media[] {
    const media: Media[] = [];
    let at = 0;
    for (let read = readTag(bytes, at); read !== undefined; read = readTag(bytes, at)) {
      at = read.next;
      const one = this.#take(read.tag);
      if (one === undefined) continue;
      if (this.#isChanged) media.push({ type: 'tracks', tracks: [this.#video, this.#audio].filter((track) => track !== undefined) });
      this.#isChanged = false;
      media.push(one);
    }
    return media;
  }

  #take(tag: FlvTag): Media | undefined {
    switch (tag.type) {
      case 'script':
        return undefined;
      case 'video':
        return this.#takeVideo(tag);
      case 'audio':
        return this.#takeAudio(tag);
    }
  }

  #takeVideo({ body, timestamp }: FlvTag): Media | undefined {
    const { codec, packet, data, isKeyframe, compositionOffset } = readVideoBody(body);
    if (packet === 'config' && !isSameConfig(this.#video, data)) {
      const config = data.slice();
      this.#video = codec === 'h264' ? avcTrack(config, millisPerSecond) : hevcTrack(config, millisPerSecond);
      this.#isChanged = true;
    }
    if (packet !== 'frame' || this.#video === undefined) return undefined;
    // Two pictures of the same millisecond are told apart; when they are shown stays the same.
    const dts = Math.max(timestamp, this.#lastVideo + 1);
    this.#lastVideo = dts;
    const shift = compositionOffset + timestamp - dts;
    return { type: 'packet', packet: { kind: 'video', dts, compositionOffset: shift, isKeyframe, data }, seconds: dts / millisPerSecond };
  }

  #takeAudio({ body, timestamp }: FlvTag): Media | undefined {
    const { packet, data } = readAudioBody(body);
    if (packet === 'config' && !isSameConfig(this.#audio, data)) {
      const config = data.slice();
      const { sampleRate, samplesPerFrame } = readAudioConfig(config);
      this.#audio = aacTrack(config, sampleRate);
      this.#sound = new SoundClock(sampleRate, samplesPerFrame);
      this.#isChanged = true;
    }
    if (packet !== 'frame' || this.#audio === undefined) return undefined;
    const dts = this.#sound.stamp(timestamp);
    const seconds = dts / this.#audio.timescale;
    return { type: 'packet', packet: { kind: 'audio', dts, compositionOffset: 0, isKeyframe: true, data }, seconds };
  }
}

function isSameConfig(track: Track | undefined, config: Uint8Array): boolean {
  return track !== undefined && equalBytes(track.config, config);
}
