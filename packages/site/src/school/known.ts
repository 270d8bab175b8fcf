// Whether subjects and teachers that somebody names exist.
import type { Db } from '../db/tables.ts';

/** Which of these ids are in the table. */
export async function known(trx: Db, table: 'subjects' | 'teachers', ids: readonly (string | null)[]): Promise<ReadonlySet<string>> {
  const asked = [...new Set(ids.filter((id) => id !== null))];
  if (asked.length === 0) return new Set();
  const rows = await trx.selectFrom(table).select('id').where('id', 'in', asked).execute();
  return new Set(rows.map(({ id }) => id));
}
