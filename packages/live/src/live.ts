// The live server put together: one process or several, and the link to the site. Nothing here reads the environment or exits.
import type { AgentLink, AgentOptions } from '@lubo/agent';
import { type Config, sitePlaceOf } from '@lubo/config';
import type { AgentFacts, LiveReport, LiveStreamReport, Resources } from '@lubo/contract';
import type { Logger } from 'pino';
import type { Hub } from './hub.ts';
import type { Limits } from './limits.ts';
import { type Ports, addressesOf, startServer } from './server.ts';
import type { Timers } from './timers.ts';

export type LiveOptions = {
  config: Config;
  log: Logger;
  facts: AgentFacts;
  /** `<dataDir>/live`. */
  dataDir: string;
  connectLink(options: AgentOptions): AgentLink;
  limits?: Partial<Limits>;
  timers?: Timers;
  /** Seconds since 1970. */
  wallSeconds?: () => number;
};

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
  const { hub, httpPort, rtmpPort, rtmpsPort } = server;
  const opened = (link = linkSite(options, server, { streams: () => hub.report(), take: (resources) => server.admission.take(resources) }));
  return { httpPort, rtmpPort, rtmpsPort, hub, close: async () => void (await Promise.all([server.stop(), opened.close()])) };
}

/** Links a server to the site. `take` tells whether the resources hold usable settings. */
export function linkSite(options: LiveOptions, ports: Ports, server: { streams(): LiveStreamReport[]; take(resources: Resources): boolean }): AgentLink {
  const { config, log } = options;
  const addresses = addressesOf(config.live, ports);
  const report = (): LiveReport => ({ addresses, streams: server.streams() });
  return options.connectLink({
    kind: 'live',
    ...sitePlaceOf(config, 'live'),
    code: config.live.code ?? config.localCode,
    dataDir: options.dataDir,
    facts: options.facts,
    log,
    onState(resources) {
      if (!server.take(resources)) log.warn('the desired state has no usable settings');
    },
    report: () => ({ type: 'live-report', report: report() }),
  });
}
