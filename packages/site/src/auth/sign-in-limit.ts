// Brakes on guessing passwords: growing pauses for a name from an address, the same for a name from all addresses together, and
// a bound on wrong tries of an address over all names.
import { AppError } from '@lubo/contract';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import { plainAddress } from '../live-servers/network.ts';

/** Tries that a forgetful person has before the first pause. */
const freeTries = 5;
const longestPauseSeconds = 15 * 60;
/** Tries for one name within an hour, from all addresses where nobody has signed in with it, before all those must pause. */
const freeTriesOfAll = 50;
/** Addresses that have signed in with a name are not locked out by guesses from elsewhere; so many are remembered. */
const maxKnown = 20_000;

export type SignInLimit = {
  /** Counts a try. Throws AppError `too-many-sign-ins` with the seconds to wait. */
  begin(name: string, ip: string): Promise<void>;
  /** The password was right: the tries are forgotten. */
  succeed(name: string, ip: string): Promise<void>;
};

/** Pause in seconds after so many tries; 0 while they are free. */
export function pauseSeconds(tries: number, free = freeTries): number {
  return tries < free ? 0 : Math.min(longestPauseSeconds, 10 * 2 ** Math.min(20, tries - free));
}

/** Counts in memory; a restart forgets. */
export function createSignInLimit(): SignInLimit {
  const tries = new RateLimiterMemory({ keyPrefix: '', points: 1_000_000, duration: 60 * 60 });
  const pauses = new RateLimiterMemory({ keyPrefix: '', points: 0, duration: longestPauseSeconds });
  const perAddress = new RateLimiterMemory({ keyPrefix: '', points: 300, duration: 10 * 60 });
  const known = new Set<string>();
  const count = async (key: string, free: number): Promise<void> => {
    const { consumedPoints } = await tries.penalty(key);
    const seconds = pauseSeconds(consumedPoints, free);
    if (seconds > 0) await pauses.set(key, 1, seconds);
  };
  const begin = async (name: string, ip: string): Promise<void> => {
    const key = keyOf(name, ip);
    const ofAll = known.has(key) ? undefined : ofAllAddresses(name);
    for (const each of [key, ofAll]) {
      const pause = each === undefined ? null : await pauses.get(each);
      if (pause !== null && pause.msBeforeNext > 0) throw tooMany(pause.msBeforeNext);
    }
    await perAddress.consume(networkOf(ip)).catch((refused: { msBeforeNext: number }) => {
      throw tooMany(refused.msBeforeNext);
    });
    await count(key, freeTries);
    if (ofAll !== undefined) await count(ofAll, freeTriesOfAll);
  };
  // One after the other: of tries that come at once, each must see the pause that the one before it began.
  let last: Promise<void> = Promise.resolve();
  return {
    begin(name, ip) {
      const mine = last.then(() => begin(name, ip));
      last = mine.catch(() => {});
      return mine;
    },
    async succeed(name, ip) {
      const key = keyOf(name, ip);
      if (!known.has(key)) await tries.reward(ofAllAddresses(name));
      known.delete(key);
      known.add(key);
      const [oldest] = known;
      if (known.size > maxKnown && oldest !== undefined) known.delete(oldest);
      await Promise.all([tries.delete(key), pauses.delete(key), perAddress.reward(networkOf(ip))]);
    },
  };
}

function keyOf(name: string, ip: string): string {
  return `${networkOf(ip)} ${name}`;
}

/** Apart from every key of an address: none begins with a space. */
function ofAllAddresses(name: string): string {
  return ` ${name}`;
}

/** An IPv4 address, or the /64 of an IPv6 one: whoever has one address there has them all (RFC 6177). */
export function networkOf(ip: string): string {
  const address = plainAddress(ip);
  if (!address.includes(':')) return address;
  const [before = [], after] = address.split('::', 2).map((part) => part.split(':').filter((group) => group !== ''));
  const zeros = after === undefined ? 0 : Math.max(0, 8 - (before.length + after.length));
  const groups = [...before, ...Array.from({ length: zeros }, () => '0'), ...(after ?? [])];
  return groups.slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16)).join(':');
}

function tooMany(millis: number): AppError {
  const seconds = Math.max(1, Math.ceil(millis / 1000));
  return new AppError('too-many', 'too-many-sign-ins', `Too many tries; wait ${seconds} s.`, { retryAfterSeconds: seconds });
}
