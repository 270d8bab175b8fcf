// Bodies of audio tags: legacy AAC (FLV 10.1 Annex E.4.2) and the FourCC form of enhanced RTMP v2.

import { FormatError } from '../errors.ts';
import { fourCc, fourCcName, modEx, readFourCc, skipModEx } from './four-cc.ts';

/** One audio body. `data`: AudioSpecificConfig for 'config', one raw AAC frame for 'frame', empty for 'end'. */
export type AudioBody = { codec: 'aac'; packet: 'config' | 'frame' | 'end'; data: Uint8Array };

const path = ['FLV audio'];
const mp4a = fourCc('mp4a');
const legacyCodecs: readonly string[] = [
  'PCM', 'ADPCM', 'MP3', 'PCM little-endian', 'Nellymoser 16 kHz', 'Nellymoser 8 kHz', 'Nellymoser', 'G.711 A-law',
  'G.711 mu-law', 'enhanced', 'AAC', 'Speex', '12', 'Opus', 'MP3 8 kHz', 'device-specific',
];
const enhancedFormat = 9;
const aacFormat = 10;

/** Reads the body of an audio tag; `data` is a view. Throws FormatError, also for codecs other than AAC. */
export function readAudioBody(body: Uint8Array): AudioBody {
  const first = body[0];
  if (first === undefined) throw new FormatError(0, path, 'empty body');
  const format = first >>> 4;
  if (format === enhancedFormat) return readEnhanced(body, first);
  if (format !== aacFormat) {
    throw new FormatError(0, path, `audio codec ${legacyCodecs[format]} is not supported`);
  }
  const type = body[1];
  if (type === undefined) throw new FormatError(1, path, 'ends before the AAC packet type');
  if (type > 1) throw new FormatError(1, path, `AAC packet type ${type}`);
  return { codec: 'aac', packet: type === 0 ? 'config' : 'frame', data: body.subarray(2) };
}

function readEnhanced(body: Uint8Array, first: number): AudioBody {
  let packetType = first & 0x0f;
  let at = 1;
  if (packetType === modEx) ({ packetType, next: at } = skipModEx(body, at, path));
  if (packetType === 5) throw new FormatError(0, path, 'multitrack is not supported');
  const name = readFourCc(body, at, path);
  if (name !== mp4a) throw new FormatError(at, path, `audio codec ${fourCcName(name)} is not supported`);
  const packet = (['config', 'frame', 'end'] as const)[packetType];
  if (packet === undefined) throw new FormatError(0, path, `audio packet type ${packetType} is not supported`);
  return { codec: 'aac', packet, data: body.subarray(at + 4) };
}

/** The body of an audio tag in the legacy form; 'end', which that form lacks, as FourCC. */
export function writeAudioBody(audio: AudioBody): Uint8Array {
  if (audio.packet === 'end') return Uint8Array.of(0x92, 0x6d, 0x70, 0x34, 0x61);
  const body = new Uint8Array(2 + audio.data.length);
  // AAC is always told as 44 kHz, 16 bits, stereo: the true values are in its configuration.
  body[0] = 0xaf;
  body[1] = audio.packet === 'config' ? 0 : 1;
  body.set(audio.data, 2);
  return body;
}
