// HTTP of the school room.
import { routes } from '@lubo/contract';
import type { Serve } from '../http/serve.ts';
import type { Schools } from './school.ts';

/** Registers the room's operations. */
export function schoolRoutes(serve: Serve, schools: Schools): void {
  serve(routes.getSite, () => schools.site());
  serve(routes.listSchools, async () => ({ rows: await schools.schools() }));
  serve(routes.listGrades, async () => ({ rows: await schools.grades() }));
  serve(routes.listSubjects, async () => ({ rows: await schools.subjects() }));
}
