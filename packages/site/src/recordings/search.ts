// Words to look for, as the subjects, teachers, schools and classes whose names hold them.
import { type RawBuilder, sql } from 'kysely';
import type { Db } from '../db/tables.ts';

/** What a recording may be found by. */
export type Found = { column: 'subject_id' | 'teacher_id' | 'school_id' | 'class_name'; values: readonly string[] };

/** Most values that a query is made of. */
const maxValues = 2000;

/** The values whose names hold `search`, by column; capital and small letters of Latin script are the same. */
export async function matchSearch(db: Db, search: string): Promise<Found[]> {
  const words = search.normalize('NFKC').toLowerCase().replace(/[\\%_]/g, (char) => `\\${char}`);
  const holds = sql<boolean>`lower(name) like ${`%${words}%`} escape '\\'`;
  const idsIn = async (table: 'subjects' | 'teachers' | 'schools'): Promise<string[]> => {
    const rows = await db.selectFrom(table).select('id').where(holds).limit(maxValues).execute();
    return rows.map(({ id }) => id);
  };
  const classes = await db.selectFrom('class_names').select('name').where(holds).limit(maxValues).execute();
  const all: Found[] = [
    { column: 'subject_id', values: await idsIn('subjects') },
    { column: 'teacher_id', values: await idsIn('teachers') },
    { column: 'school_id', values: await idsIn('schools') },
    { column: 'class_name', values: classes.map(({ name }) => name) },
  ];
  let left = maxValues;
  const some = all.map(({ column, values }): Found => {
    const taken = values.slice(0, left);
    left -= taken.length;
    return { column, values: taken };
  });
  return some.filter(({ values }) => values.length > 0);
}

/** Found by this column; its index may lead. */
export function inColumn({ column, values }: Found): RawBuilder<boolean> {
  return sql<boolean>`${sql.ref(column)} in (${sql.join(values)})`;
}

/** Found by any of them; a condition that no index is used for. */
export function anyOf(found: readonly Found[]): RawBuilder<boolean> {
  const parts = found.map(({ column, values }) => sql`coalesce(${sql.ref(column)}, '') in (${sql.join(values)})`);
  return sql<boolean>`(${sql.join(parts, sql` or `)})`;
}
