// Passwords as they lie in the database: scrypt (RFC 7914) with a salt of each one's own.
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { AppError } from '@lubo/contract';

// 32 MiB and some 250 ms of one core for each try. The strings keep their parameters, so these may grow.
const now = { logN: 15, r: 8, p: 3 };
const keyLength = 32;
/** More than this many waiting sign-ins are an attack or a misfortune; either way memory stays bounded. */
const maxWaiting = 64;

export type Passwords = {
  /** `scrypt$logN$r$p$salt$hash`, the last two base64url. */
  hash(password: string): Promise<string>;
  /** Takes the same time when there is no such account (`undefined`), which no password fits. */
  isRight(password: string, kept: string | undefined): Promise<boolean>;
};

/** Hashes one after the other, off the event loop. `cost` is lower only in tests. Throws AppError `busy`. */
export function createPasswords(cost: { logN: number; r: number; p: number } = now): Passwords {
  let waiting = 0;
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = async <T>(work: () => Promise<T>): Promise<T> => {
    if (waiting >= maxWaiting) throw new AppError('unavailable', 'busy', 'Too many sign-ins at once; try again.', { retryAfterSeconds: 5 });
    waiting += 1;
    const mine = last.then(work);
    last = mine.catch(() => {});
    return mine.finally(() => (waiting -= 1));
  };
  const nobody = [...text(cost), randomBytes(16).toString('base64url'), randomBytes(keyLength).toString('base64url')].join('$');

  return {
    async hash(password) {
      const salt = randomBytes(16);
      const key = await inTurn(() => derive(password, salt, cost));
      return [...text(cost), salt.toString('base64url'), key.toString('base64url')].join('$');
    },
    async isRight(password, kept) {
      const [kind, logN, r, p, salt = '', hash = ''] = (kept ?? nobody).split('$');
      if (kind !== 'scrypt') throw new Error(`a password is kept in an unknown way: ${kind}`);
      const parameters = { logN: Number(logN), r: Number(r), p: Number(p) };
      const key = await inTurn(() => derive(password, Buffer.from(salt, 'base64url'), parameters));
      const expected = Buffer.from(hash, 'base64url');
      return key.length === expected.length && timingSafeEqual(key, expected) && kept !== undefined;
    },
  };
}

function text({ logN, r, p }: typeof now): string[] {
  return ['scrypt', String(logN), String(r), String(p)];
}

function derive(password: string, salt: Buffer, { logN, r, p }: typeof now): Promise<Buffer> {
  const N = 2 ** logN;
  return new Promise((resolve, reject) => {
    // The same characters typed on another system may come composed differently.
    scrypt(password.normalize('NFKC'), salt, keyLength, { N, r, p, maxmem: 256 * N * r }, (error, key) => {
      if (error) reject(error);
      else resolve(key);
    });
  });
}
