// Posters and seek thumbnails of recordings, stored beside the video.
import { createHash } from 'node:crypto';
import { AppError, type Thumbnails } from '@lubo/contract';
import type { VolumeGroups } from '@lubo/storage';
import type { Db } from '../db/tables.ts';
import { discard } from '../storage/garbage.ts';
import { keysOf } from '../storage/keys.ts';
import { type Clock, momentOf } from '../time.ts';

export type PicturesOptions = { db: Db; clock: Clock; groups: VolumeGroups; /** A recording has a picture more. */ onChange?(): void };

/** Both reject with `recording-not-found`, `recording-deleted`, `not-yours`, or the storage's faults. The first picture of each kind stays. */
export type Pictures = {
  takePoster(gatherId: string, recordingId: string, jpeg: Uint8Array): Promise<void>;
  takeThumbnails(gatherId: string, recordingId: string, jpeg: Uint8Array, layout: Thumbnails): Promise<void>;
};

/** The room's rules over `db` and the volumes. */
export function createPictures({ db, clock, groups, onChange = () => {} }: PicturesOptions): Pictures {
  async function requireRecording(gatherId: string, id: string): Promise<{ volume_id: string }> {
    const row = await db.selectFrom('recordings').select(['volume_id', 'gather_id', 'deleted_at']).where('id', '=', id).executeTakeFirst();
    if (row === undefined) throw new AppError('not-found', 'recording-not-found', 'There is no such recording.');
    if (row.gather_id !== null && row.gather_id !== gatherId) throw new AppError('denied', 'not-yours', 'This belongs to another gather.');
    if (row.deleted_at !== null) throw new AppError('gone', 'recording-deleted', 'This recording has been deleted.');
    return row;
  }

  async function keep(volumeId: string, key: string, jpeg: Uint8Array): Promise<void> {
    const expected = { size: jpeg.length, sha256: createHash('sha256').update(jpeg).digest('hex') };
    try {
      await groups.volume(volumeId).put(key, once(jpeg), expected);
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'key-taken') throw error;
    }
  }

  async function take(gatherId: string, id: string, kind: 'poster' | 'thumbnails', jpeg: Uint8Array, change: { poster_at?: string; thumbnails?: string }): Promise<void> {
    const { volume_id: volumeId } = await requireRecording(gatherId, id);
    const key = keysOf(id)[kind];
    await keep(volumeId, key, jpeg);
    await db.transaction().execute(async (trx) => {
      const { numUpdatedRows } = await trx.updateTable('recordings').set(change).where('id', '=', id).executeTakeFirst();
      // It was purged meanwhile, and its picture with it.
      if (numUpdatedRows === 0n) await discard(trx, [{ volumeId, key }], clock.now());
    });
    onChange();
  }

  return {
    takePoster: (gatherId, id, jpeg) => take(gatherId, id, 'poster', jpeg, { poster_at: momentOf(clock.now()) }),
    takeThumbnails: (gatherId, id, jpeg, layout) => take(gatherId, id, 'thumbnails', jpeg, { thumbnails: JSON.stringify(layout) }),
  };
}

async function* once(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes;
}
