export type AdtsHeader = {
  objectType: number;
  sampleRate: number;
  channels: number;
  headerLength: number;
  frameLength: number;
};
export declare function readAdtsHeader(bytes: Uint8Array, at: number): AdtsHeader | undefined;
export declare function writeAdtsHeader(config: { objectType: number; sampleRate: number; channels: number }, dataLength: number): Uint8Array;
