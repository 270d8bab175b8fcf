// The row of a recording whose file has just been checked and stored.
import { RecordingUpload } from '@lubo/contract';
import type { Db, Tables } from '../db/tables.ts';

/** What an upload's row knows. */
export type StoredUpload = Pick<Tables['uploads'], 'id' | 'gather_id' | 'announced' | 'volume_id' | 'object_key'>;

/** Inserts within a transaction; whether it is new. Subject, teacher and channel may be gone by now: the recording stays. */
export async function insertRecording(trx: Db, stored: StoredUpload, now: string): Promise<boolean> {
  const upload = RecordingUpload.parse(JSON.parse(stored.announced));
  const place = await placeOf(trx, stored.gather_id, upload.channelId);
  const row: Tables['recordings'] = {
    id: stored.id,
    gather_id: stored.gather_id,
    ...place,
    lesson_id: upload.lessonId,
    kind: upload.kind,
    slice_index: upload.sliceIndex,
    subject_id: await existing(trx, 'subjects', upload.subjectId),
    teacher_id: await existing(trx, 'teachers', upload.teacherId),
    started_at: new Date(upload.startedAt).toISOString(),
    duration_millis: Math.round(upload.durationMillis),
    size: upload.size,
    sha256: upload.sha256,
    codecs: upload.codecs,
    width: upload.width,
    height: upload.height,
    volume_id: stored.volume_id,
    object_key: stored.object_key,
    poster_at: null,
    poster_widths: '',
    thumbnails: null,
    play_count: 0,
    is_kept: 0,
    stored_at: now,
    deleted_at: null,
    deleted_by: null,
  };
  await trx.insertInto('class_names').values({ name: row.class_name }).onConflict((oc) => oc.doNothing()).execute();
  const { numInsertedOrUpdatedRows } = await trx.insertInto('recordings').values(row).onConflict((oc) => oc.column('id').doNothing()).executeTakeFirstOrThrow();
  return numInsertedOrUpdatedRows === 1n;
}

type Place = Pick<Tables['recordings'], 'channel_id' | 'class_name' | 'grade_id' | 'school_id'>;

async function placeOf(trx: Db, gatherId: string, channelId: string): Promise<Place> {
  const gather = await trx.selectFrom('gathers').select('school_id').where('agent_id', '=', gatherId).executeTakeFirst();
  const channel = await trx.selectFrom('channels').select(['name', 'grade_id']).where('id', '=', channelId).executeTakeFirst();
  return {
    channel_id: channel === undefined ? null : channelId,
    class_name: channel?.name ?? '',
    grade_id: channel?.grade_id ?? null,
    school_id: gather?.school_id ?? null,
  };
}

async function existing(trx: Db, table: 'subjects' | 'teachers', id: string | null): Promise<string | null> {
  if (id === null) return null;
  return (await trx.selectFrom(table).select('id').where('id', '=', id).executeTakeFirst())?.id ?? null;
}
