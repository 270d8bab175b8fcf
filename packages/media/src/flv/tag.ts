export type FlvTag = { type: 'audio' | 'video' | 'script'; timestamp: number; body: Uint8Array };
export declare function readTag(bytes: Uint8Array, at: number): { tag: FlvTag; next: number } | undefined;
export declare function writeTag(tag: FlvTag): Uint8Array;
