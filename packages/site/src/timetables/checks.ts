// What is refused of a timetable that somebody wants to save, each fault named by its field.
import { type Interval, type IntervalFault, type WrongField, intervalFaults, wrongFields } from '@lubo/contract';
import type { Db } from '../db/tables.ts';
import { known } from '../school/known.ts';

const words: Record<IntervalFault['kind'], string> = {
  order: 'an interval ends after its start',
  'too-short': 'an interval is longer than 30 s',
  overlap: 'intervals of a day do not overlap',
  'same-id': 'this id is used twice',
};

/** Throws AppError `invalid-request` that names every wrong field of `body.intervals`. */
export async function requireGoodWeek(trx: Db, channelId: string, intervals: readonly Interval[]): Promise<void> {
  const errors = intervalFaults(intervals).map(fieldErrorOf);
  errors.push(...(await unknownNames(trx, intervals)), ...(await foreignIds(trx, channelId, intervals)));
  if (errors.length > 0) throw wrongFields(...errors);
}

function fieldErrorOf({ index, field, kind, other }: IntervalFault): WrongField {
  const place = other === undefined ? '' : ` (see intervals.${other})`;
  return { path: `body.intervals.${index}.${field}`, message: `${words[kind]}${place}`, code: kind === 'same-id' ? 'taken' : kind };
}

async function unknownNames(trx: Db, intervals: readonly Interval[]): Promise<WrongField[]> {
  const subjects = await known(trx, 'subjects', intervals.map(({ subjectId }) => subjectId));
  const teachers = await known(trx, 'teachers', intervals.map(({ teacherId }) => teacherId));
  return intervals.flatMap(({ subjectId, teacherId }, index) => [
    ...(subjectId === null || subjects.has(subjectId) ? [] : [unknown(index, 'subjectId', 'there is no such subject')]),
    ...(teacherId === null || teachers.has(teacherId) ? [] : [unknown(index, 'teacherId', 'there is no such teacher')]),
  ]);
}

/** A lesson's id begins with its interval's: no two channels may share one. */
async function foreignIds(trx: Db, channelId: string, intervals: readonly Interval[]): Promise<WrongField[]> {
  if (intervals.length === 0) return [];
  const rows = await trx
    .selectFrom('timetable_intervals')
    .select('id')
    .where('id', 'in', intervals.map(({ id }) => id))
    .where('channel_id', '!=', channelId)
    .execute();
  const taken = new Set(rows.map(({ id }) => id));
  return intervals.flatMap(({ id }, index) =>
    taken.has(id) ? [{ path: `body.intervals.${index}.id`, message: 'another channel has an interval with this id', code: 'taken' }] : [],
  );
}

function unknown(index: number, field: string, message: string): WrongField {
  return { path: `body.intervals.${index}.${field}`, message, code: 'unknown' };
}
