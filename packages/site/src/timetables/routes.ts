// HTTP of the timetables' room.
import { routes } from '@lubo/contract';
import type { Serve } from '../http/serve.ts';
import type { Timetables } from './timetables.ts';

/** Registers the room's operations. */
export function timetableRoutes(serve: Serve, timetables: Timetables): void {
  serve(routes.getTimetable, ({ params }) => timetables.get(params.id));
  serve(routes.saveTimetable, ({ params, body }, call) => timetables.save(params.id, { ...body, savedBy: call.person?.name ?? null }));
  serve(routes.copyTimetable, async ({ params, body }, call) => ({
    copied: await timetables.copy(params.id, body.channelIds, call.person?.name ?? null),
  }));
}
