// The rooms of the school itself, joined: the site's facts, schools, grades, subjects, teachers; pages hear of every change.
import type { SiteEvents } from '@lubo/contract';
import type { Catalog } from '../channels/catalog.ts';
import type { Db } from '../db/tables.ts';
import type { StateChanges } from '../relay/state-changes.ts';
import type { Clock } from '../time.ts';
import { type UsageCounter, createUsageBook } from '../usage/usage.ts';
import { type Grades, createGrades, gradeCounters } from './grades.ts';
import { type Schools, createSchools, schoolCounters } from './schools.ts';
import { type SiteFacts, createSiteFacts } from './site-facts.ts';
import { type Subjects, createSubjects, subjectCounters } from './subjects.ts';
import { teacherCounters } from './teacher-usage.ts';
import { type Teachers, createTeachers } from './teachers.ts';

export type SchoolRoomsOptions = {
  db: Db;
  clock: Clock;
  changes: StateChanges;
  catalog: Catalog;
  /** The product's. */
  version: string;
  /** Lessons to come of these gathers are planned anew: their time zone has changed. */
  replan(trx: Db, gatherIds: readonly string[]): Promise<void>;
  tell<Name extends 'catalog' | 'site'>(event: Name, data: SiteEvents[Name]): void;
  /** These channels may look different now. */
  touch(channelIds: Iterable<string>): void;
  onFault(error: unknown): void;
};

export type SchoolRooms = { facts: SiteFacts; schools: Schools; grades: Grades; subjects: Subjects; teachers: Teachers };

/** What hangs on schools, grades, subjects and teachers; a room adds its own things here. */
const counters: readonly UsageCounter[] = [...schoolCounters, ...gradeCounters, ...subjectCounters, ...teacherCounters];

/** Builds them over one database. */
export function createSchoolRooms({ catalog, tell, touch, onFault, ...rest }: SchoolRoomsOptions): SchoolRooms {
  const parts = { ...rest, usage: createUsageBook(counters) };
  /** Channels that `choose` finds among all look different now. */
  const touchThose = (choose: (channel: { id: string; gatherId: string; gradeId: string | null }) => boolean): void => {
    const work = async (): Promise<void> => touch((await catalog.view()).sorted.filter(choose).map(({ id }) => id));
    work().catch(onFault);
  };
  return {
    facts: createSiteFacts({ ...rest, onChange: (site) => tell('site', site) }),
    schools: createSchools({
      ...parts,
      onChange(gatherIds) {
        catalog.forget();
        tell('catalog', { of: 'schools' });
        touchThose(({ gatherId }) => gatherIds.includes(gatherId));
      },
    }),
    grades: createGrades({
      ...parts,
      onChange(gradeId) {
        // A deleted grade is on no channel any more: those that had it are found before they are forgotten.
        if (gradeId !== undefined) touchThose((channel) => channel.gradeId === gradeId);
        catalog.forget();
        tell('catalog', { of: 'grades' });
      },
    }),
    subjects: createSubjects({ ...parts, onChange: () => tell('catalog', { of: 'subjects' }) }),
    teachers: createTeachers({ ...parts, onChange: () => tell('catalog', { of: 'teachers' }) }),
  };
}
