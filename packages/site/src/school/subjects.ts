// Subjects, in the order of the navigation.
import { AppError, type Subject, type Usage, maxOrdered } from '@lubo/contract';
import type { Db } from '../db/tables.ts';
import { fold } from '../db/name-order.ts';
import { newId } from '../id.ts';
import type { StateChanges, Touch } from '../relay/state-changes.ts';
import { type UsageBook, type UsageCounter, countOf } from '../usage/usage.ts';
import { nameTaken } from './name-taken.ts';
import { nextPosition, requireSameSet } from './order.ts';

export type SubjectsOptions = { db: Db; changes: StateChanges; usage: UsageBook; onChange(): void };

export type Subjects = {
  list(): Promise<Subject[]>;
  /** Throws AppError `name-taken`, `too-many-subjects`. */
  create(fields: { name: string }): Promise<Subject>;
  /** Throws AppError `subject-not-found`, as do `usage` and `remove`, and `name-taken`. */
  edit(id: string, fields: { name?: string | undefined }): Promise<Subject>;
  /** Throws AppError `order-changed`. */
  setOrder(ids: readonly string[]): Promise<void>;
  usage(id: string): Promise<Usage>;
  /** Throws AppError `confirm-needed`. */
  remove(id: string, confirm: string | undefined): Promise<void>;
};

/** The room's rules over `db`. */
export function createSubjects({ db, changes, usage, onChange }: SubjectsOptions): Subjects {
  return {
    list: async () => (await read(db)).map(subjectOf),
    async create({ name }) {
      const row = await db.transaction().execute(async (trx) => {
        const rows = await read(trx);
        if (rows.length >= maxOrdered) throw new AppError('conflict', 'too-many-subjects', `A site has ${maxOrdered} subjects at most.`);
        requireName(rows, name);
        const made = { id: newId(), name, position: nextPosition(rows) };
        await trx.insertInto('subjects').values(made).execute();
        return made;
      });
      onChange();
      return subjectOf(row);
    },
    async edit(id, { name }) {
      const row = await db.transaction().execute(async (trx) => {
        const rows = await read(trx);
        const before = requireIn(rows, id);
        if (name === undefined) return before;
        requireName(rows, name, id);
        await trx.updateTable('subjects').set({ name }).where('id', '=', id).execute();
        return { ...before, name };
      });
      onChange();
      return subjectOf(row);
    },
    async setOrder(ids) {
      await db.transaction().execute(async (trx) => {
        requireSameSet((await read(trx)).map(({ id }) => id), ids);
        for (const [position, id] of ids.entries()) await trx.updateTable('subjects').set({ position }).where('id', '=', id).execute();
      });
      onChange();
    },
    async usage(id) {
      requireIn(await read(db), id);
      return usage.of(db, 'subject', id);
    },
    async remove(id, confirm) {
      await changes.commit(async (trx, touch) => {
        requireIn(await read(trx), id);
        await usage.requireDeletable(trx, 'subject', id, confirm);
        await touchTimetables(trx, touch, 'subject_id', [id]);
        await trx.deleteFrom('subjects').where('id', '=', id).execute();
      });
      onChange();
    },
  };
}

/** The gathers whose timetables name one of these: what they hold changes with them. */
export async function touchTimetables(trx: Db, touch: Touch, column: 'subject_id' | 'teacher_id', ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  const tables = ['timetable_intervals', 'hand_recordings'] as const;
  for (const table of tables) {
    const rows = await trx
      .selectFrom(table)
      .innerJoin('channels', 'channels.id', `${table}.channel_id`)
      .select('channels.gather_id')
      .distinct()
      .where(`${table}.${column}`, 'in', ids)
      .execute();
    for (const row of rows) touch(row.gather_id);
  }
}

/** What hangs on a subject: it stays, without it. */
export const subjectCounters: readonly UsageCounter[] = [
  {
    thing: 'subject',
    kind: 'intervals',
    effect: 'stays',
    count: countOf((db, id) => db.selectFrom('timetable_intervals').select((eb) => eb.fn.countAll().as('count')).where('subject_id', '=', id)),
  },
  {
    thing: 'subject',
    kind: 'lessons',
    effect: 'stays',
    count: countOf((db, id) => db.selectFrom('lessons').select((eb) => eb.fn.countAll().as('count')).where('subject_id', '=', id)),
  },
  {
    thing: 'subject',
    kind: 'recordings',
    effect: 'stays',
    count: countOf((db, id) => db.selectFrom('recordings').select((eb) => eb.fn.countAll().as('count')).where('subject_id', '=', id)),
  },
];

type Row = Subject & { position: number };

function read(db: Db): Promise<Row[]> {
  return db.selectFrom('subjects').selectAll().orderBy('position').orderBy('id').execute();
}

function subjectOf({ id, name }: Row): Subject {
  return { id, name };
}

function requireIn(rows: readonly Row[], id: string): Row {
  const row = rows.find((each) => each.id === id);
  if (row === undefined) throw new AppError('not-found', 'subject-not-found', 'There is no such subject.');
  return row;
}

function requireName(rows: readonly Row[], name: string, ownId?: string): void {
  if (rows.some((row) => row.id !== ownId && fold(row.name) === fold(name))) throw nameTaken('body.name');
}
