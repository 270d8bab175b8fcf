// Teachers: who teaches what is recorded; sample teachers for a first look.
import { z } from 'zod';
import { listQuery, OnlyIds } from './list.ts';
import { route } from './route.ts';
import { Id, IdParams, Moment, Name, pageOf } from './shape.ts';
import { ConfirmQuery, Usage } from './usage.ts';

/** Titles of teachers from the highest: 正高级, 高级, 一级, 二级, 三级. */
export const TeacherTitle = z.enum(['full-senior', 'senior', 'first', 'second', 'third']);
export type TeacherTitle = z.infer<typeof TeacherTitle>;

export const Sex = z.enum(['male', 'female']);

/** Most teachers of one site: their list is sorted in memory. */
export const maxTeachers = 5_000;
/** Largest portrait in bytes; browsers scale pictures down to it. */
export const maxPortraitBytes = 180 * 1024;
/** Longer side of a portrait as browsers send it, in pixels. */
export const portraitPixels = 320;

export const Teacher = z.object({
  id: Id,
  name: Name,
  sex: Sex.nullable(),
  title: TeacherTitle.nullable(),
  details: z.string(),
  /** Address of the portrait; absent: there is none. */
  pictureUrl: z.string().optional(),
  /** Sample data. */
  isSample: z.boolean(),
  createdAt: Moment,
});
export type Teacher = z.infer<typeof Teacher>;

const Details = z.string().trim().max(2_000);
/** JPEG, PNG or WebP in base64; `null`: none. */
const Picture = z.base64().max(Math.ceil(maxPortraitBytes / 3) * 4).nullable();

export const NewTeacher = z.object({
  name: Name,
  sex: Sex.nullable().default(null),
  title: TeacherTitle.nullable().default(null),
  details: Details.default(''),
  picture: Picture.default(null),
});
export const TeacherEdit = z.object({ name: Name, sex: Sex.nullable(), title: TeacherTitle.nullable(), details: Details, picture: Picture }).partial();

/** Portraits, served beside the table to anyone; `?v=` names the version. */
export const portraitPath = '/api/teachers/:id/picture';

export const teacherRoutes = {
  listTeachers: route({
    method: 'GET',
    path: '/api/teachers',
    access: 'admin',
    summary: 'Teachers by name; `samples` says how many of all are sample data.',
    query: listQuery(['name', 'title', 'createdAt'], 'name').extend({ title: TeacherTitle.optional(), ids: OnlyIds.optional() }),
    response: pageOf(Teacher).extend({ samples: z.int() }),
  }),
  getTeacher: route({ method: 'GET', path: '/api/teachers/:id', access: 'admin', summary: 'One teacher.', params: IdParams, response: Teacher }),
  createTeacher: route({ method: 'POST', path: '/api/teachers', access: 'admin', summary: 'Adds a teacher.', body: NewTeacher, response: Teacher, status: 201 }),
  editTeacher: route({
    method: 'PATCH',
    path: '/api/teachers/:id',
    access: 'admin',
    summary: 'Changes a teacher; fields left out stay.',
    params: IdParams,
    body: TeacherEdit,
    response: Teacher,
  }),
  getTeacherUsage: route({ method: 'GET', path: '/api/teachers/:id/usage', access: 'admin', summary: 'What hangs on a teacher.', params: IdParams, response: Usage }),
  deleteTeacher: route({
    method: 'DELETE',
    path: '/api/teachers/:id',
    access: 'admin',
    summary: 'Deletes a teacher; what hangs on them must be confirmed.',
    params: IdParams,
    query: ConfirmQuery,
  }),
  addSampleTeachers: route({
    method: 'POST',
    path: '/api/teachers/samples',
    access: 'admin',
    summary: 'Adds the sample teachers that are not there.',
    response: z.object({ added: z.int() }),
    status: 201,
  }),
  getSampleTeachersUsage: route({
    method: 'GET',
    path: '/api/teachers/samples/usage',
    access: 'admin',
    summary: 'What hangs on the sample teachers, themselves included.',
    response: Usage,
  }),
  deleteSampleTeachers: route({
    method: 'DELETE',
    path: '/api/teachers/samples',
    access: 'admin',
    summary: 'Deletes all sample teachers; they and what hangs on them must be confirmed.',
    query: ConfirmQuery,
  }),
};
