// Stream tokens that the site signs: the same within a time window, so that asking again changes nothing.
import { type StreamAction, signStreamToken } from '@lubo/contract/stream-token';

/** Every token is valid at least this long, at most twice as long, in seconds. */
export const windowSeconds: Record<StreamAction, number> = { play: 300, publish: 600 };

/** The window of play tokens that people pass on by hand: a school day fits. */
export const handedOutSeconds = 4 * 60 * 60;

/** A token and the end of its validity in ms since 1970; `now` in ms. */
export function streamToken(
  keyHex: string,
  channelId: string,
  action: StreamAction,
  now: number,
  seconds = windowSeconds[action],
): { token: string; expiresAt: number } {
  const expiry = (Math.floor(now / 1000 / seconds) + 2) * seconds;
  return { token: signStreamToken(keyHex, channelId, action, expiry), expiresAt: expiry * 1000 };
}

/** Number of the time window; tokens change when it does. */
export function windowOf(action: StreamAction, now: number): number {
  return Math.floor(now / 1000 / windowSeconds[action]);
}
