// All migrations by name, forward only. A migration that has been released is never changed: the next one mends it.
import type { Migration } from 'kysely/migration';
import { first } from './0001-first.ts';
import { defaults } from './0002-defaults.ts';
import { recording } from './0003-recording.ts';
import { archive } from './0030-archive.ts';
import { people } from './0010-people.ts';
import { archiveLists } from './0031-archive-lists.ts';
import { portraitVersion } from './0020-portrait-version.ts';
import { lessonHealth } from './0040-lessons.ts';
import { listIndexes } from './0041-list-indexes.ts';
import { auditWords } from './0042-audit-words.ts';
import { auditGrams } from './0043-audit-grams.ts';
import { lessonsOfChannels } from './0044-lessons-of-channels.ts';
import { enrolment } from './0050-enrolment.ts';
import { plays } from './0070-plays.ts';
import { posters } from './0080-posters.ts';
import { lessonDays } from './0081-lesson-days.ts';

export const migrations: Record<string, Migration> = {
  '0001-first': first,
  '0002-defaults': defaults,
  '0003-recording': recording,
  '0030-archive': archive,
  '0010-people': people,
  '0031-archive-lists': archiveLists,
  '0020-portrait-version': portraitVersion,
  '0040-lessons': lessonHealth,
  '0041-list-indexes': listIndexes,
  '0042-audit-words': auditWords,
  '0043-audit-grams': auditGrams,
  '0044-lessons-of-channels': lessonsOfChannels,
  '0050-enrolment': enrolment,
  '0070-plays': plays,
  '0080-posters': posters,
  '0081-lesson-days': lessonDays,
};
