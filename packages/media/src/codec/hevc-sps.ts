export type HevcSps = { width: number; height: number; profile: number; level: number; chromaFormat: number; bitDepthLuma: number; bitDepthChroma: number };
export declare function readHevcSps(nal: Uint8Array): HevcSps;
