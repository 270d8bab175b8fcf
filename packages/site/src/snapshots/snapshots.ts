// The newest picture of each channel: a file each in the data folder, its version in memory.
import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, statSync } from 'node:fs';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { mediaPaths } from '@lubo/contract';

export type Snapshots = {
  /** Keeps `jpeg` as the channel's picture instead of the one before. */
  take(channelId: string, jpeg: Uint8Array): Promise<void>;
  /** Address of the newest one, another for each picture, so that it may be kept for ever; `undefined` while there is none. */
  urlOf(channelId: string): string | undefined;
  /** The newest one with its version. */
  read(channelId: string): Promise<{ version: string; jpeg: Buffer } | undefined>;
  /** Removes pictures of channels that are no more. */
  sweep(isChannel: (channelId: string) => boolean): Promise<void>;
};

const fileShape = /^([0-9a-z]{12})\.jpg$/;

/** The pictures in `folder`, which is made if need be. */
export function openSnapshots(folder: string, now: () => number): Snapshots {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const versions = new Map<string, string>();
  for (const name of readdirSync(folder)) {
    const id = fileShape.exec(name)?.[1];
    if (id !== undefined) versions.set(id, versionAt(statSync(join(folder, name)).mtimeMs));
  }
  const fileOf = (channelId: string): string => join(folder, `${channelId}.jpg`);
  return {
    async take(channelId, jpeg) {
      const draft = join(folder, `${channelId}.${randomBytes(4).toString('hex')}.new`);
      try {
        await writeFile(draft, jpeg, { mode: 0o600 });
        await rename(draft, fileOf(channelId));
      } catch (error) {
        await rm(draft, { force: true });
        throw error;
      }
      const version = versionAt(now());
      // Two within a millisecond, or a clock that was set back, must not look like one.
      versions.set(channelId, versions.get(channelId) === version ? `${version}-${randomBytes(2).toString('hex')}` : version);
    },
    urlOf(channelId) {
      const version = versions.get(channelId);
      return version === undefined ? undefined : `${mediaPaths.snapshot.replace(':id', channelId)}?v=${version}`;
    },
    async read(channelId) {
      const version = versions.get(channelId);
      if (version === undefined) return undefined;
      const jpeg = await readFile(fileOf(channelId)).catch(() => undefined);
      return jpeg && { version, jpeg };
    },
    async sweep(isChannel) {
      for (const name of readdirSync(folder)) {
        const id = fileShape.exec(name)?.[1];
        if (id !== undefined && isChannel(id)) continue;
        // What a crash left of a picture on its way looks new for a moment only.
        if (id === undefined && !name.endsWith('.new')) continue;
        if (id !== undefined) versions.delete(id);
        await rm(join(folder, name), { force: true });
      }
    },
  };
}

const versionAt = (millis: number): string => Math.floor(millis).toString(36);
