import type { FlvTag } from '../flv/tag.ts';
import type { RtmpLimits } from './limits.ts';
export type RtmpClientEvent =
  | { type: 'ready' }
  | { type: 'refused'; code: string; description: string }
  | { type: 'audio' | 'video' | 'script'; timestamp: number; body: Uint8Array }
  | { type: 'end'; code: string };
export declare class RtmpClientSession {
  constructor(options: { url: string; mode: 'publish' | 'play'; limits?: Partial<RtmpLimits> });
  start(): Uint8Array;
  receive(bytes: Uint8Array): { events: RtmpClientEvent[]; send: Uint8Array[] };
  sendMedia(tag: FlvTag): Uint8Array;
  stop(): Uint8Array;
}
