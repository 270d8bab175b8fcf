// HTTP of the public pages. The home page's call is answered with bytes that lie ready: nobody waits for it to be written.
import { routes } from '@lubo/contract';
import type { FastifyInstance } from 'fastify';
import type { Gate, Serve } from '../http/serve.ts';
import type { Front } from './front.ts';
import { sendPacked } from './packed.ts';
import type { Plays } from './plays.ts';

export type FrontRoutesOptions = { gate: Gate; front: Front; plays: Plays };

/** Registers the room's operations. */
export function frontRoutes(app: FastifyInstance, serve: Serve, { gate, front, plays }: FrontRoutesOptions): void {
  app.route({
    method: routes.getHome.method,
    url: routes.getHome.path,
    onRequest: async (request) => void (await gate.admit(routes.getHome, request)),
    handler: async (request, reply) => sendPacked(request, reply, await front.packedHome(), { type: 'application/json; charset=utf-8' }),
  });
  serve(routes.getSubjectPage, ({ params, query }) => front.subject(params.id, query.page));
  serve(routes.getWatchPage, ({ params }) => front.watch(params.id));
  serve(routes.countPlay, async ({ params }, call) => {
    if (call.isPrefetch) return;
    await plays.count(params.id, { pass: call.passOf('viewer'), ip: call.ip, userAgent: call.userAgent });
  });
}
