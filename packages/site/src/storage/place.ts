// Whether a folder could be a volume: a few bytes are written, synced, read back and removed; nothing stays behind.
import { randomBytes } from 'node:crypto';
import { open, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { Health } from '@lubo/storage';

/** Tests `folder`, which has to be there. Never rejects; the detail is for an administrator. */
export async function checkFolder(folder: string): Promise<Health> {
  let room: Pick<Health, 'totalBytes' | 'freeBytes'> = { totalBytes: undefined, freeBytes: undefined };
  try {
    const { bsize, blocks, bavail } = await statfs(folder);
    room = { totalBytes: bsize * blocks, freeBytes: bsize * bavail };
    await writeAndRead(join(folder, `.lubo-${randomBytes(6).toString('hex')}`));
    return { state: 'ready', detail: 'written and read back', ...room };
  } catch (error) {
    return { ...faultOf((error as NodeJS.ErrnoException).code), ...room };
  }
}

async function writeAndRead(path: string): Promise<void> {
  const file = await open(path, 'wx+', 0o600);
  try {
    const sent = randomBytes(4096);
    await file.write(sent, 0, sent.length, 0);
    await file.sync();
    const back = Buffer.alloc(sent.length);
    await file.read(back, 0, back.length, 0);
    if (!back.equals(sent)) throw new Error('other bytes came back than were written');
  } finally {
    await file.close();
    await rm(path, { force: true });
  }
}

const faults: Record<string, Pick<Health, 'state' | 'detail'>> = {
  ENOENT: { state: 'away', detail: 'there is no such folder' },
  ENOTDIR: { state: 'failed', detail: 'it is no folder' },
  EACCES: { state: 'failed', detail: 'the site may not write there' },
  EPERM: { state: 'failed', detail: 'the site may not write there' },
  EROFS: { state: 'failed', detail: 'it can only be read' },
  ENOSPC: { state: 'full', detail: 'the disk is full' },
  EDQUOT: { state: 'full', detail: 'the disk is full' },
};

function faultOf(code = 'unknown fault'): Pick<Health, 'state' | 'detail'> {
  return faults[code] ?? { state: 'failed', detail: `it refuses (${code})` };
}
