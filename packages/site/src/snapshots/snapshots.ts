// The newest picture of each channel: a JPEG in the data folder and the same as WebP in several widths beside it, its version in memory.
import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, statSync } from 'node:fs';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Channel, mediaPaths } from '@lubo/contract';

export type Snapshots = {
  /** Keeps `webp` until the JPEG of the same set comes; those of another set that never came are dropped. */
  takeWidth(channelId: string, webp: Uint8Array, of: { set: string; width: number }): Promise<void>;
  /** Shows `jpeg`, and what has been taken of the same set, as the channel's picture instead of the one before. */
  take(channelId: string, jpeg: Uint8Array, set?: string): Promise<void>;
  /** Address of the newest one, another for each picture, so that it may be kept for ever, with its widths; empty while there is none. */
  shown(channelId: string): Pick<Channel, 'snapshotUrl' | 'snapshotWidths'>;
  /** The newest one with its version, as WebP if a width is given; `undefined` where there is none. */
  read(channelId: string, width?: number): Promise<{ version: string; bytes: Buffer } | undefined>;
  /** Removes pictures of channels that are no more. */
  sweep(isChannel: (channelId: string) => boolean): Promise<void>;
};

type Newest = { version: string; widths: readonly number[] };

/** WebPs whose JPEG has not come: file names in the folder by width. */
type Draft = { set: string; files: Map<number, string> };

const fileShape = /^([0-9a-z]{12})(?:\.jpg|-(\d{3,4})\.webp)$/;

/** The pictures in `folder`, which is made if need be. */
export function openSnapshots(folder: string, now: () => number): Snapshots {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const newest = readNewest(folder);
  const drafts = new Map<string, Draft>();
  const pathOf = (channelId: string, width?: number): string => join(folder, nameOf(channelId, width));

  async function write(channelId: string, bytes: Uint8Array): Promise<string> {
    const name = `${channelId}.${randomBytes(4).toString('hex')}.new`;
    try {
      await writeFile(join(folder, name), bytes, { mode: 0o600 });
    } catch (error) {
      await remove([name]);
      throw error;
    }
    return name;
  }
  async function remove(names: Iterable<string>): Promise<void> {
    for (const name of names) await rm(join(folder, name), { force: true });
  }
  /** The channel's draft of that set; one of another set is of no use any more. */
  async function draftOf(channelId: string, set: string): Promise<Draft> {
    const before = drafts.get(channelId);
    if (before?.set === set) return before;
    const draft: Draft = { set, files: new Map() };
    drafts.set(channelId, draft);
    await remove(before?.files.values() ?? []);
    return draft;
  }

  return {
    async takeWidth(channelId, webp, { set, width }) {
      const name = await write(channelId, webp);
      const draft = await draftOf(channelId, set);
      const before = draft.files.get(width);
      draft.files.set(width, name);
      if (before !== undefined) await remove([before]);
    },
    async take(channelId, jpeg, set = '') {
      const name = await write(channelId, jpeg);
      const { files } = await draftOf(channelId, set);
      drafts.delete(channelId);
      const widths = [...files.keys()].toSorted((a, b) => a - b);
      try {
        // The JPEG last: what a crash leaves has no width that is older than it.
        await remove((newest.get(channelId)?.widths ?? []).filter((width) => !files.has(width)).map((width) => nameOf(channelId, width)));
        for (const [width, draft] of files) await rename(join(folder, draft), pathOf(channelId, width));
        await rename(join(folder, name), pathOf(channelId));
      } catch (error) {
        await remove([name, ...files.values()]);
        throw error;
      }
      const version = versionAt(now());
      // Two within a millisecond, or a clock that was set back, must not look like one.
      newest.set(channelId, { version: newest.get(channelId)?.version === version ? `${version}-${randomBytes(2).toString('hex')}` : version, widths });
    },
    shown(channelId) {
      const found = newest.get(channelId);
      if (found === undefined) return {};
      const snapshotUrl = `${mediaPaths.snapshot.replace(':id', channelId)}?v=${found.version}`;
      return { snapshotUrl, ...(found.widths.length === 0 ? {} : { snapshotWidths: [...found.widths] }) };
    },
    async read(channelId, width) {
      const found = newest.get(channelId);
      if (found === undefined || (width !== undefined && !found.widths.includes(width))) return undefined;
      const bytes = await readFile(pathOf(channelId, width)).catch(() => undefined);
      return bytes && { version: found.version, bytes };
    },
    async sweep(isChannel) {
      for (const id of [...drafts.keys(), ...newest.keys()]) {
        if (isChannel(id)) continue;
        drafts.delete(id);
        newest.delete(id);
      }
      const kept = new Set<string>();
      for (const { files } of drafts.values()) for (const name of files.values()) kept.add(name);
      for (const name of readdirSync(folder)) {
        const [isPicture, id = '', width] = fileShape.exec(name) ?? [];
        if (isPicture !== undefined && (width === undefined ? newest.has(id) : newest.get(id)?.widths.includes(Number(width)))) continue;
        // What a crash left of a picture on its way looks new for a moment only.
        if (isPicture === undefined && (kept.has(name) || !name.endsWith('.new'))) continue;
        await rm(join(folder, name), { force: true });
      }
    },
  };
}

/** What the folder holds from before. */
function readNewest(folder: string): Map<string, Newest> {
  const newest = new Map<string, Newest>();
  const widths = new Map<string, number[]>();
  for (const name of readdirSync(folder)) {
    const [isPicture, id = '', width] = fileShape.exec(name) ?? [];
    if (isPicture === undefined) continue;
    if (width === undefined) newest.set(id, { version: versionAt(statSync(join(folder, name)).mtimeMs), widths: [] });
    else widths.set(id, [...(widths.get(id) ?? []), Number(width)]);
  }
  for (const [id, { version }] of newest) newest.set(id, { version, widths: (widths.get(id) ?? []).toSorted((a, b) => a - b) });
  return newest;
}

const nameOf = (channelId: string, width?: number): string => (width === undefined ? `${channelId}.jpg` : `${channelId}-${width}.webp`);

const versionAt = (millis: number): string => Math.floor(millis).toString(36);
