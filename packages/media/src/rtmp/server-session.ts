import type { AmfObject } from '../flv/amf0.ts';
import type { FlvTag } from '../flv/tag.ts';
import type { RtmpLimits } from './limits.ts';
export type RtmpServerEvent =
  | { type: 'connect'; app: string; tcUrl: string; command: AmfObject }
  | { type: 'publish' | 'play'; streamId: number; app: string; name: string; query: URLSearchParams }
  | { type: 'audio' | 'video' | 'script'; streamId: number; timestamp: number; body: Uint8Array }
  | { type: 'close'; streamId: number };
export declare class RtmpServerSession {
  constructor(options?: { limits?: Partial<RtmpLimits> });
  receive(bytes: Uint8Array): { events: RtmpServerEvent[]; send: Uint8Array[] };
  acceptPublish(streamId: number): Uint8Array;
  acceptPlay(streamId: number): Uint8Array;
  reject(streamId: number, code: string, description: string): Uint8Array;
  status(streamId: number, level: 'status' | 'warning' | 'error', code: string, description: string): Uint8Array;
  sendMedia(streamId: number, tag: FlvTag): Uint8Array;
}
