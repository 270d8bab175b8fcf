// Grades: a stage (小学) and a name within it (一年级), in school order.
import { AppError, type Grade, type Usage, maxOrdered } from '@lubo/contract';
import type { Db } from '../db/tables.ts';
import { fold } from '../db/name-order.ts';
import { newId } from '../id.ts';
import { type UsageBook, type UsageCounter, countOf } from '../usage/usage.ts';
import { nameTaken } from './name-taken.ts';
import { nextPosition, requireSameSet } from './order.ts';

export type GradesOptions = {
  db: Db;
  usage: UsageBook;
  /** Told after each change, with the grade whose channels look different now. */
  onChange(gradeId?: string): void;
};

type Fields = { stage: string; name: string };

export type Grades = {
  list(): Promise<Grade[]>;
  /** Throws AppError `name-taken`, `too-many-grades`. */
  create(fields: Fields): Promise<Grade>;
  /** Throws AppError `grade-not-found`, as do `usage` and `remove`, and `name-taken`. */
  edit(id: string, fields: { [K in keyof Fields]?: string | undefined }): Promise<Grade>;
  /** Throws AppError `order-changed`. */
  setOrder(ids: readonly string[]): Promise<void>;
  usage(id: string): Promise<Usage>;
  /** Throws AppError `confirm-needed`. */
  remove(id: string, confirm: string | undefined): Promise<void>;
};

/** The room's rules over `db`. */
export function createGrades({ db, usage, onChange }: GradesOptions): Grades {
  return {
    list: async () => (await read(db)).map(gradeOf),
    async create(fields) {
      const row = await db.transaction().execute(async (trx) => {
        const rows = await read(trx);
        if (rows.length >= maxOrdered) throw new AppError('conflict', 'too-many-grades', `A site has ${maxOrdered} grades at most.`);
        requireName(rows, fields);
        const made = { id: newId(), ...fields, position: nextPosition(rows) };
        await trx.insertInto('grades').values(made).execute();
        return made;
      });
      onChange();
      return gradeOf(row);
    },
    async edit(id, { stage, name }) {
      const row = await db.transaction().execute(async (trx) => {
        const rows = await read(trx);
        const before = requireIn(rows, id);
        const after = { ...before, stage: stage ?? before.stage, name: name ?? before.name };
        requireName(rows, after, id);
        await trx.updateTable('grades').set({ stage: after.stage, name: after.name }).where('id', '=', id).execute();
        return after;
      });
      onChange(id);
      return gradeOf(row);
    },
    async setOrder(ids) {
      await db.transaction().execute(async (trx) => {
        requireSameSet((await read(trx)).map(({ id }) => id), ids);
        for (const [position, id] of ids.entries()) await trx.updateTable('grades').set({ position }).where('id', '=', id).execute();
      });
      onChange();
    },
    async usage(id) {
      requireIn(await read(db), id);
      return usage.of(db, 'grade', id);
    },
    async remove(id, confirm) {
      await db.transaction().execute(async (trx) => {
        requireIn(await read(trx), id);
        await usage.requireDeletable(trx, 'grade', id, confirm);
        await trx.deleteFrom('grades').where('id', '=', id).execute();
      });
      onChange(id);
    },
  };
}

/** What hangs on a grade: it stays, without it. */
export const gradeCounters: readonly UsageCounter[] = [
  {
    thing: 'grade',
    kind: 'channels',
    effect: 'stays',
    count: countOf((db, id) => db.selectFrom('channels').select((eb) => eb.fn.countAll().as('count')).where('grade_id', '=', id)),
  },
  {
    thing: 'grade',
    kind: 'recordings',
    effect: 'stays',
    count: countOf((db, id) => db.selectFrom('recordings').select((eb) => eb.fn.countAll().as('count')).where('grade_id', '=', id)),
  },
];

type Row = Grade & { position: number };

function read(db: Db): Promise<Row[]> {
  return db.selectFrom('grades').selectAll().orderBy('position').orderBy('id').execute();
}

function gradeOf({ id, stage, name }: Row): Grade {
  return { id, stage, name };
}

function requireIn(rows: readonly Row[], id: string): Row {
  const row = rows.find((each) => each.id === id);
  if (row === undefined) throw new AppError('not-found', 'grade-not-found', 'There is no such grade.');
  return row;
}

function requireName(rows: readonly Row[], { stage, name }: Fields, ownId?: string): void {
  const isSame = (row: Row): boolean => row.id !== ownId && fold(row.stage) === fold(stage) && fold(row.name) === fold(name);
  if (rows.some(isSame)) throw nameTaken('body.name');
}
