// A bound on what one address may begin: sign-ins with a service, codes for a phone.
import { AppError } from '@lubo/contract';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import { networkOf } from './sign-in-limit.ts';

export type AddressLimit = {
  /** Counts one. Throws AppError `too-many-sign-ins` with the seconds to wait. */
  count(ip: string): Promise<void>;
};

/** So many within so many seconds; generous, since a whole school may come from one address. Counts in memory. */
export function createAddressLimit(points = 600, seconds = 10 * 60): AddressLimit {
  const limiter = new RateLimiterMemory({ keyPrefix: '', points, duration: seconds });
  return {
    async count(ip) {
      await limiter.consume(networkOf(ip)).catch(({ msBeforeNext }: { msBeforeNext: number }) => {
        const wait = Math.max(1, Math.ceil(msBeforeNext / 1000));
        throw new AppError('too-many', 'too-many-sign-ins', `Too many sign-ins; wait ${wait} s.`, { retryAfterSeconds: wait });
      });
    },
  };
}
