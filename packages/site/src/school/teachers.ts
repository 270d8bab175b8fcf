// Teachers: the rules of adding, changing and deleting them, one by one or all samples at once.
import { AppError, type RequestOf, type Teacher, type TeacherTitle, TeacherTitle as Titles, type Usage, maxTeachers, type routes } from '@lubo/contract';
import { createNameOrder, fold, pageOfRows } from '../db/name-order.ts';
import type { Db, Tables } from '../db/tables.ts';
import { newId } from '../id.ts';
import type { StateChanges } from '../relay/state-changes.ts';
import { type Clock, momentOf } from '../time.ts';
import type { UsageBook } from '../usage/usage.ts';
import { portraitOf, portraitUrl } from './portrait.ts';
import { sampleTeachers } from './sample-teachers.ts';
import { touchTimetables } from './subjects.ts';

export type TeachersOptions = { db: Db; clock: Clock; changes: StateChanges; usage: UsageBook; onChange(): void };

type NewFields = RequestOf<typeof routes.createTeacher>['body'];
type EditFields = RequestOf<typeof routes.editTeacher>['body'];
type Query = RequestOf<typeof routes.listTeachers>['query'];

export type Teachers = {
  list(query: Query): Promise<{ rows: Teacher[]; total: number; samples: number }>;
  /** Throws AppError `teacher-not-found`, as do `edit`, `usage` and `remove`. */
  find(id: string): Promise<Teacher>;
  /** Throws AppError `too-many-teachers`, or with the field when the portrait is none. */
  create(fields: NewFields): Promise<Teacher>;
  edit(id: string, fields: EditFields): Promise<Teacher>;
  usage(id: string): Promise<Usage>;
  /** Throws AppError `confirm-needed`. */
  remove(id: string, confirm: string | undefined): Promise<void>;
  /** Adds those samples that are not there; how many. */
  addSamples(): Promise<number>;
  samplesUsage(): Promise<Usage>;
  /** Throws AppError `confirm-needed`. */
  removeSamples(confirm: string | undefined): Promise<void>;
};

/** The room's rules over `db`. */
export function createTeachers({ db, clock, changes, usage, onChange }: TeachersOptions): Teachers {
  const order = createNameOrder();
  const now = (): string => momentOf(clock.now());
  return {
    async list({ title, ...query }) {
      const all = await readTeachers(db);
      const ranks = order(all.map(({ name }) => name));
      const columns = { name: (row: Teacher) => ranks.get(row.name) ?? 0, title: titleRank, createdAt: (row: Teacher) => row.createdAt };
      const rows = title === undefined ? all : all.filter((row) => row.title === title);
      const list = { textOf: (row: Teacher) => `${row.name} ${row.details}`, columns, keyOf: (row: Teacher) => row.id };
      return { ...pageOfRows(rows, list, query), samples: all.filter(({ isSample }) => isSample).length };
    },
    find: (id) => requireTeacher(db, id),
    async create({ picture, ...fields }) {
      const row = { id: newId(), ...fields, sort_name: fold(fields.name), ...portraitOf(picture), is_sample: 0 as const, created_at: now() };
      await db.transaction().execute(async (trx) => {
        await requireRoom(trx, 1);
        await trx.insertInto('teachers').values(row).execute();
      });
      onChange();
      return requireTeacher(db, row.id);
    },
    async edit(id, fields) {
      const change = changeOf(fields);
      await db.transaction().execute(async (trx) => {
        await requireTeacher(trx, id);
        if (Object.keys(change).length > 0) await trx.updateTable('teachers').set(change).where('id', '=', id).execute();
      });
      onChange();
      return requireTeacher(db, id);
    },
    async usage(id) {
      await requireTeacher(db, id);
      return usage.of(db, 'teacher', id);
    },
    async remove(id, confirm) {
      await changes.commit(async (trx, touch) => {
        await requireTeacher(trx, id);
        await usage.requireDeletable(trx, 'teacher', id, confirm);
        await touchTimetables(trx, touch, 'teacher_id', [id]);
        await trx.deleteFrom('teachers').where('id', '=', id).execute();
      });
      onChange();
    },
    async addSamples() {
      const added = await db.transaction().execute(async (trx) => {
        const there = await trx.selectFrom('teachers').select('name').where('is_sample', '=', 1).execute();
        const missing = sampleTeachers.filter(({ name }) => !there.some((row) => row.name === name));
        await requireRoom(trx, missing.length);
        for (const sample of missing) {
          const row = { id: newId(), ...sample, sort_name: fold(sample.name), ...portraitOf(null), is_sample: 1 as const, created_at: now() };
          await trx.insertInto('teachers').values(row).execute();
        }
        return missing.length;
      });
      onChange();
      return added;
    },
    samplesUsage: () => usage.of(db, 'sample-teachers', ''),
    async removeSamples(confirm) {
      await changes.commit(async (trx, touch) => {
        await usage.requireDeletable(trx, 'sample-teachers', '', confirm);
        const rows = await trx.selectFrom('teachers').select('id').where('is_sample', '=', 1).execute();
        await touchTimetables(trx, touch, 'teacher_id', rows.map(({ id }) => id));
        await trx.deleteFrom('teachers').where('is_sample', '=', 1).execute();
      });
      onChange();
    },
  };
}

/** The highest first; those without a title last. */
function titleRank({ title }: { title: TeacherTitle | null }): number {
  return title === null ? Titles.options.length : Titles.options.indexOf(title);
}

function changeOf({ name, sex, title, details, picture }: EditFields) {
  return {
    ...(name === undefined ? {} : { name, sort_name: fold(name) }),
    ...(sex === undefined ? {} : { sex }),
    ...(title === undefined ? {} : { title }),
    ...(details === undefined ? {} : { details }),
    ...(picture === undefined ? {} : portraitOf(picture)),
  };
}

/** Without the portraits themselves. */
async function readTeachers(db: Db, id?: string): Promise<Teacher[]> {
  const rows = await db
    .selectFrom('teachers')
    .select(['id', 'name', 'sex', 'title', 'details', 'picture_version', 'is_sample', 'created_at'])
    .$if(id !== undefined, (query) => query.where('id', '=', id ?? ''))
    .execute();
  return rows.map(teacherOf);
}

type Row = Pick<Tables['teachers'], 'id' | 'name' | 'sex' | 'title' | 'details' | 'picture_version' | 'is_sample' | 'created_at'>;

function teacherOf({ id, name, sex, title, details, picture_version: version, is_sample: isSample, created_at: createdAt }: Row): Teacher {
  const picture = version === null ? {} : { pictureUrl: portraitUrl(id, version) };
  return { id, name, sex, title: Titles.safeParse(title).data ?? null, details, ...picture, isSample: isSample === 1, createdAt };
}

async function requireTeacher(db: Db, id: string): Promise<Teacher> {
  const [teacher] = await readTeachers(db, id);
  if (teacher === undefined) throw new AppError('not-found', 'teacher-not-found', 'There is no such teacher.');
  return teacher;
}

async function requireRoom(trx: Db, more: number): Promise<void> {
  const { count } = await trx.selectFrom('teachers').select((eb) => eb.fn.countAll<number | string>().as('count')).executeTakeFirstOrThrow();
  if (Number(count) + more > maxTeachers) throw new AppError('conflict', 'too-many-teachers', `A site has ${maxTeachers} teachers at most.`);
}
