// The ledger on disk: one small file, written anew at one stroke after each change, changes of a moment together.
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { RecordDisk } from './disk.ts';
import { type Lesson, reportOf } from './lesson.ts';
import { LessonReport } from '@lubo/contract';

export type LedgerFileOptions = { disk: RecordDisk; folder: string; log: Logger };

const pathsOf = (folder: string) => ({ file: join(folder, 'lessons.json'), newFile: join(folder, 'lessons.json.new') });

/** The lessons of the last life; none for a file that is missing or damaged, which is put aside. */
export async function loadLessons({ disk, folder, log }: LedgerFileOptions): Promise<Lesson[]> {
  const { file } = pathsOf(folder);
  const text = await disk.readText(file);
  if (text === undefined) return [];
  try {
    const lessons = JSON.parse(text) as Lesson[];
    for (const lesson of lessons) LessonReport.parse(reportOf(lesson, lesson.wish.plannedStart));
    return lessons;
  } catch (error) {
    log.error({ file, err: error }, 'the ledger of lessons is damaged; it is begun anew from the recordings');
    await disk.rename(file, `${file}.damaged`);
    return [];
  }
}

export type LedgerFile = {
  /** Something has changed. */
  saveSoon(): void;
  /** Resolves when what is known now is on the disk, or the disk has refused it. */
  close(): Promise<void>;
};

/** Writes what `lessons` gives at each change. What the disk refuses is tried again at the next one. */
export function createLedgerFile({ disk, folder, log }: LedgerFileOptions, lessons: () => readonly Lesson[]): LedgerFile {
  const { file, newFile } = pathsOf(folder);
  let isDirty = false;
  let saving: Promise<void> | undefined;
  const saveOnce = async (): Promise<void> => {
    await disk.remove(newFile);
    const handle = await disk.create(newFile);
    try {
      await handle.write(new TextEncoder().encode(JSON.stringify(lessons())), 0);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await disk.rename(newFile, file);
    await disk.syncFolder(folder);
  };
  const save = async (): Promise<void> => {
    while (isDirty) {
      isDirty = false;
      await saveOnce().catch((error: unknown) => log.error({ file, err: error }, 'the ledger of lessons could not be written'));
    }
    saving = undefined;
  };
  return {
    saveSoon() {
      isDirty = true;
      saving ??= Promise.resolve().then(save);
    },
    close: () => saving ?? Promise.resolve(),
  };
}
