// HTTP of the components' room.
import { routes } from '@lubo/contract';
import type { Serve } from '../http/serve.ts';
import type { Components } from './components.ts';
import { checkRelay } from './relay-check.ts';

/** Registers the room's operations. `siteTag`: of this site. */
export function componentRoutes(serve: Serve, { components, siteTag }: { components: Components; siteTag: string }): void {
  serve(routes.getRelay, (_request, { siteUrl }) => components.relay(siteUrl));
  serve(routes.checkRelay, ({ body }) => checkRelay(body.url, siteTag));
  serve(routes.listLiveServers, async (_request, { hostname }) => ({ rows: await components.liveServerList(hostname) }));
  serve(routes.listLiveServerStreams, async ({ params }) => ({ rows: await components.streams(params.id) }));
  serve(routes.listTerminals, () => components.terminals());
}
