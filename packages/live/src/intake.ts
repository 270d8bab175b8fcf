// One publisher's tags (FLV bodies, E.4 of the FLV specification, enhanced RTMP) made into the tags of a stream:
// which tracks there are is decided from metadata and sequence headers, never from what happened to come first.
import {
  type AudioTrack,
  FormatError,
  type FlvMetadata,
  type FlvTag,
  type VideoTrack,
  aacTrack,
  avcTrack,
  equalBytes,
  hevcTrack,
  readAudioBody,
  readMetadata,
  readVideoBody,
  writeAudioBody,
  writeVideoBody,
} from '@lubo/media';
import type { Limits } from './limits.ts';
import type { StreamClock } from './stream-clock.ts';
import { type Configs, type StreamTag, configTagsAt, makeConfigs } from './stream-tag.ts';

type IntakeLimits = Pick<Limits, 'intakeBytes' | 'unannouncedMillis' | 'announcedMillis'>;
type Frame = { kind: 'audio' | 'video'; timestamp: number; body: Uint8Array; isKeyframe: boolean };

const millisPerSecond = 1000;

/** Reads one publisher; `emit` gets stream tags, from the moment when the tracks are known and a keyframe is there. */
export class Intake {
  readonly #limits: IntakeLimits;
  readonly #clock: StreamClock;
  readonly #emit: (tag: StreamTag) => void;
  #metadata: FlvMetadata | undefined;
  #video: VideoTrack | undefined;
  #audio: AudioTrack | undefined;
  #configs: Configs | undefined;
  #isReady = false;
  /** Configuration that the viewers have not been told. */
  #isChanged = false;
  #needsKeyframe = true;
  #held: Frame[] = [];
  #heldBytes = 0;
  #firstAt: number | undefined;

  /** `previous`: what the viewers of the stream were told by an earlier publisher. */
  constructor(options: { limits: IntakeLimits; clock: StreamClock; previous: Configs | undefined; emit: (tag: StreamTag) => void }) {
    this.#limits = options.limits;
    this.#clock = options.clock;
    this.#configs = options.previous;
    this.#emit = options.emit;
  }

  /** Tracks are known and media flows. */
  get isReady(): boolean {
    return this.#isReady;
  }

  /** Takes a tag as it came. Throws FormatError for malformed bodies and for codecs that are not supported. */
  write(tag: FlvTag): void {
    this.#firstAt ??= tag.timestamp;
    switch (tag.type) {
      case 'script':
        this.#metadata = readMetadata(tag.body) ?? this.#metadata;
        break;
      case 'video':
        this.#writeVideo(tag);
        break;
      case 'audio':
        this.#writeAudio(tag);
        break;
    }
    if (!this.#isReady && this.#isComplete(tag.timestamp)) this.#begin();
  }

  #writeVideo({ body, timestamp }: FlvTag): void {
    const video = readVideoBody(body);
    if (video.packet === 'config') {
      if (video.data.length === 0) throw new FormatError(0, ['FLV video'], 'empty sequence header');
      const isSame = this.#video?.codec === video.codec && equalBytes(this.#video.config, video.data);
      if (isSame) return;
      const config = video.data.slice();
      this.#video = video.codec === 'h264' ? avcTrack(config, millisPerSecond) : hevcTrack(config, millisPerSecond);
      this.#needsKeyframe = true;
      this.#isChanged = true;
      this.#forgetHeld();
    } else if (video.packet === 'frame' && this.#video !== undefined && video.data.length > 0) {
      if (video.codec !== this.#video.codec) throw new FormatError(0, ['FLV video'], `${video.codec} frame after a header of ${this.#video.codec}`);
      if (this.#needsKeyframe && !video.isKeyframe) return;
      this.#needsKeyframe = false;
      // H.264 travels in the form that every player knows, H.265 in the one that has a standard.
      const isEnhanced = ((body[0] ?? 0) & 0x80) !== 0;
      const canonical = isEnhanced === (video.codec === 'h265') ? body : writeVideoBody(video);
      this.#take({ kind: 'video', timestamp, body: canonical, isKeyframe: video.isKeyframe });
    }
  }

  #writeAudio({ body, timestamp }: FlvTag): void {
    const audio = readAudioBody(body);
    if (audio.packet === 'config') {
      if (audio.data.length === 0 || (this.#audio !== undefined && equalBytes(this.#audio.config, audio.data))) return;
      this.#audio = aacTrack(audio.data.slice(), millisPerSecond);
      this.#isChanged = true;
    } else if (audio.packet === 'frame' && this.#audio !== undefined && audio.data.length > 0) {
      const isLegacy = (body[0] ?? 0) >>> 4 === 10;
      this.#take({ kind: 'audio', timestamp, body: isLegacy ? body : writeAudioBody(audio), isKeyframe: true });
    }
  }

  #take(frame: Frame): void {
    if (this.#isReady) {
      this.#pass(frame);
      return;
    }
    this.#held.push(frame);
    this.#heldBytes += frame.body.length;
    if (this.#heldBytes <= this.#limits.intakeBytes) return;
    this.#forgetHeld();
    this.#needsKeyframe = true;
  }

  #forgetHeld(): void {
    this.#held = [];
    this.#heldBytes = 0;
  }

  #isComplete(timestamp: number): boolean {
    const hasFrame = this.#held.some(({ kind, isKeyframe }) => (this.#video === undefined ? kind === 'audio' : kind === 'video' && isKeyframe));
    if (!hasFrame) return false;
    const told = this.#metadata;
    const span = Math.abs(timestamp - (this.#firstAt ?? timestamp));
    if (told?.hasVideo || told?.hasAudio) {
      const isMissing = (told.hasVideo && !this.#video) || (told.hasAudio && !this.#audio);
      return !isMissing || span >= this.#limits.announcedMillis;
    }
    return (this.#video !== undefined && this.#audio !== undefined) || span >= this.#limits.unannouncedMillis;
  }

  #begin(): void {
    this.#isReady = true;
    const held = this.#held;
    this.#forgetHeld();
    this.#clock.begin();
    const first = this.#video === undefined ? 0 : held.findIndex(({ kind, isKeyframe }) => kind === 'video' && isKeyframe);
    for (const frame of held.slice(first)) this.#pass(frame);
  }

  #pass({ kind, timestamp: raw, body, isKeyframe }: Frame): void {
    // Sound goes on while a new picture configuration waits for its keyframe.
    const isTurn = this.#isChanged && (this.#video === undefined || !this.#needsKeyframe);
    const timestamp = this.#clock.map(kind, raw);
    let configs = this.#configs;
    if (isTurn || configs === undefined) {
      this.#isChanged = false;
      const made = makeConfigs({ video: this.#video, audio: this.#audio, framesPerSecond: this.#metadata?.framesPerSecond });
      if (configs === undefined || !isSameConfigs(made, configs)) {
        this.#configs = configs = made;
        for (const tag of configTagsAt(made, timestamp)) this.#emit(tag);
      }
    }
    const canStart = isKeyframe && (kind === 'video' || configs.video === undefined);
    this.#emit({ type: kind, timestamp, body, isKeyframe: canStart, configs });
  }
}

function isSameConfigs(a: Configs, b: Configs): boolean {
  return isSameBody(a.videoBody, b.videoBody) && isSameBody(a.audioBody, b.audioBody);
}

function isSameBody(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  return a === b || (a !== undefined && b !== undefined && equalBytes(a, b));
}
