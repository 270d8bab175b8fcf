// A school's plain facts: the site itself, schools, grades, subjects.
import { z } from 'zod';
import { route } from './route.ts';
import { Id, Name } from './shape.ts';

export const Site = z.object({
  /** Made once at the first start, read-only. */
  tag: z.string(),
  name: Name,
  officialUrl: z.string(),
  servicePhone: z.string(),
  version: z.string(),
});
export type Site = z.infer<typeof Site>;

export const School = z.object({ id: Id, name: Name });
export type School = z.infer<typeof School>;

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
    summary: 'All schools by name.',
    response: z.object({ rows: z.array(School) }),
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
