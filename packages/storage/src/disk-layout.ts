// Where things lie in a volume's folder:
//   lubo-volume.json            whose folder it is: { "format": 1, "id": uuid }
//   data/<00..ff>/+<key>        objects, `/` written as `+`; the folder is the first byte of the key's SHA-256
//   partial/+<key>.json         an upload under way, with the name of its bytes
//   partial/<uuid>.part, .tmp   bytes that no key names yet
import { createHash, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { isKey } from './key.ts';

/** The folders over which objects are spread, in the order of listing. */
export const spreadFolders: readonly string[] = Array.from({ length: 256 }, (_, index) => index.toString(16).padStart(2, '0'));

/** Paths of a volume in `folder` (absolute). */
export type DiskLayout = {
  folder: string;
  marker: string;
  data: string;
  partial: string;
  spread(name: string): string;
  object(key: string): string;
  upload(key: string): string;
  part(name: string): string;
};

/** The layout of a volume in `folder`. */
export function layoutOf(folder: string): DiskLayout {
  const data = join(folder, 'data');
  const partial = join(folder, 'partial');
  return {
    folder,
    marker: join(folder, 'lubo-volume.json'),
    data,
    partial,
    spread: (name) => join(data, name),
    object: (key) => join(data, spreadOf(key), fileNameOf(key)),
    upload: (key) => join(partial, `${fileNameOf(key)}.json`),
    part: (name) => join(partial, name),
  };
}

/** The folder (`00` to `ff`) in which a key's object lies. */
export function spreadOf(key: string): string {
  return createHash('sha256').update(key).digest('hex').slice(0, 2);
}

/** A key as a file name. The leading `+` keeps clear of names that Windows reserves (`con`, `nul`). */
export function fileNameOf(key: string): string {
  return `+${key.replaceAll('/', '+')}`;
}

/** The key of a file name, `undefined` for a stranger's file. */
export function keyOfFileName(name: string): string | undefined {
  if (!name.startsWith('+')) return undefined;
  const key = name.slice(1).replaceAll('+', '/');
  return isKey(key) ? key : undefined;
}

/** A name for bytes on their way that nobody has used yet. */
export const newPartName = (): string => `${randomUUID()}.part`;
/** As newPartName, for small files that get their name when complete. */
export const newDraftName = (): string => `${randomUUID()}.tmp`;
