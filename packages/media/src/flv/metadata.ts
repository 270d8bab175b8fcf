import type { AudioTrack, VideoTrack } from '../packet.ts';
import type { AmfObject } from './amf0.ts';
export type FlvMetadata = { width?: number; height?: number; framesPerSecond?: number; hasVideo?: boolean; hasAudio?: boolean; durationSeconds?: number; values: AmfObject };
export declare function readMetadata(scriptBody: Uint8Array): FlvMetadata | undefined;
export declare function writeMetadata(source: { video?: VideoTrack; audio?: AudioTrack; durationSeconds?: number; framesPerSecond?: number; encoder?: string }): Uint8Array;
