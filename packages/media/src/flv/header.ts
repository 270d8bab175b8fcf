export type FlvHeader = { hasVideo: boolean; hasAudio: boolean };
export declare function readFlvHeader(bytes: Uint8Array, at: number): { header: FlvHeader; next: number } | undefined;
export declare function writeFlvHeader(header: FlvHeader): Uint8Array;
