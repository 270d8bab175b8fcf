// ADTS, the AAC framing of MPEG-TS and .aac files (ISO/IEC 14496-3 §1.A.2).

import { FormatError } from '../errors.ts';
import { channelConfiguration, sampleRates } from './aac.ts';
import { packBits } from './bits.ts';

/** One ADTS header. Rate in Hz of the core coder; `frameLength` in bytes counts the header too. */
export type AdtsHeader = {
  objectType: number;
  sampleRate: number;
  channels: number;
  /** 7, or 9 with a CRC. */
  headerLength: number;
  frameLength: number;
};

/** Reads the header at `at`; undefined when fewer than 7 bytes are there. Throws FormatError. */
export function readAdtsHeader(bytes: Uint8Array, at: number): AdtsHeader | undefined {
  if (bytes.length - at < 7) return undefined;
  const [b0 = 0, b1 = 0, b2 = 0, b3 = 0, b4 = 0, b5 = 0, b6 = 0] = bytes.subarray(at, at + 7);
  if (b0 !== 0xff || (b1 & 0xf6) !== 0xf0) throw new FormatError(at, ['ADTS'], 'no sync word');
  const sampleRate = sampleRates[(b2 >>> 2) & 15];
  if (sampleRate === undefined) throw new FormatError(at + 2, ['ADTS'], `sampling frequency index ${(b2 >>> 2) & 15}`);
  const channelConfig = ((b2 & 1) << 2) | (b3 >>> 6);
  if (channelConfig === 0) throw new FormatError(at + 2, ['ADTS'], 'channels told in the stream are not supported');
  if ((b6 & 3) !== 0) throw new FormatError(at + 6, ['ADTS'], 'several raw blocks in a frame are not supported');
  const headerLength = (b1 & 1) === 1 ? 7 : 9;
  const frameLength = ((b3 & 3) << 11) | (b4 << 3) | (b5 >>> 5);
  if (frameLength < headerLength) throw new FormatError(at + 3, ['ADTS'], `frame length ${frameLength} < ${headerLength}`);
  return { objectType: (b2 >>> 6) + 1, sampleRate, channels: channelConfig === 7 ? 8 : channelConfig, headerLength, frameLength };
}

/**
 * The 7-byte header (no CRC) before `dataLength` bytes of raw AAC. Object types over 4 (SBR told apart) are written as LC.
 * Throws FormatError for rates without an index and frames past 8191 bytes.
 */
export function writeAdtsHeader(
  config: { objectType: number; sampleRate: number; channels: number },
  dataLength: number,
): Uint8Array {
  const index = sampleRates.indexOf(config.sampleRate);
  if (index < 0) throw new FormatError(0, ['ADTS'], `sample rate ${config.sampleRate} has no index`);
  const channels = channelConfiguration(config.channels);
  if (channels > 7) throw new FormatError(0, ['ADTS'], `channel configuration ${channels} > 7`);
  const length = dataLength + 7;
  if (length > 0x1fff) throw new FormatError(0, ['ADTS'], `frame length ${length} > 8191`);
  const profile = config.objectType <= 4 ? config.objectType - 1 : 1;
  return packBits([
    [0xfff, 12], [0, 1], [0, 2], [1, 1],
    [profile, 2], [index, 4], [0, 1], [channels, 3], [0, 4],
    [length, 13], [0x7ff, 11], [0, 2],
  ]);
}
