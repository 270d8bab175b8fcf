// The site's own facts, schools, grades, subjects.
import type { Grade, School, Site, Subject } from '@lubo/contract';
import type { Db } from '../db/tables.ts';

export type Schools = {
  site(): Promise<Site>;
  schools(): Promise<School[]>;
  grades(): Promise<Grade[]>;
  subjects(): Promise<Subject[]>;
};

/** The room's rules over `db`; `version` is the product's. */
export function createSchools(db: Db, version: string): Schools {
  const collator = new Intl.Collator('zh-Hans-CN', { numeric: true });
  return {
    async site() {
      const row = await db.selectFrom('site').selectAll().where('id', '=', 1).executeTakeFirstOrThrow();
      return { tag: row.tag, name: row.name, officialUrl: row.official_url, servicePhone: row.service_phone, version };
    },
    async schools() {
      const rows = await db.selectFrom('schools').select(['id', 'name']).execute();
      return rows.sort((a, b) => collator.compare(a.name, b.name));
    },
    grades: () => db.selectFrom('grades').select(['id', 'stage', 'name']).orderBy('position').orderBy('id').execute(),
    subjects: () => db.selectFrom('subjects').select(['id', 'name']).orderBy('position').orderBy('id').execute(),
  };
}
