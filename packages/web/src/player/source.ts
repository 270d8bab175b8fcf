// What a live player needs of one way to play (HTTP-FLV now): opened on a video element, tells its end, can be closed.
import type { PlayerFault } from './fault.ts';

/** One running connection that feeds a video element. */
export type LiveSource = {
  close(): void;
  /** Received kbit/s of late, and frames that the browser had to leave out. */
  rates(): { receiveKbps: number };
};

/** Opens `url` on `video`; `onEnd` is called at most once, never after `close`. Rejects with nothing: faults go to `onEnd`. */
export type OpenSource = (video: HTMLVideoElement, url: string, onEnd: (fault: PlayerFault) => void) => Promise<LiveSource>;
