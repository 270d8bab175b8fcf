// AudioSpecificConfig (ISO/IEC 14496-3 §1.6.2.1): what an AAC decoder needs, incl. SBR and PS signalling.

import { FormatError } from '../errors.ts';
import type { AudioTrack } from '../packet.ts';
import { BitReader, packBits } from './bits.ts';

/** An AAC stream. Rates in Hz; SBR doubles the rate as played, PS turns mono into stereo. */
export type AudioConfig = {
  /** Audio object type of the core coder: 2 = AAC LC. */
  objectType: number;
  /** Rate of the core coder. */
  sampleRate: number;
  /** Channels of the core coder, 1 to 8. */
  channels: number;
  sbr: boolean;
  ps: boolean;
  /** Rate as played. */
  outputSampleRate: number;
  /** Samples per access unit at `sampleRate`: 1024 or 960 (512, 480 for LD). */
  samplesPerFrame: number;
};

/** Rates by samplingFrequencyIndex (table 1.18). */
export const sampleRates: readonly number[] = [
  96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350,
];
/** Channels by channelConfiguration (table 1.19); 0 means "in the stream". */
const channelCounts: readonly number[] = [0, 1, 2, 3, 4, 5, 6, 8, 0, 0, 0, 7, 8, 0, 8];
const path = ['AudioSpecificConfig'];

/** Reads an AudioSpecificConfig of a General Audio (AAC) coder. Throws FormatError, also for other coders. */
export function readAudioConfig(bytes: Uint8Array): AudioConfig {
  const bits = new BitReader(bytes, path);
  let objectType = readObjectType(bits);
  const sampleRate = readSampleRate(bits);
  const channelConfig = bits.read(4);
  let outputSampleRate = sampleRate;
  const ps = objectType === 29;
  let sbr = objectType === 5 || ps;
  if (sbr) {
    outputSampleRate = readSampleRate(bits);
    objectType = readObjectType(bits);
  }
  const specific = readGeneralAudio(bits, objectType, channelConfig);
  if (!sbr && bits.left >= 16) {
    const extension = readBackwardCompatibleSbr(bits);
    sbr = extension !== undefined;
    if (extension !== undefined) return { objectType, sampleRate, ...specific, sbr, ...extension };
  }
  return { objectType, sampleRate, ...specific, sbr, ps, outputSampleRate };
}

function readObjectType(bits: BitReader): number {
  const type = bits.read(5);
  return type === 31 ? 32 + bits.read(6) : type;
}

function readSampleRate(bits: BitReader): number {
  const index = bits.read(4);
  const rate = index === 15 ? bits.read(24) : sampleRates[index];
  if (rate === undefined || rate === 0) throw bits.error(`sampling frequency index ${index}`);
  return rate;
}

/** GASpecificConfig (§4.4.1). */
function readGeneralAudio(
  bits: BitReader,
  objectType: number,
  channelConfig: number,
): { channels: number; samplesPerFrame: number } {
  if (![1, 2, 3, 4, 6, 7, 17, 19, 20, 21, 22, 23].includes(objectType)) {
    throw bits.error(`audio object type ${objectType} is not supported`);
  }
  const isShort = bits.flag();
  if (bits.flag()) bits.skip(14);
  const hasExtension = bits.flag();
  const channels = channelConfig === 0 ? readProgramChannels(bits) : (channelCounts[channelConfig] ?? 0);
  if (channels === 0) throw bits.error(`channel configuration ${channelConfig}`);
  if (objectType === 6 || objectType === 20) bits.skip(3);
  if (hasExtension) skipExtension(bits, objectType);
  return { channels, samplesPerFrame: (objectType === 23 ? 512 : 1024) * (isShort ? 0.9375 : 1) };
}

function skipExtension(bits: BitReader, objectType: number): void {
  if (objectType === 22) bits.skip(16);
  if ([17, 19, 20, 23].includes(objectType)) bits.skip(3);
  bits.skip(1);
}

/** program_config_element (§4.4.1.1): channels when the configuration number is 0. */
function readProgramChannels(bits: BitReader): number {
  bits.skip(4 + 2 + 4);
  const groups = [bits.read(4), bits.read(4), bits.read(4)];
  const lowFrequency = bits.read(2);
  const dataElements = bits.read(3);
  const couplings = bits.read(4);
  for (const present of [4, 4, 3]) if (bits.flag()) bits.skip(present);
  let channels = lowFrequency;
  for (const count of groups) {
    for (let i = 0; i < count; i++) {
      channels += bits.flag() ? 2 : 1;
      bits.skip(4);
    }
  }
  bits.skip(lowFrequency * 4 + dataElements * 4 + couplings * 5);
  bits.align();
  bits.skip(bits.read(8) * 8);
  return channels;
}

/** SBR and PS told after the configuration (sync words 0x2b7 and 0x548, §1.6.6). */
function readBackwardCompatibleSbr(bits: BitReader): { outputSampleRate: number; ps: boolean } | undefined {
  if (bits.read(11) !== 0x2b7 || readObjectType(bits) !== 5 || bits.left === 0 || !bits.flag()) return undefined;
  const outputSampleRate = readSampleRate(bits);
  const ps = bits.left >= 12 && bits.read(11) === 0x548 && bits.flag();
  return { outputSampleRate, ps };
}

/**
 * Writes a plain AudioSpecificConfig (1024-sample frames, no SBR told), 2 bytes for standard rates.
 * Throws FormatError for a count of channels that has no configuration number.
 */
export function writeAudioConfig(config: Pick<AudioConfig, 'objectType' | 'sampleRate' | 'channels'>): Uint8Array {
  const channelConfig = channelConfiguration(config.channels);
  const index = sampleRates.indexOf(config.sampleRate);
  const type: [number, number][] = config.objectType < 31 ? [[config.objectType, 5]] : [[31, 5], [config.objectType - 32, 6]];
  const rate: [number, number][] = index >= 0 ? [[index, 4]] : [[15, 4], [config.sampleRate, 24]];
  return packBits([...type, ...rate, [channelConfig, 4], [0, 3]]);
}

/** channelConfiguration of a count of channels. Throws FormatError when there is none. */
export function channelConfiguration(channels: number): number {
  const index = channelCounts.indexOf(channels);
  if (channels < 1 || index < 1) throw new FormatError(0, path, `${channels} channels have no configuration number`);
  return index;
}

/** RFC 6381 codec string: `mp4a.40.2`, `.5` with SBR, `.29` with PS; of a configuration or its bytes. */
export function aacCodecString(config: AudioConfig | Uint8Array): string {
  const { objectType, sbr, ps } = config instanceof Uint8Array ? readAudioConfig(config) : config;
  return `mp4a.40.${ps ? 29 : sbr ? 5 : objectType}`;
}

/** The track of an AudioSpecificConfig; rate and channels as played. Throws FormatError. */
export function aacTrack(config: Uint8Array, timescale: number): AudioTrack {
  const { outputSampleRate, channels, ps } = readAudioConfig(config);
  return { kind: 'audio', codec: 'aac', timescale, config, sampleRate: outputSampleRate, channels: ps ? 2 : channels };
}
