// Posters and seek thumbnails of recordings, stored beside the video.
import { createHash } from 'node:crypto';
import { AppError, type Thumbnails } from '@lubo/contract';
import type { VolumeGroups } from '@lubo/storage';
import type { Db } from '../db/tables.ts';
import { discard } from '../storage/garbage.ts';
import { keysOf, posterKey } from '../storage/keys.ts';
import { type Clock, momentOf } from '../time.ts';

export type PicturesOptions = { db: Db; clock: Clock; groups: VolumeGroups; /** A recording has a picture more. */ onChange?(): void };

/** All reject with `recording-not-found`, `recording-deleted`, `not-yours`, or the storage's faults. The first picture of each kind stays. */
export type Pictures = {
  takePoster(gatherId: string, recordingId: string, jpeg: Uint8Array): Promise<void>;
  /** The poster as WebP, in one of the contract's widths. */
  takePosterWidth(gatherId: string, recordingId: string, webp: Uint8Array, width: number): Promise<void>;
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

  async function keep(volumeId: string, key: string, bytes: Uint8Array): Promise<void> {
    const expected = { size: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
    try {
      await groups.volume(volumeId).put(key, once(bytes), expected);
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'key-taken') throw error;
    }
  }

  async function take(gatherId: string, id: string, { key, bytes }: { key: string; bytes: Uint8Array }, changeOf: (widths: readonly number[]) => Change): Promise<void> {
    const { volume_id: volumeId } = await requireRecording(gatherId, id);
    await keep(volumeId, key, bytes);
    await db.transaction().execute(async (trx) => {
      const row = await trx.selectFrom('recordings').select('poster_widths').where('id', '=', id).executeTakeFirst();
      if (row !== undefined) await trx.updateTable('recordings').set(changeOf(widthsIn(row.poster_widths))).where('id', '=', id).execute();
      // It was purged meanwhile, and its picture with it.
      else await discard(trx, [{ volumeId, key }], clock.now());
    });
    onChange();
  }

  return {
    takePoster: (gatherId, id, jpeg) => take(gatherId, id, { key: keysOf(id).poster, bytes: jpeg }, () => ({ poster_at: momentOf(clock.now()) })),
    takePosterWidth: (gatherId, id, webp, width) =>
      take(gatherId, id, { key: posterKey(id, width), bytes: webp }, (widths) => ({ poster_widths: [...new Set([...widths, width])].toSorted((a, b) => a - b).join(',') })),
    takeThumbnails: (gatherId, id, jpeg, layout) => take(gatherId, id, { key: keysOf(id).thumbnails, bytes: jpeg }, () => ({ thumbnails: JSON.stringify(layout) })),
  };
}

type Change = { poster_at?: string; poster_widths?: string; thumbnails?: string };

/** The widths that a row names. */
function widthsIn(text: string): number[] {
  return text === '' ? [] : text.split(',').map(Number);
}

async function* once(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes;
}
