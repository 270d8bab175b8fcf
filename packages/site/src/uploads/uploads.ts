// Uploads of recordings: announced, received in parts, checked, and then a row. The row comes after the file, so whatever dies in
// between is healed by the next word of the gather; a uuid never makes two recordings.
import { AppError, RecordingUpload, type UploadState } from '@lubo/contract';
import type { Content, Store, VolumeGroups } from '@lubo/storage';
import type { Logger } from 'pino';
import type { Db, Tables } from '../db/tables.ts';
import { insertRecording } from '../recordings/insert.ts';
import { keysOf } from '../storage/keys.ts';
import { type Clock, momentOf } from '../time.ts';

export type UploadsOptions = {
  db: Db;
  clock: Clock;
  log: Logger;
  groups: VolumeGroups;
  /** The group for new recordings. */
  defaultGroup(): Promise<string>;
  /** A recording has been stored. */
  onStored(recordingId: string): void;
};

/** `offset`: the next byte to send; the size once all is stored. */
export type UploadProgress = { id: string; offset: number; size: number; isStored: boolean };

/**
 * All reject with AppError: `recording-deleted` when the recording was stored and deleted since, `not-yours` for another gather's,
 * `upload-not-found`, and whatever the storage says (`storage-full`, `offset-mismatch`, `checksum-mismatch`, …).
 */
export type Uploads = {
  /** Begins an upload, or finds the one under way or the stored recording. */
  announce(gatherId: string, upload: RecordingUpload): Promise<UploadProgress>;
  progress(gatherId: string, id: string): Promise<UploadProgress>;
  /** Takes bytes from `offset` on; with the last one the recording is checked and stored. */
  append(gatherId: string, id: string, offset: number, content: Content): Promise<UploadProgress>;
  state(gatherId: string, id: string): Promise<UploadState>;
  /** Gives up what nobody has sent a byte of for `forgottenDays`. */
  sweep(): Promise<void>;
};

/** Uploads without a byte for so long are given up on the site's side; the gather still has them and begins anew. */
const forgottenDays = 14;
const dayMillis = 24 * 60 * 60 * 1000;

type UploadRow = Tables['uploads'];

