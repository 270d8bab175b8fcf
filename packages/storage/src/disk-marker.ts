// The mark in a volume's folder that tells the volume from the empty folder that an unmounted disk leaves behind.
import { randomUUID } from 'node:crypto';
import { dirname } from 'node:path';
import type { DiskFiles } from './disk-files.ts';
import { type DiskLayout, newDraftName } from './disk-layout.ts';
import { storageAway, storageFailed } from './faults.ts';

/** Makes the folder a volume, or finds that it is one; answers the volume's id (uuid). The folder above has to be there. */
export async function markVolume(files: DiskFiles, layout: DiskLayout): Promise<string> {
  for (const folder of [layout.folder, layout.data, layout.partial]) await files.makeFolder(folder);
  await files.syncFolder(dirname(layout.folder));
  await files.syncFolder(layout.folder);
  const present = await markIn(files, layout);
  if (present !== undefined) return present;
  const draft = layout.part(newDraftName());
  await writeDurably(files, draft, `${JSON.stringify({ format: 1, id: randomUUID() })}\n`);
  await files.link(draft, layout.marker);
  await files.syncFolder(layout.folder);
  await files.remove(draft);
  const id = await markIn(files, layout);
  if (id === undefined) throw storageFailed('the folder does not keep what is written');
  return id;
}

/** Rejects with `storage-away` unless the volume `id` is in its folder now. */
export async function requireVolume(files: DiskFiles, layout: DiskLayout, id: string): Promise<void> {
  const found = await markIn(files, layout);
  if (found === id) return;
  throw storageAway(found === undefined ? 'the volume is not mounted in its folder' : 'another volume is mounted in its folder');
}

async function markIn(files: DiskFiles, layout: DiskLayout): Promise<string | undefined> {
  const text = await files.readText(layout.marker);
  if (text === undefined) return undefined;
  try {
    const { format, id } = JSON.parse(text) as { format: unknown; id: unknown };
    if (format === 1 && typeof id === 'string') return id;
  } catch (error) {
    throw storageAway('the mark of the volume is damaged', error);
  }
  throw storageAway('the mark of the volume is of another version');
}

/** A new file with this content, which outlives a loss of power once its folder is synced. */
export async function writeDurably(files: DiskFiles, path: string, text: string): Promise<void> {
  const file = await files.create(path);
  try {
    await file.write(Buffer.from(text), 0);
    await file.sync();
  } finally {
    await file.close();
  }
}
