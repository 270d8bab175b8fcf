// HTTP of the school's rooms.
import { routes } from '@lubo/contract';
import type { Serve } from '../http/serve.ts';
import type { SchoolRooms } from './school-rooms.ts';

/** Registers the rooms' operations. */
export function schoolRoutes(serve: Serve, { facts, schools, grades, subjects, teachers }: SchoolRooms): void {
  serve(routes.getSite, () => facts.read());
  serve(routes.editSite, ({ body }) => facts.edit(body));

  serve(routes.listSchools, ({ query }) => schools.list(query));
  serve(routes.createSchool, ({ body }) => schools.create(body));
  serve(routes.editSchool, ({ params, body }) => schools.edit(params.id, body));
  serve(routes.getSchoolUsage, ({ params }) => schools.usage(params.id));
  serve(routes.deleteSchool, ({ params, query }) => schools.remove(params.id, query.confirm));

  serve(routes.listGrades, async () => ({ rows: await grades.list() }));
  serve(routes.createGrade, ({ body }) => grades.create(body));
  serve(routes.editGrade, ({ params, body }) => grades.edit(params.id, body));
  serve(routes.orderGrades, ({ body }) => grades.setOrder(body.ids));
  serve(routes.getGradeUsage, ({ params }) => grades.usage(params.id));
  serve(routes.deleteGrade, ({ params, query }) => grades.remove(params.id, query.confirm));

  serve(routes.listSubjects, async () => ({ rows: await subjects.list() }));
  serve(routes.createSubject, ({ body }) => subjects.create(body));
  serve(routes.editSubject, ({ params, body }) => subjects.edit(params.id, body));
  serve(routes.orderSubjects, ({ body }) => subjects.setOrder(body.ids));
  serve(routes.getSubjectUsage, ({ params }) => subjects.usage(params.id));
  serve(routes.deleteSubject, ({ params, query }) => subjects.remove(params.id, query.confirm));

  serve(routes.listTeachers, ({ query }) => teachers.list(query));
  serve(routes.getTeacher, ({ params }) => teachers.find(params.id));
  serve(routes.createTeacher, ({ body }) => teachers.create(body));
  serve(routes.editTeacher, ({ params, body }) => teachers.edit(params.id, body));
  serve(routes.getTeacherUsage, ({ params }) => teachers.usage(params.id));
  serve(routes.deleteTeacher, ({ params, query }) => teachers.remove(params.id, query.confirm));
  serve(routes.addSampleTeachers, async () => ({ added: await teachers.addSamples() }));
  serve(routes.getSampleTeachersUsage, () => teachers.samplesUsage());
  serve(routes.deleteSampleTeachers, ({ query }) => teachers.removeSamples(query.confirm));
}