/** The room's rules over `db` and the volumes. */
export function createUploads(options: UploadsOptions): Uploads {
  const { db, clock, log, groups } = options;

  async function stored(gatherId: string, id: string): Promise<{ size: number; sha256: string } | undefined> {
    const row = await db.selectFrom('recordings').select(['size', 'sha256', 'gather_id', 'deleted_at']).where('id', '=', id).executeTakeFirst();
    if (row === undefined) {
      const purged = await db.selectFrom('purged_recordings').select('id').where('id', '=', id).executeTakeFirst();
      if (purged !== undefined) throw deleted();
      return undefined;
    }
    if (row.gather_id !== null && row.gather_id !== gatherId) throw notYours();
    if (row.deleted_at !== null) throw deleted();
    return { size: row.size, sha256: row.sha256 };
  }

  async function rowOf(gatherId: string, id: string): Promise<UploadRow> {
    const row = await db.selectFrom('uploads').selectAll().where('id', '=', id).executeTakeFirst();
    if (row === undefined) throw noUpload();
    if (row.gather_id !== gatherId) throw notYours();
    return row;
  }

  /** Makes the row of a file that is complete; again: no harm. */
  async function complete(row: UploadRow, volume: Store): Promise<void> {
    try {
      await volume.finish(row.object_key);
    } catch (error) {
      // Nothing of it is left on the volume: the gather begins anew.
      if (codeOf(error) === 'checksum-mismatch') await db.deleteFrom('uploads').where('id', '=', row.id).execute();
      throw error;
    }
    const isNew = await db.transaction().execute(async (trx) => {
      const gone = await trx.deleteFrom('uploads').where('id', '=', row.id).executeTakeFirst();
      if (gone.numDeletedRows === 0n) return false;
      return insertRecording(trx, row, momentOf(clock.now()));
    });
    if (!isNew) return;
    log.info({ recording: row.id, volume: row.volume_id }, 'recording is stored');
    options.onStored(row.id);
  }

  async function progressOf(row: UploadRow): Promise<UploadProgress> {
    const { size } = announcedIn(row);
    const volume = groups.volume(row.volume_id);
    const upload = await volume.uploadOf(row.object_key);
    if (upload !== undefined && upload.offset < size) return { id: row.id, offset: upload.offset, size, isStored: false };
    if (upload === undefined && (await volume.head(row.object_key)) === undefined) throw noUpload();
    await complete(row, volume);
    return { id: row.id, offset: size, size, isStored: true };
  }

  async function announce(gatherId: string, upload: RecordingUpload): Promise<UploadProgress> {
    const { id, size, sha256 } = upload;
    const known = await stored(gatherId, id);
    if (known !== undefined) {
      if (known.size !== size || known.sha256 !== sha256) throw differs();
      return { id, offset: size, size, isStored: true };
    }
    await requireOwnChannel(db, gatherId, upload.channelId);
    const other = await db.selectFrom('uploads').selectAll().where('id', '=', id).executeTakeFirst();
    if (other !== undefined && other.gather_id !== gatherId) throw notYours();
    const object_key = keysOf(id).video;
    const begun = await groups.begin(await options.defaultGroup(), object_key, { size, sha256 });
    const row = { id, gather_id: gatherId, announced: JSON.stringify(upload), volume_id: begun.volumeId, object_key, touched_at: momentOf(clock.now()) };
    // It may have been stored while the volume was asked.
    if ((await stored(gatherId, id)) !== undefined) return { id, offset: size, size, isStored: true };
    await db.insertInto('uploads').values(row).onConflict((oc) => oc.column('id').doUpdateSet(row)).execute();
    if (begun.offset < size && !begun.isStored) return { id, offset: begun.offset, size, isStored: false };
    return progressOf(row);
  }

  return {
    announce,
    async progress(gatherId, id) {
      const known = await stored(gatherId, id);
      if (known !== undefined) return { id, offset: known.size, size: known.size, isStored: true };
      return progressOf(await rowOf(gatherId, id));
    },
    async append(gatherId, id, offset, content) {
      const known = await stored(gatherId, id);
      if (known !== undefined) {
        if (offset !== known.size) throw new AppError('conflict', 'offset-mismatch', `the recording is stored, all ${known.size} bytes of it`);
        return { id, offset, size: known.size, isStored: true };
      }
      const row = await rowOf(gatherId, id);
      const { size } = announcedIn(row);
      const volume = groups.volume(row.volume_id);
      const end = await volume.append(row.object_key, offset, content);
      if (end < size) return { id, offset: end, size, isStored: false };
      await complete(row, volume);
      return { id, offset: end, size, isStored: true };
    },
    async state(gatherId, id) {
      try {
        const known = await stored(gatherId, id);
        if (known !== undefined) return { id, state: 'stored', ...known };
        const row = await rowOf(gatherId, id);
        const { isStored } = await progressOf(row);
        const { size, sha256 } = announcedIn(row);
        return { id, state: isStored ? 'stored' : 'uploading', size, sha256 };
      } catch (error) {
        const state = { 'recording-deleted': 'deleted', 'upload-not-found': 'unknown', 'not-yours': 'unknown' } as const;
        const known = state[codeOf(error) as keyof typeof state] as (typeof state)[keyof typeof state] | undefined;
        if (known === undefined) throw error;
        return { id, state: known, size: 0, sha256: '' };
      }
    },
    async sweep() {
      const before = new Date(clock.now() - forgottenDays * dayMillis);
      for (const { id } of await db.selectFrom('volumes').select('id').execute()) {
        const gone = await groups.volume(id).sweep(before).catch((error: unknown) => {
          log.warn({ volume: id, err: error }, 'leftovers of uploads could not be removed yet');
          return [];
        });
        if (gone.length > 0) log.info({ volume: id, uploads: gone.length }, 'forgotten uploads are given up');
        for (const key of gone) await db.deleteFrom('uploads').where('object_key', '=', key).where('volume_id', '=', id).execute();
      }
    },
  };
}

/** Channels in the recycle bin count, and those that are gone for good: the lesson was held all the same. */
async function requireOwnChannel(db: Db, gatherId: string, channelId: string): Promise<void> {
  const channel = await db.selectFrom('channels').select('gather_id').where('id', '=', channelId).executeTakeFirst();
  if (channel !== undefined && channel.gather_id !== gatherId) throw notYours();
}

function announcedIn(row: UploadRow): RecordingUpload {
  return RecordingUpload.parse(JSON.parse(row.announced));
}

const codeOf = (error: unknown): string => (error instanceof AppError ? error.code : '');
const deleted = (): AppError => new AppError('gone', 'recording-deleted', 'This recording was stored and has been deleted since.');
const notYours = (): AppError => new AppError('denied', 'not-yours', 'This belongs to another gather.');
const noUpload = (): AppError => new AppError('not-found', 'upload-not-found', 'No upload of this recording is under way.');
const differs = (): AppError => new AppError('conflict', 'recording-differs', 'Another recording with this identity is stored: its size or checksum differs.');
