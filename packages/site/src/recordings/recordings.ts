// The archive's rules: finding recordings, editing, the recycle bin, purging for good.
import { AppError, type ArchiveAction, type ArchiveQuery, type ArchiveSum, type ArchivedRecording, type Recording, type RecordingQuery } from '@lubo/contract';
import type { Db, Tables } from '../db/tables.ts';
import { requireNames } from '../school/known.ts';
import { discard } from '../storage/garbage.ts';
import { allKeysOf } from '../storage/keys.ts';
import { type Clock, momentOf } from '../time.ts';
import { listIds } from './list.ts';
import { publicView, readRecordings } from './view.ts';

export type RecordingsOptions = {
  db: Db;
  clock: Clock;
  /** There is something to delete on the volumes. */
  onGarbage(): void;
  /** Lists look different now. */
  onChange?(): void;
};

export type RecordingPage<Row> = { rows: Row[]; total: number; isMore: boolean };
export type RecordingEdit = { subjectId?: string | null | undefined; teacherId?: string | null | undefined; isKept?: boolean | undefined };

/** Those for one recording reject with AppError `recording-not-found`. */
export type Recordings = {
  list(query: RecordingQuery): Promise<RecordingPage<Recording>>;
  listArchive(query: ArchiveQuery): Promise<RecordingPage<ArchivedRecording>>;
  /** One that is not in the recycle bin. */
  get(id: string): Promise<Recording>;
  getArchived(id: string): Promise<ArchivedRecording>;
  edit(id: string, fields: RecordingEdit): Promise<ArchivedRecording>;
  /** Into the recycle bin; `recording-deleted` (conflict) if it is there already. */
  remove(id: string, by: string): Promise<void>;
  preview(action: ArchiveAction, ids: readonly string[]): Promise<ArchiveSum>;
  /** Changes those of `ids` that the action fits, all or none; answers what was changed. */
  change(action: ArchiveAction, ids: readonly string[], by: string): Promise<ArchiveSum>;
  /** The same by a rule, which spares what is marked to be kept. */
  changeByRule(action: 'delete' | 'purge', ids: readonly string[]): Promise<ArchiveSum>;
};

/** The room's rules over `db`. */
export function createRecordings({ db, clock, onGarbage, onChange = () => {} }: RecordingsOptions): Recordings {
  const now = (): string => momentOf(clock.now());
  const getArchived = async (id: string): Promise<ArchivedRecording> => {
    const [found] = await readRecordings(db, [id]);
    if (found === undefined) throw noRecording();
    return found;
  };
  const listArchive = async (query: ArchiveQuery): Promise<RecordingPage<ArchivedRecording>> => {
    const { ids, total, isMore } = await listIds(db, query);
    return { rows: await readRecordings(db, ids), total, isMore };
  };
  const change = async (action: ArchiveAction, ids: readonly string[], by: string, isByRule = false): Promise<ArchiveSum> => {
    const sum = await db.transaction().execute(async (trx) => {
      const fitting = (await fittingRows(trx, action, ids)).filter(({ is_kept }) => !isByRule || is_kept === 0);
      const found = fitting.map(({ id }) => id);
      if (found.length > 0) await perform(trx, action, fitting, { by, at: now() });
      return sumOf(fitting);
    });
    if (action === 'purge' && sum.recordings > 0) onGarbage();
    if (sum.recordings > 0) onChange();
    return sum;
  };
  return {
    async list(query) {
      const { rows, ...rest } = await listArchive({ ...query, place: 'archive' });
      return { rows: rows.map(publicView), ...rest };
    },
    listArchive,
    async get(id) {
      const found = await getArchived(id);
      if (found.deletedAt !== null) throw noRecording();
      return publicView(found);
    },
    getArchived,
    async edit(id, { subjectId, teacherId, isKept }) {
      await db.transaction().execute(async (trx) => {
        await requireNames(trx, { subjectId, teacherId });
        const fields = {
          ...(subjectId === undefined ? {} : { subject_id: subjectId }),
          ...(teacherId === undefined ? {} : { teacher_id: teacherId }),
          ...(isKept === undefined ? {} : { is_kept: isKept ? (1 as const) : (0 as const) }),
        };
        if (Object.keys(fields).length > 0) await trx.updateTable('recordings').set(fields).where('id', '=', id).execute();
      });
      onChange();
      return getArchived(id);
    },
    async remove(id, by) {
      const { deletedAt } = await getArchived(id);
      if (deletedAt !== null) throw new AppError('conflict', 'recording-deleted', 'This recording is in the recycle bin already.');
      await change('delete', [id], by);
    },
    preview: async (action, ids) => sumOf(await fittingRows(db, action, ids)),
    change: (action, ids, by) => change(action, ids, by),
    changeByRule: (action, ids) => change(action, ids, 'retention', true),
  };
}

type Fitting = Pick<Tables['recordings'], 'id' | 'size' | 'is_kept' | 'volume_id' | 'poster_at' | 'thumbnails'>;

/** The recordings of `ids` that an action changes; only what is in the recycle bin can be restored or purged. */
async function fittingRows(db: Db, action: ArchiveAction, ids: readonly string[]): Promise<Fitting[]> {
  const query = db.selectFrom('recordings').select(['id', 'size', 'is_kept', 'volume_id', 'poster_at', 'thumbnails']).where('id', 'in', ids);
  switch (action) {
    case 'delete':
      return query.where('deleted_at', 'is', null).execute();
    case 'restore':
    case 'purge':
      return query.where('deleted_at', 'is not', null).execute();
    case 'keep':
      return query.where('is_kept', '=', 0).execute();
    case 'unkeep':
      return query.where('is_kept', '=', 1).execute();
  }
}

function sumOf(rows: readonly Fitting[]): ArchiveSum {
  const bytes = rows.reduce((sum, { size }) => sum + size, 0);
  return { recordings: rows.length, bytes, kept: rows.filter(({ is_kept }) => is_kept === 1).length };
}

async function perform(trx: Db, action: ArchiveAction, rows: readonly Fitting[], { by, at }: { by: string; at: string }): Promise<void> {
  const ids = rows.map(({ id }) => id);
  const update = (fields: Partial<Tables['recordings']>) => trx.updateTable('recordings').set(fields).where('id', 'in', ids).execute();
  switch (action) {
    case 'delete':
      await update({ deleted_at: at, deleted_by: by });
      return;
    case 'restore':
      await update({ deleted_at: null, deleted_by: null });
      return;
    case 'keep':
      await update({ is_kept: 1 });
      return;
    case 'unkeep':
      await update({ is_kept: 0 });
      return;
    case 'purge':
      return purge(trx, rows, at);
  }
}

/** A row and its files in pieces that fit one statement of any database. */
async function purge(trx: Db, rows: readonly Fitting[], at: string): Promise<void> {
  for (let from = 0; from < rows.length; from += 100) {
    const some = rows.slice(from, from + 100);
    const ids = some.map(({ id }) => id);
    // Pictures that came a moment ago may not be in the rows yet: all keys that there can be.
    const places = some.flatMap(({ id, volume_id }) => allKeysOf(id).map((key) => ({ volumeId: volume_id, key })));
    await discard(trx, places, Date.parse(at));
    await trx.insertInto('purged_recordings').values(ids.map((id) => ({ id, purged_at: at }))).onConflict((oc) => oc.doNothing()).execute();
    await trx.deleteFrom('recordings').where('id', 'in', ids).execute();
  }
}

/** No recording has this identity. */
export function noRecording(): AppError {
  return new AppError('not-found', 'recording-not-found', 'There is no such recording.');
}
