// What a live player needs of one way to play (ways.ts): opened on a video element, tells its end, can be closed.
import type { PaceGoals } from './catch-up.ts';
import type { PlayerFault } from './fault.ts';

/** One running connection that feeds a video element. */
export type LiveSource = {
  close(): void;
  /** Received kbit/s of late. */
  rates(): { receiveKbps: number };
  /** Ms between the picture at media time `time` (s) and live. Without it all that was received is live, up to its end. */
  delayMs?(time: number): number | undefined;
  /** How near to live it can be kept; without it as near as FLV. */
  goals?(): PaceGoals | undefined;
  /** Nothing new for longer than this is an end; without it as for FLV. */
  silenceMs?: number;
};

/** Opens `url` on `video`; `onEnd` is called at most once, never after `close`. Rejects with nothing: faults go to `onEnd`. */
export type OpenSource = (video: HTMLVideoElement, url: string, onEnd: (fault: PlayerFault) => void) => Promise<LiveSource>;

/** A source that could not even be opened. */
export function endedSource(onEnd: (fault: PlayerFault) => void, fault: PlayerFault): LiveSource {
  queueMicrotask(() => onEnd(fault));
  return { close: () => {}, rates: () => ({ receiveKbps: 0 }) };
}
