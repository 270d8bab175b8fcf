// A school's plain facts: the site itself, schools, grades, subjects.
import { z } from 'zod';
import { route } from './route.ts';
import { listQuery, OnlyIds } from './list.ts';
import { Id, IdParams, Moment, Name, pageOf } from './shape.ts';
import { TimeZone } from './timetable.ts';
import { ConfirmQuery, Usage } from './usage.ts';

/** Most schools of one site: their list is sorted in memory. */
export const maxSchools = 2_000;
/** Most grades, and most subjects: they stand in menus. */
export const maxOrdered = 200;

export const Site = z.object({
  /** Made once at the first start, read-only. */
  tag: z.string(),
  name: Name,
  officialUrl: z.string(),
  servicePhone: z.string(),
  /** IANA zone of schools that have none of their own. */
  timeZone: TimeZone,
  version: z.string(),
});
export type Site = z.infer<typeof Site>;

/** A web address, or nothing. */
const OfficialUrl = z
  .string()
  .trim()
  .max(256)
  .refine((text) => text === '' || (/^https?:\/\//i.test(text) && URL.canParse(text)), 'an http or https address');
/** A phone number as people write it, or nothing. */
const Phone = z.string().trim().max(32).regex(/^[-+0-9 ()/.#*]*$/, 'not a phone number');

export const SiteEdit = z.object({ name: Name, officialUrl: OfficialUrl, servicePhone: Phone, timeZone: TimeZone }).partial();

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

/** All ids in the order that is wanted. */
export const Order = z.object({ ids: z.array(Id).max(maxOrdered) });
export type Subject = z.infer<typeof Subject>;

export const schoolRoutes = {
  getSite: route({ method: 'GET', path: '/api/site', access: 'public', summary: 'Name, footer and version of this site.', response: Site }),
  editSite: route({
    method: 'PATCH',
    path: '/api/site',
    access: 'admin',
    summary: 'Changes name, footer or time zone of this site, on all pages and gathers at once; fields left out stay.',
    body: SiteEdit,
    response: Site,
  }),
  listSchools: route({
    method: 'GET',
    path: '/api/schools',
    access: 'public',
    summary: 'Schools by name, 200 a page.',
    query: listQuery(['name', 'gathers', 'createdAt'], 'name').extend({ pageSize: z.coerce.number().int().min(1).max(200).default(200), ids: OnlyIds.optional() }),
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
  createGrade: route({
    method: 'POST',
    path: '/api/grades',
    access: 'admin',
    summary: 'Adds a grade, behind the others.',
    body: z.object({ stage: Name, name: Name }),
    response: Grade,
    status: 201,
  }),
  editGrade: route({
    method: 'PATCH',
    path: '/api/grades/:id',
    access: 'admin',
    summary: 'Renames a grade; fields left out stay.',
    params: IdParams,
    body: z.object({ stage: Name, name: Name }).partial(),
    response: Grade,
  }),
  orderGrades: route({
    method: 'PUT',
    path: '/api/grades/order',
    access: 'admin',
    summary: 'Puts all grades in this order.',
    body: Order,
  }),
  getGradeUsage: route({ method: 'GET', path: '/api/grades/:id/usage', access: 'admin', summary: 'What hangs on a grade.', params: IdParams, response: Usage }),
  deleteGrade: route({
    method: 'DELETE',
    path: '/api/grades/:id',
    access: 'admin',
    summary: 'Deletes a grade; what hangs on it must be confirmed.',
    params: IdParams,
    query: ConfirmQuery,
  }),
  createSubject: route({
    method: 'POST',
    path: '/api/subjects',
    access: 'admin',
    summary: 'Adds a subject, behind the others.',
    body: z.object({ name: Name }),
    response: Subject,
    status: 201,
  }),
  editSubject: route({
    method: 'PATCH',
    path: '/api/subjects/:id',
    access: 'admin',
    summary: 'Renames a subject; fields left out stay.',
    params: IdParams,
    body: z.object({ name: Name }).partial(),
    response: Subject,
  }),
  orderSubjects: route({
    method: 'PUT',
    path: '/api/subjects/order',
    access: 'admin',
    summary: 'Puts all subjects in this order.',
    body: Order,
  }),
  getSubjectUsage: route({ method: 'GET', path: '/api/subjects/:id/usage', access: 'admin', summary: 'What hangs on a subject.', params: IdParams, response: Usage }),
  deleteSubject: route({
    method: 'DELETE',
    path: '/api/subjects/:id',
    access: 'admin',
    summary: 'Deletes a subject; what hangs on it must be confirmed.',
    params: IdParams,
    query: ConfirmQuery,
  }),
};
