// Keys of stored objects: what every driver (folder, S3 bucket) can hold under the same name on every system.
import { AppError } from '@lubo/contract';

/** Most characters of a key; with a driver's own additions it stays a legal file name (255 bytes). */
export const maxKeyLength = 200;

const segment = '[a-z0-9_-](?:[a-z0-9_.-]*[a-z0-9_-])?';
const keyShape = new RegExp(`^${segment}(?:/${segment})*$`);
const prefixShape = /^[a-z0-9_-][a-z0-9_./-]*$/;

/**
 * Whether `text` is a key: 1 to 200 of `[a-z0-9/_.-]`; no `..`, no empty segment, and no segment that begins or ends with a dot.
 */
export function isKey(text: string): boolean {
  return text.length <= maxKeyLength && keyShape.test(text) && !text.includes('..');
}

/** Throws AppError `invalid` (`key-invalid`) for anything but a key. */
export function checkKey(text: string): void {
  if (!isKey(text)) throw keyInvalid(text);
}

/** As checkKey, for the beginning of keys: may be empty, may end in the middle of a segment. */
export function checkPrefix(text: string): void {
  const isPrefix = text === '' || (text.length <= maxKeyLength && prefixShape.test(text) && !text.includes('..') && !text.includes('//'));
  if (!isPrefix) throw keyInvalid(text);
}

function keyInvalid(text: string): AppError {
  return new AppError('invalid', 'key-invalid', `not a key of 1 to ${maxKeyLength} of a-z 0-9 / _ . -: ${JSON.stringify(text.slice(0, 80))}`);
}
