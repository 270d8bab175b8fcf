// What was announced of the uploads under way: one small file a key, complete and synced before it has its name.
import { checkExpected } from './checksum.ts';
import type { DiskFiles } from './disk-files.ts';
import { type DiskLayout, keyOfFileName, newDraftName, newPartName } from './disk-layout.ts';
import { writeDurably } from './disk-marker.ts';
import type { Expected } from './store.ts';

/** An announcement; `part` is the name of the file with the bytes. */
export type Announced = Expected & { key: string; part: string };

/** The announcements of a volume. */
export type DiskAnnouncements = {
  /** `undefined` also for a damaged one. */
  read(key: string): Promise<Announced | undefined>;
  /** The announcement of the key, made if there is none; of several at once one wins. */
  readOrMake(key: string, expected: Expected): Promise<Announced | undefined>;
  remove(key: string): Promise<void>;
};

/** The announcements in `layout`. */
export function diskAnnouncements(files: DiskFiles, layout: DiskLayout): DiskAnnouncements {
  async function read(key: string): Promise<Announced | undefined> {
    const text = await files.readText(layout.upload(key));
    return text === undefined ? undefined : announcedIn(text, key);
  }

  async function make(key: string, { size, sha256 }: Expected): Promise<void> {
    const part = newPartName();
    const draft = layout.part(newDraftName());
    await (await files.create(layout.part(part))).close();
    await writeDurably(files, draft, JSON.stringify({ format: 1, key, size, sha256, part }));
    const linked = await files.link(draft, layout.upload(key));
    await files.remove(draft);
    if (linked === 'done') return;
    await files.remove(layout.part(part));
    // Taken by one that can't be read: it is damaged, for it was complete when it got its name.
    if ((await read(key)) === undefined) await files.remove(layout.upload(key));
  }

  return {
    read,
    async readOrMake(key, expected) {
      let found = await read(key);
      for (let tries = 0; found === undefined && tries < 2; tries++) {
        await make(key, expected);
        found = await read(key);
      }
      return found;
    },
    remove: async (key) => void (await files.remove(layout.upload(key))),
  };
}

/** The keys of announcements among the names in the folder of uploads. */
export function announcedKeys(names: readonly string[]): string[] {
  return names.flatMap((name) => {
    const key = name.endsWith('.json') ? keyOfFileName(name.slice(0, -'.json'.length)) : undefined;
    return key === undefined ? [] : [key];
  });
}

function announcedIn(text: string, key: string): Announced | undefined {
  try {
    const value = JSON.parse(text) as Announced & { format: unknown };
    const isWhole = value.format === 1 && value.key === key && /^[0-9a-f-]{36}\.part$/.test(value.part);
    checkExpected(value);
    return isWhole ? value : undefined;
  } catch {
    return undefined;
  }
}
