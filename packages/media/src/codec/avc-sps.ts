export type AvcSps = { width: number; height: number; profile: number; level: number; framesPerSecond?: number };
export declare function readSps(nal: Uint8Array): AvcSps;
