// From a format in SDP to what takes its RTP payloads apart: H.264, H.265, AAC (two ways), G.711, Opus.

import { readAudioConfig, writeAudioConfig } from '../codec/aac.ts';
import { FormatError } from '../errors.ts';
import { readBase64 } from '../rtsp/base64.ts';
import type { SdpFormat } from '../rtsp/sdp.ts';
import type { AuHeaderWidths } from './aac.ts';
import { AacDepacketizer, auHeaderWidths } from './aac.ts';
import type { Depacketizer, SoundSink } from './depacketizer.ts';
import { H264Depacketizer } from './h264.ts';
import { H265Depacketizer } from './h265.ts';
import type { StreamMux } from './latm.ts';
import { LatmDepacketizer, readStreamMux } from './latm.ts';
import type { PictureSink } from './picture.ts';
import { SoundDepacketizer } from './sound.ts';

/** A format that we can take, with what SDP tells of it. */
export type MediaFormat = { payloadType: number; clockRate: number } & (
  | { kind: 'video'; codec: 'h264' | 'h265'; sets: Uint8Array[]; framesPerSecond: number | undefined }
  | { kind: 'audio'; codec: 'aac'; framing: 'generic'; config: Uint8Array; widths: AuHeaderWidths }
  | { kind: 'audio'; codec: 'aac'; framing: 'latm'; mux: StreamMux | undefined; isInBand: boolean }
  | { kind: 'audio'; codec: 'pcma' | 'pcmu' | 'opus'; channels: number }
);

/** Reads one format; a text that says why not, for what we cannot take. */
export function readMediaFormat(format: SdpFormat, framesPerSecond: number | undefined): MediaFormat | string {
  const { payloadType, clockRate, channels, parameters, encoding } = format;
  const video = { payloadType, clockRate: clockRate || 90_000, kind: 'video' as const, framesPerSecond };
  switch (encoding) {
    case 'H264': {
      // Mode 2 interleaves, and says so here; packets of that kind are refused.
      if (parameters.get('packetization-mode') === '2') return 'interleaved H.264 (packetization mode 2) is not supported';
      return { ...video, codec: 'h264', sets: setsOf(parameters, ['sprop-parameter-sets']) };
    }
    case 'H265':
    case 'HEVC': {
      if (Number(parameters.get('sprop-max-don-diff') ?? 0) > 0) return 'interleaved H.265 (sprop-max-don-diff) is not supported';
      return { ...video, codec: 'h265', sets: setsOf(parameters, ['sprop-vps', 'sprop-sps', 'sprop-pps']) };
    }
    case 'MPEG4-GENERIC':
      return readGeneric(format);
    case 'MP4A-LATM':
      return readLatm(format);
    case 'PCMA':
    case 'PCMU':
      return { payloadType, clockRate: clockRate || 8000, kind: 'audio', codec: encoding === 'PCMA' ? 'pcma' : 'pcmu', channels };
    case 'OPUS':
      return { payloadType, clockRate: clockRate || 48_000, kind: 'audio', codec: 'opus', channels };
    default:
      return `${encoding === '' ? `payload type ${payloadType}` : encoding} is not supported`;
  }
}

function setsOf(parameters: ReadonlyMap<string, string>, names: readonly string[]): Uint8Array[] {
  return names
    .flatMap((name) => (parameters.get(name) ?? '').split(','))
    .map((text) => readBase64(text))
    .filter((set) => set.length > 2);
}

function readGeneric({ payloadType, clockRate, channels, parameters }: SdpFormat): MediaFormat | string {
  const told = hexBytes(parameters.get('config'));
  const rate = clockRate || 16_000;
  try {
    // Cameras that forget the configuration mean AAC LC with the rate and channels of rtpmap.
    const config = told.length >= 2 ? told : writeAudioConfig({ objectType: 2, sampleRate: rate, channels });
    const { sampleRate } = readAudioConfig(config);
    const widths = auHeaderWidths(parameters);
    return { payloadType, clockRate: clockRate || sampleRate, kind: 'audio', codec: 'aac', framing: 'generic', config, widths };
  } catch (error) {
    if (error instanceof FormatError) return `mpeg4-generic: ${error.message}`;
    throw error;
  }
}

function readLatm({ payloadType, clockRate, parameters }: SdpFormat): MediaFormat | string {
  const told = hexBytes(parameters.get('config'));
  const isInBand = parameters.get('cpresent') !== '0';
  const common = { payloadType, clockRate: clockRate || 90_000, kind: 'audio', codec: 'aac', framing: 'latm', isInBand } as const;
  try {
    if (told.length > 0) return { ...common, mux: readStreamMux(told) };
    return isInBand ? { ...common, mux: undefined } : 'MP4A-LATM without a configuration';
  } catch (error) {
    if (error instanceof FormatError) return `MP4A-LATM: ${error.message}`;
    throw error;
  }
}

function hexBytes(text = ''): Uint8Array {
  return Uint8Array.from(/^(?:[0-9a-f]{2})+/i.exec(text)?.[0].match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
}

/** What takes the payloads of a format apart. Throws FormatError when the configuration of the sound cannot be read. */
export function createDepacketizer(format: MediaFormat, pictures: PictureSink, sound: SoundSink): Depacketizer {
  if (format.kind === 'video') {
    return format.codec === 'h264'
      ? new H264Depacketizer(format.clockRate, format.sets, pictures)
      : new H265Depacketizer(format.clockRate, format.sets, pictures);
  }
  if (format.codec !== 'aac') return new SoundDepacketizer(sound);
  return format.framing === 'generic'
    ? new AacDepacketizer(format.config, format.clockRate, format.widths, sound)
    : new LatmDepacketizer(format.mux, format.clockRate, format.isInBand, sound);
}
