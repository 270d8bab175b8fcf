// Whether subjects and teachers that somebody names exist.
import { type WrongField, wrongFields } from '@lubo/contract';
import type { Db } from '../db/tables.ts';

/** Which of these ids are in the table. */
export async function known(trx: Db, table: 'subjects' | 'teachers', ids: readonly (string | null)[]): Promise<ReadonlySet<string>> {
  const asked = [...new Set(ids.filter((id) => id !== null))];
  if (asked.length === 0) return new Set();
  const rows = await trx.selectFrom(table).select('id').where('id', 'in', asked).execute();
  return new Set(rows.map(({ id }) => id));
}

/** Throws AppError that names the fields of a body whose subject or teacher is not there; what is left out or null is right. */
export async function requireNames(trx: Db, { subjectId = null, teacherId = null }: { subjectId?: string | null | undefined; teacherId?: string | null | undefined }): Promise<void> {
  const [subjects, teachers] = [await known(trx, 'subjects', [subjectId]), await known(trx, 'teachers', [teacherId])];
  const fields: WrongField[] = [];
  if (subjectId !== null && !subjects.has(subjectId)) fields.push({ path: 'body.subjectId', message: 'there is no such subject', code: 'unknown' });
  if (teacherId !== null && !teachers.has(teacherId)) fields.push({ path: 'body.teacherId', message: 'there is no such teacher', code: 'unknown' });
  if (fields.length > 0) throw wrongFields(...fields);
}
