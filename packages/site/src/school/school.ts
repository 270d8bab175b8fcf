// The site's own facts, grades, subjects.
import type { Grade, Site, Subject } from '@lubo/contract';
import type { Db } from '../db/tables.ts';

export type SiteFacts = {
  site(): Promise<Site>;
  grades(): Promise<Grade[]>;
  subjects(): Promise<Subject[]>;
};

/** The room's rules over `db`; `version` is the product's. */
export function createSiteFacts(db: Db, version: string): SiteFacts {
  return {
    async site() {
      const row = await db.selectFrom('site').selectAll().where('id', '=', 1).executeTakeFirstOrThrow();
      return { tag: row.tag, name: row.name, officialUrl: row.official_url, servicePhone: row.service_phone, version };
    },
    grades: () => db.selectFrom('grades').select(['id', 'stage', 'name']).orderBy('position').orderBy('id').execute(),
    subjects: () => db.selectFrom('subjects').select(['id', 'name']).orderBy('position').orderBy('id').execute(),
  };
}
