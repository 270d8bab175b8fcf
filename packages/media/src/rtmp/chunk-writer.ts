import type { FlvTag } from '../flv/tag.ts';
export type RtmpMessage = { typeId: number; streamId: number; timestamp: number; body: Uint8Array };
/** Chunk size that every session of ours announces: what `chunkMedia` writes fits every viewer of a server. */
export declare const rtmpChunkSize: number;
export declare function writeChunks(message: RtmpMessage, chunkStreamId: number, chunkSize: number): Uint8Array;
export declare function chunkMedia(streamId: number, tag: FlvTag): Uint8Array;
