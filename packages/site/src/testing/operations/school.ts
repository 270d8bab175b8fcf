// Calls that succeed: the site's facts, schools, grades, subjects, teachers.
import { routes } from '@lubo/contract';
import type { Operation, OperationName } from './operation.ts';
import type { Stage } from '../stage.ts';

const bare: Operation = { good: () => ({}) };

const school = (stage: Stage) => stage.done(routes.createSchool, { body: { name: stage.name() } });
const grade = (stage: Stage) => stage.done(routes.createGrade, { body: { stage: '大学', name: stage.name() } });
const subject = (stage: Stage) => stage.done(routes.createSubject, { body: { name: stage.name() } });
const teacher = (stage: Stage) => stage.done(routes.createTeacher, { body: { name: stage.name() } });

/** On a thing that is made for it. */
const on = (make: (stage: Stage) => Promise<{ id: string }>, body?: unknown): Operation['good'] => async (stage) => {
  const { id } = await make(stage);
  return { params: { id }, ...(body === undefined ? {} : { body }) };
};

export const schoolOperations = {
  getSite: bare,
  editSite: { good: () => ({ body: { name: '第一中学', officialUrl: 'https://school.example', servicePhone: '0592-123', timeZone: 'Asia/Shanghai' } }) },
  listSchools: { good: () => ({ query: { search: '中学', sort: '-gathers', page: '1', pageSize: '20' } }) },
  createSchool: { good: (stage) => ({ body: { name: stage.name(), timeZone: 'Asia/Shanghai' } }) },
  editSchool: { good: on(school, { name: '改名的学校' }), absent: 'school-not-found' },
  getSchoolUsage: { good: on(school), absent: 'school-not-found' },
  deleteSchool: { good: on(school), absent: 'school-not-found' },
  listGrades: bare,
  createGrade: { good: (stage) => ({ body: { stage: '大学', name: stage.name() } }) },
  editGrade: { good: on(grade, { stage: '大学' }), absent: 'grade-not-found' },
  orderGrades: { good: async (stage) => ({ body: { ids: (await stage.done(routes.listGrades)).rows.map(({ id }) => id) } }) },
  getGradeUsage: { good: on(grade), absent: 'grade-not-found' },
  deleteGrade: { good: on(grade), absent: 'grade-not-found' },
  listSubjects: bare,
  createSubject: { good: (stage) => ({ body: { name: stage.name() } }) },
  editSubject: { good: on(subject, { name: '改名的科目' }), absent: 'subject-not-found' },
  orderSubjects: { good: async (stage) => ({ body: { ids: (await stage.done(routes.listSubjects)).rows.map(({ id }) => id) } }) },
  getSubjectUsage: { good: on(subject), absent: 'subject-not-found' },
  deleteSubject: { good: on(subject), absent: 'subject-not-found' },
  listTeachers: { good: () => ({ query: { title: 'senior', search: '王' } }) },
  getTeacher: { good: on(teacher), absent: 'teacher-not-found' },
  createTeacher: { good: (stage) => ({ body: { name: stage.name(), sex: 'female', title: 'senior', details: '语文', picture: '/9j/4AAQSkZJRgABAQ==' } }) },
  editTeacher: { good: on(teacher, { details: '数学' }), absent: 'teacher-not-found' },
  getTeacherUsage: { good: on(teacher), absent: 'teacher-not-found' },
  deleteTeacher: { good: on(teacher), absent: 'teacher-not-found' },
  addSampleTeachers: bare,
  getSampleTeachersUsage: bare,
  deleteSampleTeachers: { good: async (stage) => ({ query: { confirm: (await stage.done(routes.getSampleTeachersUsage)).state } }) },
} satisfies Partial<Record<OperationName, Operation>>;
