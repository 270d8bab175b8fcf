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

function faultOf(code: string | undefined): Pick<Health, 'state' | 'detail'> {
  switch (code) {
    case 'ENOENT':
      return { state: 'away', detail: 'there is no such folder' };
    case 'ENOTDIR':
      return { state: 'failed', detail: 'it is no folder' };
    case 'EACCES':
    case 'EPERM':
      return { state: 'failed', detail: 'the site may not write there' };
    case 'EROFS':
      return { state: 'failed', detail: 'it can only be read' };
    case 'ENOSPC':
    case 'EDQUOT':
      return { state: 'full', detail: 'the disk is full' };
    default:
      return { state: 'failed', detail: `it refuses (${code ?? 'unknown fault'})` };
  }
}
