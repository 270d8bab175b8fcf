// Counts and hashes bytes on their way and compares them with what was announced (SHA-256, FIPS 180-4).
import { createHash } from 'node:crypto';
import { AppError } from '@lubo/contract';
import { checksumMismatch, sizeMismatch } from './faults.ts';
import type { Expected } from './store.ts';

/** Bytes counted and hashed so far. */
export type Checksum = {
  readonly size: number;
  add(bytes: Uint8Array): void;
  /** The SHA-256 in lower-case hex; ends the checksum. */
  digest(): string;
  /** Throws `size-mismatch` or `checksum-mismatch`; ends the checksum. */
  compare(expected: Expected): void;
};

/** A checksum of nothing yet. */
export function startChecksum(): Checksum {
  const hash = createHash('sha256');
  let size = 0;
  return {
    get size() {
      return size;
    },
    add(bytes) {
      hash.update(bytes);
      size += bytes.length;
    },
    digest: () => hash.digest('hex'),
    compare(expected) {
      if (size !== expected.size) throw sizeMismatch(expected.size, String(size));
      const found = hash.digest('hex');
      if (found !== expected.sha256) throw checksumMismatch(expected.sha256, found);
    },
  };
}

/** Throws AppError `invalid` (`expectation-invalid`) unless size and SHA-256 have the right form. */
export function checkExpected({ size, sha256 }: Expected): void {
  if (Number.isSafeInteger(size) && size >= 0 && /^[0-9a-f]{64}$/.test(sha256)) return;
  throw new AppError('invalid', 'expectation-invalid', 'a size in bytes and a SHA-256 of 64 lower-case hex digits are needed');
}
