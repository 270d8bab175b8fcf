// The type that every storage driver fulfils; `store-suite.ts` is the same as tests.
import type { Readable } from 'node:stream';
import type { ByteRange, Span } from './range.ts';

/** Bytes as they come: a Readable, or anything that can be iterated. */
export type Content = AsyncIterable<Uint8Array>;

/** What the bytes have to be before they count as stored: their number and their SHA-256 in lower-case hex. */
export type Expected = { size: number; sha256: string };

/** A stored object. `etag` is opaque, changes with the content and comes without quotes. */
export type StoredObject = { key: string; size: number; etag: string; modified: Date };

/** An upload under way, or (`isStored`) the object that it has become. `offset` is the next byte to send. */
export type Upload = Expected & { key: string; offset: number; isStored: boolean; modified: Date };

/** Room on a volume in bytes; `undefined` where there is no bound (buckets). */
export type Space = { totalBytes: number | undefined; freeBytes: number | undefined };

/** How a volume is, from a real write and read; `detail` is a sentence for the operator, without paths. */
export type Health = Space & { state: 'ready' | 'full' | 'away' | 'failed'; detail: string };

/** A part of an object on its way out. Whoever takes it reads `body` to its end or destroys it. */
export type Reading = { object: StoredObject; span: Span; body: Readable };

/** Some objects, in the driver's own order; `next` is there while more follow. */
export type Page = { objects: StoredObject[]; next: string | undefined };

/**
 * One volume: objects that appear whole or not at all and never change. All methods reject with AppError: `key-invalid`,
 * and, of the volume itself, `storage-full`, `storage-away`, `storage-failed` or `storage-busy` (faults.ts). What has
 * been acknowledged outlives kill -9 and loss of power.
 */
export type Store = {
  /** The volume's identity (uuid), the same wherever it is mounted. */
  readonly id: string;

  /**
   * Stores content that is checked while it comes. Again with the same content: no harm, `content` is not read. Rejects
   * with `key-taken`, `size-mismatch`, `checksum-mismatch`, or with whatever `content` fails with; then nothing is stored.
   */
  put(key: string, content: Content, expected: Expected): Promise<StoredObject>;

  /** Begins an upload, or finds the one under way or finished before. Rejects with `key-taken` or `upload-differs`. */
  begin(key: string, expected: Expected): Promise<Upload>;
  /**
   * Adds bytes at `offset`, which has to be the upload's end, and answers the new end. If `content` fails, what came before
   * stays and counts. Rejects with `upload-not-found`, `offset-mismatch`, `size-mismatch` (too many bytes), `upload-busy`.
   */
  append(key: string, offset: number, content: Content): Promise<number>;
  /**
   * Checks the upload and makes it the object; again: answers the object. Rejects with `upload-not-found`, `upload-busy`,
   * `upload-incomplete`, or, giving the upload up, `checksum-mismatch` or `key-taken`.
   */
  finish(key: string): Promise<StoredObject>;
  /** Gives an upload up; no harm if there is none. Rejects with `upload-busy`. */
  abort(key: string): Promise<void>;
  /** The upload of the key, `undefined` if none is under way. */
  uploadOf(key: string): Promise<Upload | undefined>;
  /** All uploads under way. */
  uploads(): Promise<Upload[]>;
  /** Gives up uploads and removes leftovers of crashes that nobody has written to since `before`; answers the uploads' keys. */
  sweep(before: Date): Promise<string[]>;

  /** Rejects with `object-not-found` or `range-not-satisfiable`. Holds one open file until the body ends. */
  get(key: string, range?: ByteRange): Promise<Reading>;
  /** The object, `undefined` if there is none. */
  head(key: string): Promise<StoredObject | undefined>;
  /** Whether there was something to delete. Once it answers, the object stays gone. */
  delete(key: string): Promise<boolean>;
  /** Up to `limit` (1 to 1,000) objects whose keys begin with `prefix`, after the `next` of the page before. */
  list(query: { prefix: string; after?: string | undefined; limit: number }): Promise<Page>;

  /** Room now. Rejects with `storage-away`. */
  space(): Promise<Space>;
  /** Writes, reads and removes a few bytes: the operator's "test connection". Never rejects. */
  check(): Promise<Health>;
};
