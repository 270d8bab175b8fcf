import type { VideoTrack } from '../packet.ts';
export type AvcConfig = {
  profile: number;
  compatibility: number;
  level: number;
  lengthSize: number;
  sps: Uint8Array[];
  pps: Uint8Array[];
};
export declare function readAvcConfig(bytes: Uint8Array): AvcConfig;
export declare function writeAvcConfig(sets: { sps: readonly Uint8Array[]; pps: readonly Uint8Array[] }): Uint8Array;
export declare function avcCodecString(config: AvcConfig | Uint8Array): string;
export declare function avcTrack(config: Uint8Array, timescale: number): VideoTrack;
