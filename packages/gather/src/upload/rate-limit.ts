// How much of the line uploads may take: one bucket for all of them, filled evenly, at most a quarter second ahead.
import { type Clock, sleep } from '../clock.ts';

export type RateLimit = {
  /** Resolves when so many bytes may be sent, in the order of asking, or when `signal` aborts. */
  take(bytes: number, signal: AbortSignal): Promise<void>;
  /** Bytes that are worth asking for at once. */
  pieceBytes(): number;
};

const largestPiece = 256 * 1024;
const smallestPiece = 1024;

/** A limit of `kbps()`, asked anew for each piece; 0: none. */
export function createRateLimit(clock: Clock, kbps: () => number): RateLimit {
  /** When what has been given out so far will have been paid for. */
  let paidUntil = clock.now();
  let turn: Promise<void> = Promise.resolve();
  const wait = async (bytes: number, signal: AbortSignal): Promise<void> => {
    const rate = kbps();
    if (rate === 0) return;
    const start = Math.max(paidUntil, clock.now());
    if (start > clock.now()) await sleep(clock, start - clock.now(), signal);
    paidUntil = start + (bytes * 8) / rate;
  };
  return {
    take(bytes, signal) {
      turn = turn.then(() => wait(bytes, signal));
      return turn;
    },
    pieceBytes() {
      const rate = kbps();
      return rate === 0 ? largestPiece : Math.min(largestPiece, Math.max(smallestPiece, Math.floor((rate * 1000) / 8 / 4)));
    },
  };
}
