export type VideoBody = {
  codec: 'h264' | 'h265';
  packet: 'config' | 'frame' | 'end' | 'metadata';
  isKeyframe: boolean;
  compositionOffset: number;
  data: Uint8Array;
};
export declare function readVideoBody(body: Uint8Array): VideoBody;
export declare function writeVideoBody(video: VideoBody): Uint8Array;
