// Identities and secrets: random, in letters that nobody mistakes for others (Crockford's base 32, lower case).
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { customAlphabet } from 'nanoid';

const letters = '0123456789abcdefghjkmnpqrstvwxyz';

/** Identity of a row: 60 random bits. */
export const newId: () => string = customAlphabet(letters, 12);

/** A code that people copy or type: 120 random bits. */
export const newCode: () => string = customAlphabet(letters, 24);

/** A secret that only programs carry: 256 random bits, base64url. */
export function newSecret(): string {
  return randomBytes(32).toString('base64url');
}

/** How a secret of full randomness lies in the database: SHA-256, hex. */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** Whether a secret is the hashed one, in constant time. */
export function isSecret(secret: string, hash: string): boolean {
  const given = Buffer.from(hashSecret(secret), 'hex');
  const kept = Buffer.from(hash, 'hex');
  return given.length === kept.length && timingSafeEqual(given, kept);
}
