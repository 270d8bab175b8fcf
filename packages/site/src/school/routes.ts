// HTTP of the school room.
import { routes } from '@lubo/contract';
import type { Serve } from '../http/serve.ts';
import type { SchoolRooms } from './school-rooms.ts';

/** Registers the room's operations. */
export function schoolRoutes(serve: Serve, { facts, schools }: SchoolRooms): void {
  serve(routes.getSite, () => facts.site());
  serve(routes.listGrades, async () => ({ rows: await facts.grades() }));
  serve(routes.listSubjects, async () => ({ rows: await facts.subjects() }));

  serve(routes.listSchools, ({ query }) => schools.list(query));
  serve(routes.createSchool, ({ body }) => schools.create(body));
  serve(routes.editSchool, ({ params, body }) => schools.edit(params.id, body));
  serve(routes.getSchoolUsage, ({ params }) => schools.usage(params.id));
  serve(routes.deleteSchool, ({ params, query }) => schools.remove(params.id, query.confirm));
}
