// What hangs on a teacher, or on all sample teachers: timetables, lessons and recordings stay, without them.
import type { UsageCounter, UsedThing } from '../usage/usage.ts';
import type { Db } from '../db/tables.ts';

const tables = [
  ['intervals', 'timetable_intervals'],
  ['lessons', 'lessons'],
  ['recordings', 'recordings'],
] as const;

/** Counters for one teacher and for the samples. */
export const teacherCounters: readonly UsageCounter[] = [
  {
    thing: 'sample-teachers',
    kind: 'teachers',
    effect: 'goes',
    async count(db) {
      const { count } = await samples(db).select((eb) => eb.fn.countAll<number | string>().as('count')).executeTakeFirstOrThrow();
      return { count: Number(count) };
    },
  },
  ...tables.flatMap(([kind, table]) => [counter('teacher', kind, table), counter('sample-teachers', kind, table)]),
];

function counter(thing: UsedThing, kind: string, table: (typeof tables)[number][1]): UsageCounter {
  return {
    thing,
    kind,
    effect: 'stays',
    async count(db, id) {
      const { count } = await db
        .selectFrom(table)
        .select((eb) => eb.fn.countAll<number | string>().as('count'))
        .where('teacher_id', 'in', thing === 'teacher' ? [id] : samples(db).select('id'))
        .executeTakeFirstOrThrow();
      return { count: Number(count) };
    },
  };
}

function samples(db: Db) {
  return db.selectFrom('teachers').where('is_sample', '=', 1);
}
