import type { AudioTrack } from '../packet.ts';
export type AudioConfig = {
  objectType: number;
  /** Of the core coder. */
  sampleRate: number;
  channels: number;
  sbr: boolean;
  ps: boolean;
  /** As played: twice sampleRate with SBR. */
  outputSampleRate: number;
  samplesPerFrame: number;
};
export declare function readAudioConfig(bytes: Uint8Array): AudioConfig;
export declare function writeAudioConfig(config: { objectType: number; sampleRate: number; channels: number }): Uint8Array;
export declare function aacCodecString(config: AudioConfig | Uint8Array): string;
export declare function aacTrack(config: Uint8Array, timescale: number): AudioTrack;
