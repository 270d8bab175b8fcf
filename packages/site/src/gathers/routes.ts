// HTTP of the gathers' room.
import { routes } from '@lubo/contract';
import type { Serve } from '../http/serve.ts';
import type { Gathers } from './gathers.ts';

/** Registers the room's operations. */
export function gatherRoutes(serve: Serve, { gathers }: { gathers: Gathers }): void {
  serve(routes.listGathers, ({ query }) => gathers.list(query));
  serve(routes.getGather, ({ params }) => gathers.find(params.id));
  serve(routes.editGather, ({ params, body }) => gathers.edit(params.id, body));
  serve(routes.gatherUsage, ({ params }) => gathers.usage(params.id));
  serve(routes.deleteGather, ({ params, query }) => gathers.remove(params.id, query.confirm));
  serve(routes.revokeGather, ({ params }) => gathers.revoke(params.id));
}
