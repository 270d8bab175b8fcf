// A school's plain facts: the site itself, schools, grades, subjects.
import { z } from 'zod';
import { route } from './route.ts';
import { listQuery } from './list.ts';
import { Id, IdParams, Moment, Name, pageOf } from './shape.ts';
import { TimeZone } from './timetable.ts';
import { ConfirmQuery, Usage } from './usage.ts';

/** Most schools of one site, and most grades or subjects: their lists are kept in memory and in menus. */
export const maxSchools = 2_000;

export const Site = z.object({
  /** Made once at the first start, read-only. */
  tag: z.string(),
  name: Name,
  officialUrl: z.string(),
  servicePhone: z.string(),
  version: z.string(),
});
export type Site = z.infer<typeof Site>;

export const School = z.object({
  id: Id,
  name: Name,
  /** Zone of its timetables; `null`: the site's. */
  timeZone: TimeZone.nullable(),
  /** How many gathers stand in it. */
  gathers: z.int(),
  createdAt: Moment,
});
export type School = z.infer<typeof School>;

export const SchoolFields = z.object({ name: Name, timeZone: TimeZone.nullable() });

export const Grade = z.object({ id: Id, stage: Name, name: Name });
export type Grade = z.infer<typeof Grade>;

export const Subject = z.object({ id: Id, name: Name });
export type Subject = z.infer<typeof Subject>;

export const schoolRoutes = {
  getSite: route({ method: 'GET', path: '/api/site', access: 'public', summary: 'Name, footer and version of this site.', response: Site }),
  listSchools: route({
    method: 'GET',
    path: '/api/schools',
    access: 'public',
    summary: 'Schools by name, 200 a page.',
    query: listQuery(['name', 'gathers', 'createdAt'], 'name').extend({ pageSize: z.coerce.number().int().min(1).max(200).default(200) }),
    response: pageOf(School),
  }),
  createSchool: route({
    method: 'POST',
    path: '/api/schools',
    access: 'admin',
    summary: 'Adds a school.',
    body: z.object({ name: Name, timeZone: TimeZone.nullable().default(null) }),
    response: School,
    status: 201,
  }),
  editSchool: route({
    method: 'PATCH',
    path: '/api/schools/:id',
    access: 'admin',
    summary: 'Changes a school; fields left out stay.',
    params: IdParams,
    body: SchoolFields.partial(),
    response: School,
  }),
  getSchoolUsage: route({ method: 'GET', path: '/api/schools/:id/usage', access: 'admin', summary: 'What hangs on a school.', params: IdParams, response: Usage }),
  deleteSchool: route({
    method: 'DELETE',
    path: '/api/schools/:id',
    access: 'admin',
    summary: 'Deletes a school; what hangs on it must be confirmed.',
    params: IdParams,
    query: ConfirmQuery,
  }),
  listGrades: route({
    method: 'GET',
    path: '/api/grades',
    access: 'public',
    summary: 'All grades in school order.',
    response: z.object({ rows: z.array(Grade) }),
  }),
  listSubjects: route({
    method: 'GET',
    path: '/api/subjects',
    access: 'public',
    summary: 'All subjects in the order of the navigation.',
    response: z.object({ rows: z.array(Subject) }),
  }),
};
