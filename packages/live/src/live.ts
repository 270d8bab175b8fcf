// The live server put together: one process and its link to the site. Nothing here reads the environment or exits.
import type { AgentLink } from '@lubo/agent';
import type { Hub } from './hub.ts';
import { startServer } from './server.ts';
import { type LiveOptions, type Ports, linkSite } from './site-link.ts';

export type Live = Ports & { hub: Hub; close(): Promise<void> };

/** The server in this one process. Throws StartError when a port can't be had or a certificate can't be served. */
export async function startLive(options: LiveOptions): Promise<Live> {
  const { config, log } = options;
  let link: AgentLink | undefined;
  const server = await startServer({
    settings: config.live,
    log,
    limits: options.limits,
    timers: options.timers,
    wallSeconds: options.wallSeconds,
    isSiteThere: () => link?.isConnected ?? false,
    onChange: () => link?.reportSoon(),
  });
  const { hub, admission, inspection, httpPort, rtmpPort, rtmpsPort } = server;
  const opened = (link = linkSite(options, server, {
    streams: () => hub.report(),
    inspections: () => inspection.report(),
    take(resources) {
      inspection.take(resources);
      return admission.take(resources);
    },
  }));
  return { httpPort, rtmpPort, rtmpsPort, hub, close: async () => void (await Promise.all([server.stop(), opened.close()])) };
}
