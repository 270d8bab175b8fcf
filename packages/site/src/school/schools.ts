// Schools: each gather stands in one; its time zone is that of the timetables there.
import { AppError, type RequestOf, type School, type Usage, maxSchools, type routes } from '@lubo/contract';
import type { Db } from '../db/tables.ts';
import { createNameOrder, fold, pageOfRows } from '../db/name-order.ts';
import { newId } from '../id.ts';
import type { StateChanges } from '../relay/state-changes.ts';
import { type Clock, momentOf } from '../time.ts';
import { type UsageBook, type UsageCounter, countOf } from '../usage/usage.ts';
import { nameTaken } from './name-taken.ts';

export type SchoolsOptions = {
  db: Db;
  clock: Clock;
  changes: StateChanges;
  usage: UsageBook;
  /** The clocks of these gathers' timetables are others now: lessons to come are planned anew, in the same transaction. */
  replan(trx: Db, gatherIds: readonly string[]): Promise<void>;
  /** Told after a school was added, changed or deleted, with the gathers that stand in it. */
  onChange(gatherIds: readonly string[]): void;
};

type Fields = RequestOf<typeof routes.createSchool>['body'];
type Query = RequestOf<typeof routes.listSchools>['query'];

export type Schools = {
  list(query: Query): Promise<{ rows: School[]; total: number }>;
  /** Throws AppError `name-taken`, `too-many-schools`. */
  create(fields: Fields): Promise<School>;
  /** Throws AppError `school-not-found`, as do `usage` and `remove`, and `name-taken`. */
  edit(id: string, fields: Partial<Fields>): Promise<School>;
  usage(id: string): Promise<Usage>;
  /** Throws AppError `in-use`, `confirm-needed`. */
  remove(id: string, confirm: string | undefined): Promise<void>;
};

/** The room's rules over `db`. */
export function createSchools({ db, clock, changes, usage, replan, onChange }: SchoolsOptions): Schools {
  const order = createNameOrder();
  return {
    async list(query) {
      const rows = await readSchools(db);
      const ranks = order(rows.map(({ name }) => name));
      const columns = { name: (row: School) => ranks.get(row.name) ?? 0, gathers: (row: School) => row.gathers, createdAt: (row: School) => row.createdAt };
      return pageOfRows(rows, { textOf: ({ name }) => name, columns, keyOf: ({ id }) => id }, query);
    },
    async create({ name, timeZone }) {
      const id = newId();
      await db.transaction().execute(async (trx) => {
        await requireRoom(trx);
        await requireName(trx, name);
        await trx.insertInto('schools').values({ id, name, time_zone: timeZone, created_at: momentOf(clock.now()) }).execute();
      });
      onChange([]);
      return requireSchool(db, id);
    },
    async edit(id, { name, timeZone }) {
      const gatherIds = await changes.commit(async (trx, touch) => {
        const before = await requireSchool(trx, id);
        if (name !== undefined) await requireName(trx, name, id);
        const change = { ...(name === undefined ? {} : { name }), ...(timeZone === undefined ? {} : { time_zone: timeZone }) };
        if (Object.keys(change).length > 0) await trx.updateTable('schools').set(change).where('id', '=', id).execute();
        const ids = await gathersOf(trx, id);
        for (const gatherId of ids) touch(gatherId);
        if (timeZone !== undefined && timeZone !== before.timeZone) await replan(trx, ids);
        return ids;
      });
      onChange(gatherIds);
      return requireSchool(db, id);
    },
    async usage(id) {
      await requireSchool(db, id);
      return usage.of(db, 'school', id);
    },
    async remove(id, confirm) {
      await db.transaction().execute(async (trx) => {
        await requireSchool(trx, id);
        await usage.requireDeletable(trx, 'school', id, confirm);
        await trx.deleteFrom('schools').where('id', '=', id).execute();
      });
      onChange([]);
    },
  };
}

/** What hangs on a school. A gather must be moved first: without a school its timetables would change their zone unseen. */
export const schoolCounters: readonly UsageCounter[] = [
  {
    thing: 'school',
    kind: 'gathers',
    effect: 'blocks',
    count: countOf((db, id) => db.selectFrom('gathers').select((eb) => eb.fn.countAll().as('count')).where('school_id', '=', id)),
  },
  {
    thing: 'school',
    kind: 'enrolment-codes',
    effect: 'goes',
    count: countOf((db, id) =>
      db.selectFrom('enrolment_codes').select((eb) => eb.fn.countAll().as('count')).where('school_id', '=', id).where('used_at', 'is', null),
    ),
  },
  {
    thing: 'school',
    kind: 'recordings',
    effect: 'stays',
    count: countOf((db, id) => db.selectFrom('recordings').select((eb) => eb.fn.countAll().as('count')).where('school_id', '=', id)),
  },
];

async function readSchools(db: Db, id?: string): Promise<School[]> {
  const rows = await db
    .selectFrom('schools')
    .leftJoin('gathers', 'gathers.school_id', 'schools.id')
    .select(['schools.id', 'schools.name', 'schools.time_zone', 'schools.created_at'])
    .select((eb) => eb.fn.count('gathers.agent_id').as('gathers'))
    .$if(id !== undefined, (query) => query.where('schools.id', '=', id ?? ''))
    .groupBy(['schools.id', 'schools.name', 'schools.time_zone', 'schools.created_at'])
    .execute();
  return rows.map((row) => ({ id: row.id, name: row.name, timeZone: row.time_zone, gathers: Number(row.gathers), createdAt: row.created_at }));
}

async function requireSchool(db: Db, id: string): Promise<School> {
  const [school] = await readSchools(db, id);
  if (school === undefined) throw new AppError('not-found', 'school-not-found', 'There is no such school.');
  return school;
}

async function requireName(trx: Db, name: string, ownId?: string): Promise<void> {
  const rows = await trx.selectFrom('schools').select(['id', 'name']).execute();
  if (rows.some((row) => row.id !== ownId && fold(row.name) === fold(name))) throw nameTaken('body.name');
}

async function requireRoom(trx: Db): Promise<void> {
  const { count } = await trx.selectFrom('schools').select((eb) => eb.fn.countAll<number | string>().as('count')).executeTakeFirstOrThrow();
  if (Number(count) >= maxSchools) throw new AppError('conflict', 'too-many-schools', `A site has ${maxSchools} schools at most.`);
}

async function gathersOf(trx: Db, schoolId: string): Promise<string[]> {
  const rows = await trx.selectFrom('gathers').select('agent_id').where('school_id', '=', schoolId).execute();
  return rows.map((row) => row.agent_id);
}
