export type AudioBody = { codec: 'aac'; packet: 'config' | 'frame' | 'end'; data: Uint8Array };
export declare function readAudioBody(body: Uint8Array): AudioBody;
export declare function writeAudioBody(audio: AudioBody): Uint8Array;
