// Everything that can go wrong with storage, as the contract's AppError; the codes are what programs ask for.
import { AppError } from '@lubo/contract';

/** What a volume itself can suffer from: no room, not there (unmounted, unreachable), broken. Code of the error: `storage-<trouble>`. */
export type Trouble = 'full' | 'away' | 'failed';

/** The volume's own trouble in an error, `undefined` when the error is the caller's or another's. */
export function troubleOf(error: unknown): Trouble | undefined {
  return error instanceof AppError ? troubles.get(error.code) : undefined;
}

const troubles = new Map<string, Trouble>([['storage-full', 'full'], ['storage-away', 'away'], ['storage-failed', 'failed']]);

/** There is no room; nothing was stored and what exists is whole. */
export function storageFull(detail: string, cause?: unknown): AppError {
  return new AppError('unavailable', 'storage-full', detail, { cause, retryAfterSeconds: 60 });
}

/** The volume is not there now: unmounted, unplugged or unreachable. */
export function storageAway(detail: string, cause?: unknown): AppError {
  return new AppError('unavailable', 'storage-away', detail, { cause, retryAfterSeconds: 10 });
}

/** The volume is there and refuses or contradicts itself (read-only, input/output error). */
export function storageFailed(detail: string, cause?: unknown): AppError {
  return new AppError('unavailable', 'storage-failed', detail, { cause, retryAfterSeconds: 60 });
}

/** As many files are open as are allowed. */
export function storageBusy(limit: number): AppError {
  return new AppError('unavailable', 'storage-busy', `all ${limit} files that may be open at once are open`, { retryAfterSeconds: 1 });
}

/** No object has the key. */
export function objectNotFound(key: string): AppError {
  return new AppError('not-found', 'object-not-found', `nothing is stored as ${key}`);
}

/** No upload of the key is under way. */
export function uploadNotFound(key: string): AppError {
  return new AppError('not-found', 'upload-not-found', `no upload of ${key} is under way`);
}

/** The key holds other content already. */
export function keyTaken(key: string): AppError {
  return new AppError('conflict', 'key-taken', `other content is stored as ${key}`);
}

/** An upload of the key is under way with another size or checksum. */
export function uploadDiffers(key: string): AppError {
  return new AppError('conflict', 'upload-differs', `an upload of ${key} with another size or checksum is under way`);
}

/** Another call is writing the same upload. */
export function uploadBusy(key: string): AppError {
  return new AppError('conflict', 'upload-busy', `the upload of ${key} is being written by another request`, { retryAfterSeconds: 1 });
}

/** An append begins elsewhere than at the upload's end. */
export function offsetMismatch(key: string, given: number, offset: number): AppError {
  return new AppError('conflict', 'offset-mismatch', `the upload of ${key} stands at byte ${offset}, not ${given}`);
}

/** A finish came before the last byte. */
export function uploadIncomplete(key: string, offset: number, size: number): AppError {
  return new AppError('conflict', 'upload-incomplete', `the upload of ${key} has ${offset} of ${size} bytes`);
}

/** More or fewer bytes came than were announced. */
export function sizeMismatch(size: number, given: string): AppError {
  return new AppError('invalid', 'size-mismatch', `${size} bytes were announced, ${given} came`);
}

/** The bytes are not the announced ones. */
export function checksumMismatch(expected: string, found: string): AppError {
  return new AppError('invalid', 'checksum-mismatch', `SHA-256 ${expected} was announced, the bytes have ${found}`);
}

/** No byte of the object lies in the range. */
export function rangeNotSatisfiable(size: number): AppError {
  return new AppError('invalid', 'range-not-satisfiable', `the range lies outside the ${size} bytes`);
}
