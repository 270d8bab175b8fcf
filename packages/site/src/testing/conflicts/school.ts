// What schools, grades, subjects and teachers may collide with.
import { maxOrdered, maxSchools, maxTeachers, routes } from '@lubo/contract';
import type { OperationName } from '../operations/operation.ts';
import { type Stage, nobody } from '../stage.ts';
import { type Conflicts, bySet, full, named, numbered, renamed } from './conflict.ts';

const { id, text, moment } = numbered;
const fullOf = {
  schools: { table: 'schools', columns: { id, name: text, created_at: moment }, count: maxSchools },
  grades: { table: 'grades', columns: { id, stage: "'s'", name: text, position: 'n' }, count: maxOrdered },
  subjects: { table: 'subjects', columns: { id, name: text, position: 'n' }, count: maxOrdered },
  teachers: { table: 'teachers', columns: { id, name: text, sort_name: text, details: "''", is_sample: '0', created_at: moment }, count: maxTeachers },
};

const school = (stage: Stage, name: string) => stage.done(routes.createSchool, { body: { name } });
const grade = (stage: Stage, name: string) => stage.done(routes.createGrade, { body: { stage: '大学', name } });
const subject = (stage: Stage, name: string) => stage.done(routes.createSubject, { body: { name } });
const teacher = (stage: Stage, name: string) => stage.done(routes.createTeacher, { body: { name } });

/** A channel whose lesson names a subject or a teacher. */
async function taught(stage: Stage, names: { subjectId?: string; teacherId?: string }): Promise<void> {
  const interval = { id: stage.name().replace(/\D/g, '').padStart(12, 'c'), weekday: 1, startSecond: 0, endSecond: 3600, ...names };
  await stage.done(routes.saveTimetable, { params: { id: await stage.channel() }, body: { basedOn: 0, intervals: [interval] } });
}

export const schoolConflicts = {
  editSite: bySet,
  createSchool: [named(school, (name) => ({ name })), full('too-many-schools', async () => ({ body: { name: 'x' } }), fullOf.schools)],
  editSchool: [renamed(school)],
  deleteSchool: [
    {
      code: 'in-use',
      tells: 'usage',
      async set(stage) {
        const { id: schoolId } = await school(stage, stage.name());
        await stage.done(routes.editGather, { params: { id: (await stage.farGather()).id }, body: { schoolId } });
        return { params: { id: schoolId } };
      },
    },
    {
      code: 'confirm-needed',
      tells: 'usage',
      async set(stage) {
        const { id: schoolId } = await school(stage, stage.name());
        await stage.done(routes.createEnrolmentCode, { body: { kind: 'gather', schoolId } });
        return { params: { id: schoolId } };
      },
    },
  ],
  createGrade: [named(grade, (name) => ({ stage: '大学', name })), full('too-many-grades', async () => ({ body: { stage: 'x', name: 'x' } }), fullOf.grades)],
  editGrade: [renamed(grade)],
  orderGrades: [{ code: 'order-changed', set: () => Promise.resolve({ body: { ids: [nobody] } }) }],
  deleteGrade: [
    {
      code: 'confirm-needed',
      tells: 'usage',
      async set(stage) {
        const { id: gradeId } = await grade(stage, stage.name());
        await stage.channel({ gradeId });
        return { params: { id: gradeId } };
      },
    },
  ],
  createSubject: [named(subject, (name) => ({ name })), full('too-many-subjects', async () => ({ body: { name: 'x' } }), fullOf.subjects)],
  editSubject: [renamed(subject)],
  orderSubjects: [{ code: 'order-changed', set: () => Promise.resolve({ body: { ids: [nobody] } }) }],
  deleteSubject: [
    {
      code: 'confirm-needed',
      tells: 'usage',
      async set(stage) {
        const { id: subjectId } = await subject(stage, stage.name());
        await taught(stage, { subjectId });
        return { params: { id: subjectId } };
      },
    },
  ],
  createTeacher: [full('too-many-teachers', async () => ({ body: { name: 'x' } }), fullOf.teachers)],
  editTeacher: { none: 'teachers may have the same name, and the last who says so is right' },
  deleteTeacher: [
    {
      code: 'confirm-needed',
      tells: 'usage',
      async set(stage) {
        const { id: teacherId } = await teacher(stage, stage.name());
        await taught(stage, { teacherId });
        return { params: { id: teacherId } };
      },
    },
  ],
  addSampleTeachers: [full('too-many-teachers', async () => ({}), fullOf.teachers)],
  deleteSampleTeachers: [
    {
      code: 'confirm-needed',
      tells: 'usage',
      async set(stage) {
        await stage.done(routes.addSampleTeachers);
        return {};
      },
    },
  ],
} satisfies Partial<Record<OperationName, Conflicts>>;
