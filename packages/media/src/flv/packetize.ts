import type { Packet, Track } from '../packet.ts';
import type { FlvTag } from './tag.ts';
export declare function configTags(tracks: readonly Track[], timestampMs: number): FlvTag[];
export declare function packetTag(track: Track, packet: Packet, timestampMs: number, compositionOffsetMs: number): FlvTag;
