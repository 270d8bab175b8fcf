// A viewer's connection as the stream sees it, whatever protocol it speaks.
import type { Encoding } from './encoding.ts';
import type { Peer } from './peer.ts';
import type { Configs } from './stream-tag.ts';

/** Why the server parts with a viewer. */
export type ViewerEnd = 'no-publisher' | 'publisher-gone' | 'tracks-changed' | 'stuck' | 'stopping';

/** A connection as the place where windows go as they are; a socket is one. */
export type Outlet = {
  readonly writable: boolean;
  /** Bytes written that the system has not taken. */
  readonly writableLength: number;
  write(bytes: Uint8Array): unknown;
};

/** A viewer's connection as its protocol makes it. Nothing here may throw. */
export type Delivery = {
  readonly protocol: 'flv' | 'ws-flv' | 'rtmp' | 'hls' | 'relay';
  readonly encoding: Encoding;
  /** Who it goes to; absent where it goes to several, or to another process. */
  readonly peer?: Peer | undefined;
  /** How many viewers stand behind this delivery, which then counts their bytes itself; without it, it is one viewer. */
  readonly audience?: number | undefined;
  /** Where whole windows may go without `write`; absent where each has to be framed, or is counted by somebody else. */
  readonly outlet?: Outlet | undefined;
  /** Bytes handed over that the system has not yet taken. */
  readonly pendingBytes: number;
  /** What goes before the first media, made when the tracks are known. */
  preface(configs: Configs): Uint8Array;
  /** All parts with one system call. */
  write(parts: readonly Uint8Array[]): void;
  /** Media never began: tell the client why. */
  refuse(end: ViewerEnd): void;
  /** Media is over; what was written still goes out, unless the viewer is stuck. */
  end(end: ViewerEnd): void;
};
