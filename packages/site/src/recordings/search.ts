// Words to look for, as the subjects, teachers, schools and classes whose names hold them.
import { sql } from 'kysely';
import type { Db } from '../db/tables.ts';

/** `isWide`: so many values that a run over all recordings finds enough of them soon. */
export type SearchMatch = { values: { column: 'subject_id' | 'teacher_id' | 'school_id' | 'class_name'; value: string }[]; isWide: boolean };

/** Values beyond which they are looked for in all recordings instead of one by one. */
const wideFrom = 24;
/** Most values that a query is made of. */
const maxValues = 2000;

/** The values whose names hold `search`; capital and small letters of Latin script are the same. */
export async function matchSearch(db: Db, search: string): Promise<SearchMatch> {
  const words = search.normalize('NFKC').toLowerCase().replace(/[\\%_]/g, (char) => `\\${char}`);
  const holds = sql<boolean>`lower(name) like ${`%${words}%`} escape '\\'`;
  const idsIn = async (table: 'subjects' | 'teachers' | 'schools'): Promise<string[]> => {
    const rows = await db.selectFrom(table).select('id').where(holds).limit(maxValues).execute();
    return rows.map(({ id }) => id);
  };
  const classes = await db.selectFrom('class_names').select('name').where(holds).limit(maxValues).execute();
  const values: SearchMatch['values'] = [
    ...(await idsIn('subjects')).map((value) => ({ column: 'subject_id' as const, value })),
    ...(await idsIn('teachers')).map((value) => ({ column: 'teacher_id' as const, value })),
    ...(await idsIn('schools')).map((value) => ({ column: 'school_id' as const, value })),
    ...classes.map(({ name }) => ({ column: 'class_name' as const, value: name })),
  ].slice(0, maxValues);
  return { values, isWide: values.length > wideFrom };
}
