// What an RTSP client session is told, and what it wants done.

import type { ReorderLimits } from '../rtp/reorder.ts';
import type { AuthHash } from './auth.ts';
import type { RtspClientEvent } from './events.ts';
import type { RtspLimits } from './stream-reader.ts';
import type { RtspTransport } from './transport.ts';
import type { Credentials } from './url.ts';

export type RtspClientOptions = {
  /** rtsp[s]://[user:password@]host[:port]/path; the credentials leave it at once. */
  url: string;
  /** Used instead of those in the address. */
  credentials?: Credentials | undefined;
  hash: AuthHash;
  /** In the order they are tried; TCP, then UDP without. */
  transports?: readonly RtspTransport[];
  wants?: { video: boolean; audio: boolean };
  /** Ms without media after which the source counts as lost; 15 s without. */
  silenceMillis?: number;
  /** Whose silence that is: the video's where there is any (without); `all`: while no picture has come, sound is enough. */
  silenceOf?: 'video' | 'all';
  reorder?: Partial<ReorderLimits>;
  limits?: Partial<RtspLimits>;
  /** Numbers in [0, 1) for client nonces and our SSRC. */
  random?: () => number;
  userAgent?: string;
};

/** What is to be done: events in order, bytes for the connection, datagrams for UDP (`channel` = 2 × media, + 1 for RTCP). */
export type RtspStep = { events: RtspClientEvent[]; send: Uint8Array[]; datagrams: { channel: number; bytes: Uint8Array }[] };

/** A step without anything; frozen, for nothing is to be added to it. */
export const noStep: RtspStep = { events: Object.freeze([]) as never[], send: Object.freeze([]) as never[], datagrams: Object.freeze([]) as never[] };
