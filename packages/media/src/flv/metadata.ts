// onMetaData, the script tag that opens a stream (FLV 10.1 Annex E.5).

import { concatBytes } from '../bytes.ts';
import type { AudioTrack, VideoTrack } from '../packet.ts';
import type { AmfObject, AmfValue } from './amf0.ts';
import { readAmf0, writeAmf0, writeEcmaArray } from './amf0.ts';
import { fourCc } from './four-cc.ts';

/** What a publisher says of its stream. Nothing here is to be trusted beyond a hint; `values` holds all of it. */
export type FlvMetadata = {
  /** Pixels. */
  width?: number;
  height?: number;
  framesPerSecond?: number;
  /** True when a codec, size or rate of that kind is told. */
  hasVideo: boolean;
  hasAudio: boolean;
  /** Absent for live streams. */
  durationSeconds?: number;
  values: AmfObject;
};

/** Reads the body of a script tag; undefined when it is no complete onMetaData. Throws FormatError for malformed AMF. */
export function readMetadata(scriptBody: Uint8Array): FlvMetadata | undefined {
  const name = readAmf0(scriptBody, 0);
  if (name?.value !== 'onMetaData') return undefined;
  const values = readAmf0(scriptBody, name.next)?.value;
  if (!isAmfObject(values)) return undefined;
  const metadata: FlvMetadata = {
    hasVideo: isTold(values['videocodecid']) || isTold(values['width']),
    hasAudio: isTold(values['audiocodecid']) || isTold(values['audiosamplerate']),
    values,
  };
  const { width, height, framerate, duration } = values;
  if (isPositive(width)) metadata.width = width;
  if (isPositive(height)) metadata.height = height;
  if (isPositive(framerate)) metadata.framesPerSecond = framerate;
  if (isPositive(duration)) metadata.durationSeconds = duration;
  return metadata;
}

/** A value with properties: no array, date or null. */
export function isAmfObject(value: AmfValue): value is AmfObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

function isPositive(value: AmfValue): value is number {
  return typeof value === 'number' && value > 0 && value < Infinity;
}

/** Codec ids come as numbers, or as text from older encoders ("avc1"). */
function isTold(value: AmfValue): boolean {
  return isPositive(value) || (typeof value === 'string' && value !== '');
}

/** The body of an onMetaData script tag for these tracks; rates in kbps, duration in seconds when it is known. */
export function writeMetadata(source: {
  video?: VideoTrack | undefined;
  audio?: AudioTrack | undefined;
  framesPerSecond?: number | undefined;
  videoKbps?: number | undefined;
  audioKbps?: number | undefined;
  durationSeconds?: number | undefined;
  encoder?: string | undefined;
}): Uint8Array {
  const { video, audio } = source;
  const values: AmfObject = { duration: source.durationSeconds ?? 0 };
  if (video !== undefined) {
    Object.assign(values, {
      width: video.width,
      height: video.height,
      videocodecid: video.codec === 'h264' ? 7 : fourCc('hvc1'),
      ...(source.framesPerSecond === undefined ? {} : { framerate: source.framesPerSecond }),
      ...(source.videoKbps === undefined ? {} : { videodatarate: source.videoKbps }),
    });
  }
  if (audio !== undefined) {
    Object.assign(values, {
      audiocodecid: 10,
      audiosamplerate: audio.sampleRate,
      audiosamplesize: 16,
      stereo: audio.channels > 1,
      ...(source.audioKbps === undefined ? {} : { audiodatarate: source.audioKbps }),
    });
  }
  values['encoder'] = source.encoder ?? 'Lubo';
  return concatBytes([writeAmf0('onMetaData'), writeEcmaArray(values)]);
}
