import type { VideoTrack } from '../packet.ts';
export type HevcConfig = {
  profileSpace: number;
  isHighTier: boolean;
  profile: number;
  compatibility: number;
  constraints: Uint8Array;
  level: number;
  lengthSize: number;
  vps: Uint8Array[];
  sps: Uint8Array[];
  pps: Uint8Array[];
};
export declare function readHevcConfig(bytes: Uint8Array): HevcConfig;
export declare function writeHevcConfig(sets: {
  vps: readonly Uint8Array[];
  sps: readonly Uint8Array[];
  pps: readonly Uint8Array[];
}): Uint8Array;
export declare function hevcCodecString(config: HevcConfig | Uint8Array): string;
export declare function hevcTrack(config: Uint8Array, timescale: number): VideoTrack;
