// The journal of a slice: a small file beside its media that says whose it is, so that what is found after any crash is known.
import { join } from 'node:path';
import { LessonReport, RecordingUpload } from '@lubo/contract';
import type { RecordDisk, RecordFile } from './disk.ts';
import type { SliceInfo } from './slice-store.ts';
import type { SyncPool } from './sync-pool.ts';

/** `over`: the media is whole, and `durationMillis` and `bytes` hold. `size`, `sha256`: of the standard MP4, once known. */
const JournalShape = RecordingUpload.partial({ size: true, sha256: true }).extend({
  intervalId: LessonReport.shape.intervalId,
  plannedStart: LessonReport.shape.plannedStart,
  plannedEnd: LessonReport.shape.plannedEnd,
  state: LessonReport.shape.state,
  bytes: RecordingUpload.shape.durationMillis,
});
export type Journal = ReturnType<typeof JournalShape.parse>;

const names = { media: '.mp4', journal: '.json', newJournal: '.json.new' } as const;

/** Where a slice of this id lies. */
export function pathsOf(folder: string, id: string): { media: string; journal: string; newJournal: string } {
  return {
    media: join(folder, id + names.media),
    journal: join(folder, id + names.journal),
    newJournal: join(folder, id + names.newJournal),
  };
}

const nameOfFile = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(\.mp4|\.json|\.json\.new)$/;

/** What a file of a recording folder is; `undefined`: not one of ours. */
export function partOf(name: string): { id: string; part: keyof typeof names } | undefined {
  const [, id = '', ending] = nameOfFile.exec(name) ?? [];
  const part = (['media', 'journal', 'newJournal'] as const).find((each) => names[each] === ending);
  return part && { id, part };
}

/** `undefined` for a journal that is torn or of another making. */
export function readJournal(text: string, id: string): Journal | undefined {
  try {
    const journal = JournalShape.parse(JSON.parse(text));
    return journal.id === id ? journal : undefined;
  } catch {
    return undefined;
  }
}

const bytesOf = (journal: Journal): Uint8Array => new TextEncoder().encode(`${JSON.stringify(journal)}\n`);

/** Writes a new slice's journal; it is on the disk, but for its name, when this resolves. */
export async function createJournal(disk: RecordDisk, sync: SyncPool, folder: string, journal: Journal): Promise<void> {
  const { journal: path } = pathsOf(folder, journal.id);
  await writeWhole(await disk.create(path), sync, path, journal);
}

/** Puts a newer journal in the old one's place at one stroke. */
export async function replaceJournal(disk: RecordDisk, sync: SyncPool, folder: string, journal: Journal): Promise<void> {
  const { journal: path, newJournal } = pathsOf(folder, journal.id);
  await disk.remove(newJournal);
  await writeWhole(await disk.create(newJournal), sync, newJournal, journal);
  await disk.rename(newJournal, path);
  await sync(folder, () => disk.syncFolder(folder));
}

async function writeWhole(file: RecordFile, sync: SyncPool, path: string, journal: Journal): Promise<void> {
  try {
    await file.write(bytesOf(journal), 0);
    await sync(path, () => file.sync());
  } finally {
    await file.close();
  }
}

/** What an uploader is told of a finished slice. */
export function infoOf(journal: Journal): SliceInfo {
  const { id, channelId, lessonId, kind, subjectId, teacherId, sliceIndex, startedAt, durationMillis, bytes } = journal;
  const { videoCodec, audioCodec, width, height, codecs } = journal;
  return {
    id, channelId, lessonId, kind, subjectId, teacherId, sliceIndex, startedAt, durationMillis, bytes, videoCodec, audioCodec, width, height, codecs,
  };
}
