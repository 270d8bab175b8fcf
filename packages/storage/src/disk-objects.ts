// The objects of a volume in a folder: complete files that get their name in one step and never change.
import { type Checksum, startChecksum } from './checksum.ts';
import { streamSpan } from './disk-body.ts';
import type { DiskFile, DiskFiles, FileFacts } from './disk-files.ts';
import { type DiskLayout, keyOfFileName, spreadFolders, spreadOf } from './disk-layout.ts';
import { keyTaken, objectNotFound, rangeNotSatisfiable, sizeMismatch } from './faults.ts';
import { type ByteRange, spanOf } from './range.ts';
import { keepRecent } from './recent.ts';
import type { Content, Expected, Page, Reading, StoredObject } from './store.ts';

/** What puts and uploads stand on. Keys are checked by the caller. */
export type DiskObjects = {
  head(key: string): Promise<StoredObject | undefined>;
  /** The object if it has the expected content, from now on safe from loss of power; rejects with `key-taken` if it has other. */
  settle(key: string, expected: Expected): Promise<StoredObject | undefined>;
  /** Gives synced bytes their key and removes their other name; of several at once one wins. Rejects with `key-taken`. */
  publish(part: string, key: string, expected: Expected): Promise<StoredObject>;
  /** What was named by an earlier process may not have been synced by it. */
  confirm(key: string): Promise<void>;
  get(key: string, range?: ByteRange): Promise<Reading>;
  delete(key: string): Promise<boolean>;
  list(prefix: string, after: string | undefined, limit: number): Promise<Page>;
};

/** The objects in `layout`. */
export function diskObjects(files: DiskFiles, layout: DiskLayout): DiskObjects {
  /** Checksums that were seen, so that a repeated put or begin does not read a large file again. */
  const seen = keepRecent<{ etag: string; sha256: string }>(1000);
  const safeSpreads = new Set<string>();

  async function makeSpread(key: string): Promise<string> {
    const name = spreadOf(key);
    if (!safeSpreads.has(name)) {
      await files.makeFolder(layout.spread(name));
      await files.syncFolder(layout.data);
      safeSpreads.add(name);
    }
    return layout.spread(name);
  }

  async function head(key: string): Promise<StoredObject | undefined> {
    const facts = await files.facts(layout.object(key));
    return facts && objectOf(key, facts);
  }

  async function confirm(key: string): Promise<void> {
    await files.syncFolder(await makeSpread(key));
  }

  async function settle(key: string, expected: Expected): Promise<StoredObject | undefined> {
    const object = await head(key);
    if (object === undefined) return undefined;
    if (object.size !== expected.size) throw keyTaken(key);
    if (seen.get(key)?.etag !== object.etag) {
      const file = await files.open(layout.object(key), 'read');
      if (file === undefined) return undefined;
      try {
        seen.set(key, { etag: object.etag, sha256: (await checksumOf(file)).digest() });
      } finally {
        await file.close();
      }
    }
    if (seen.get(key)?.sha256 !== expected.sha256) throw keyTaken(key);
    await confirm(key);
    return object;
  }

  async function publish(part: string, key: string, expected: Expected): Promise<StoredObject> {
    const spread = await makeSpread(key);
    const linked = await files.link(part, layout.object(key));
    if (linked === 'done') await files.syncFolder(spread);
    await files.remove(part);
    const object = linked === 'done' ? await head(key) : await settle(key, expected);
    if (object === undefined) throw objectNotFound(key);
    if (linked === 'done') seen.set(key, { etag: object.etag, sha256: expected.sha256 });
    return object;
  }

  async function get(key: string, range?: ByteRange): Promise<Reading> {
    const file = await files.open(layout.object(key), 'read');
    if (file === undefined) throw objectNotFound(key);
    try {
      const object = objectOf(key, await file.facts());
      const span = spanOf(range, object.size);
      if (span === undefined) throw rangeNotSatisfiable(object.size);
      return { object, span, body: streamSpan(file, span) };
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  async function remove(key: string): Promise<boolean> {
    const wasThere = await files.remove(layout.object(key));
    seen.delete(key);
    await confirm(key);
    return wasThere;
  }

  async function list(prefix: string, after: string | undefined, limit: number): Promise<Page> {
    const objects: StoredObject[] = [];
    const first = after === undefined ? '' : spreadOf(after);
    for (const spread of spreadFolders) {
      if (spread < first) continue;
      const keys = keysIn(spread, (await files.names(layout.spread(spread))) ?? []);
      for (const key of keys) {
        if (!key.startsWith(prefix) || (spread === first && after !== undefined && key <= after)) continue;
        if (objects.length === limit) return { objects, next: objects.at(-1)?.key };
        const object = await head(key);
        if (object !== undefined) objects.push(object);
      }
    }
    return { objects, next: undefined };
  }

  return { head, settle, publish, confirm, get, delete: remove, list };
}

/** Writes content from byte `progress.at` on, adding up there and in `sum`; rejects with `size-mismatch` before a byte too many. */
export async function receive(
  file: DiskFile,
  content: Content,
  progress: { at: number },
  expected: Expected,
  sum: Checksum | undefined,
): Promise<void> {
  for await (const bytes of content) {
    if (progress.at + bytes.length > expected.size) throw sizeMismatch(expected.size, 'more');
    await file.write(bytes, progress.at);
    sum?.add(bytes);
    progress.at += bytes.length;
  }
}

/** The checksum of a whole file, read in pieces. */
export async function checksumOf(file: DiskFile): Promise<Checksum> {
  const sum = startChecksum();
  const buffer = Buffer.allocUnsafeSlow(512 * 1024);
  for (;;) {
    const length = await file.read(buffer, sum.size);
    if (length === 0) return sum;
    sum.add(buffer.subarray(0, length));
  }
}

function objectOf(key: string, { size, modifiedNanos }: FileFacts): StoredObject {
  const etag = `${size.toString(16)}-${modifiedNanos.toString(16)}`;
  return { key, size, etag, modified: new Date(Number(modifiedNanos / 1_000_000n)) };
}

/** The keys that belong in this folder, sorted; strangers' files are passed over. */
function keysIn(spread: string, names: readonly string[]): string[] {
  return names.flatMap((name) => {
    const key = keyOfFileName(name);
    return key !== undefined && spreadOf(key) === spread ? [key] : [];
  }).sort();
}
