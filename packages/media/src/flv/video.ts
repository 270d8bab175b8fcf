// Bodies of video tags: legacy AVC (FLV 10.1 Annex E.4.3) and the FourCC form of enhanced RTMP v1 and v2.

import { readUint24, viewOf, writeUint24 } from '../bytes.ts';
import { FormatError } from '../errors.ts';
import { fourCc, fourCcName, modEx, readFourCc, skipModEx } from './four-cc.ts';

/**
 * One video body. `data`: avcC or hvcC for 'config', length-prefixed NAL units for 'frame', empty for 'end', the bytes
 * as they are for 'metadata' (colour information, commands to the player), which decoders may skip.
 */
export type VideoBody = {
  codec: 'h264' | 'h265';
  packet: 'config' | 'frame' | 'end' | 'metadata';
  isKeyframe: boolean;
  /** Presentation minus decode time, ms, signed 24 bits. */
  compositionOffset: number;
  data: Uint8Array;
};

const path = ['FLV video'];
const avc1 = fourCc('avc1');
const hvc1 = fourCc('hvc1');
const legacyCodecs: Readonly<Record<number, string>> = {
  2: 'Sorenson H.263', 3: 'Screen video', 4: 'VP6', 5: 'VP6 alpha', 6: 'Screen video 2', 8: 'VP8', 9: 'VP9',
  10: 'MPEG-4 Visual', 13: 'AV1',
};

/** Reads the body of a video tag; `data` is a view. Throws FormatError, also for codecs other than H.264 and H.265. */
export function readVideoBody(body: Uint8Array): VideoBody {
  const first = body[0];
  if (first === undefined) throw new FormatError(0, path, 'empty body');
  return (first & 0x80) === 0 ? readLegacy(body, first) : readEnhanced(body, first);
}

function readLegacy(body: Uint8Array, first: number): VideoBody {
  const codecId = first & 0x0f;
  // 12 for H.265 is the private number that encoders used before enhanced RTMP.
  const codec = codecId === 7 ? 'h264' : codecId === 12 ? 'h265' : undefined;
  if (codec === undefined) {
    throw new FormatError(0, path, `video codec ${legacyCodecs[codecId] ?? codecId} is not supported`);
  }
  if (first >>> 4 === commandFrame) return metadata(codec, body.subarray(1));
  if (body.length < 5) throw new FormatError(0, path, `${body.length} bytes < 5`);
  const packetType = body[1];
  const isKeyframe = first >>> 4 === 1;
  if (packetType === 1) return frame(codec, isKeyframe, signedUint24(body, 2), body.subarray(5));
  if (packetType === 0) return config(codec, body.subarray(5));
  if (packetType === 2) return end(codec);
  throw new FormatError(1, path, `AVC packet type ${packetType}`);
}

function readEnhanced(body: Uint8Array, first: number): VideoBody {
  let packetType = first & 0x0f;
  let at = 1;
  if (packetType === modEx) ({ packetType, next: at } = skipModEx(body, at, path));
  if (packetType === 6) throw new FormatError(0, path, 'multitrack is not supported');
  const frameType = (first >>> 4) & 7;
  const name = readFourCc(body, at, path);
  const codec = name === avc1 ? 'h264' : name === hvc1 ? 'h265' : undefined;
  if (codec === undefined) throw new FormatError(at, path, `video codec ${fourCcName(name)} is not supported`);
  const data = body.subarray(at + 4);
  if (packetType === 4 || (frameType === commandFrame && packetType !== 0)) return metadata(codec, data);
  switch (packetType) {
    case 0:
      return config(codec, data);
    case 1:
      if (data.length < 3) throw new FormatError(at + 4, path, 'ends before the composition offset');
      return frame(codec, frameType === 1, signedUint24(data, 0), data.subarray(3));
    case 2:
      return end(codec);
    case 3:
      return frame(codec, frameType === 1, 0, data);
    default:
      throw new FormatError(0, path, `video packet type ${packetType} is not supported`);
  }
}

/** FrameType of a command to the player (seek start, seek end). */
const commandFrame = 5;

function frame(codec: VideoBody['codec'], isKeyframe: boolean, compositionOffset: number, data: Uint8Array): VideoBody {
  return { codec, packet: 'frame', isKeyframe, compositionOffset, data };
}

function config(codec: VideoBody['codec'], data: Uint8Array): VideoBody {
  return { codec, packet: 'config', isKeyframe: true, compositionOffset: 0, data };
}

function end(codec: VideoBody['codec']): VideoBody {
  return { codec, packet: 'end', isKeyframe: true, compositionOffset: 0, data: new Uint8Array(0) };
}

function metadata(codec: VideoBody['codec'], data: Uint8Array): VideoBody {
  return { codec, packet: 'metadata', isKeyframe: false, compositionOffset: 0, data };
}

function signedUint24(bytes: Uint8Array, at: number): number {
  return (readUint24(viewOf(bytes), at) << 8) >> 8;
}

/**
 * The body of a video tag: H.264 in the legacy form, which every player knows, H.265 (and H.264 metadata) as FourCC.
 * Throws FormatError for a composition offset beyond 24 bits.
 */
export function writeVideoBody(video: VideoBody): Uint8Array {
  const offset = video.compositionOffset;
  if (offset < -0x800000 || offset > 0x7fffff) throw new FormatError(0, path, `composition offset ${offset} ms`);
  const frameType = video.isKeyframe ? 1 : 2;
  if (video.codec === 'h264' && video.packet !== 'metadata') {
    const type = { config: 0, frame: 1, end: 2 }[video.packet];
    return withOffset([(frameType << 4) | 7, type], offset, video.data);
  }
  const name = video.codec === 'h264' ? avc1 : hvc1;
  const head = (type: number): number[] => [
    0x80 | (frameType << 4) | type, name >>> 24, (name >>> 16) & 0xff, (name >>> 8) & 0xff, name & 0xff,
  ];
  if (video.packet === 'frame' && offset !== 0) return withOffset(head(1), offset, video.data);
  return joined(head({ config: 0, frame: 3, end: 2, metadata: 4 }[video.packet]), video.data, 0);
}

function withOffset(head: readonly number[], offset: number, data: Uint8Array): Uint8Array {
  const body = joined(head, data, 3);
  writeUint24(viewOf(body), head.length, offset);
  return body;
}

function joined(head: readonly number[], data: Uint8Array, gap: number): Uint8Array {
  const body = new Uint8Array(head.length + gap + data.length);
  body.set(head);
  body.set(data, head.length + gap);
  return body;
}
