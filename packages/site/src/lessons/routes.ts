// HTTP of the lessons' room: lists, recording by hand, gathers' reports.
import { AppError, routes } from '@lubo/contract';
import type { Serve } from '../http/serve.ts';
import type { ByHand } from './by-hand.ts';
import type { Lessons } from './lessons.ts';

/** Registers the room's operations. */
export function lessonRoutes(serve: Serve, { lessons, byHand }: { lessons: Lessons; byHand: ByHand }): void {
  serve(routes.listLessons, ({ query }) => lessons.list(query));
  serve(routes.summarizeLessons, async ({ query }) => ({ rows: await lessons.days(query) }));
  serve(routes.getLesson, ({ params }) => lessons.find(params.id));
  serve(routes.startRecording, ({ params, body }) => byHand.start(params.id, body));
  serve(routes.getRecordingNow, async ({ params }) => ({ recording: await byHand.now(params.id) }));
  serve(routes.stopRecording, ({ params }) => byHand.stop(params.id));
  serve(routes.reportLessons, async ({ body }, { gather }) => {
    if (gather === undefined) throw new AppError('unauthenticated', 'no-agent', 'A gather signs in with its own key.');
    await lessons.take(gather.id, body.lessons);
  });
}
