// The link of a live server to the site, whether it is one process or several.
import type { AgentLink, AgentOptions } from '@lubo/agent';
import { type Config, type LiveConfig, sitePlaceOf } from '@lubo/config';
import type { AgentFacts, LiveAddresses, LiveReport, LiveStreamReport, Resources, StreamInspection } from '@lubo/contract';
import type { Logger } from 'pino';
import type { Limits } from './limits.ts';
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

/** `rtmpsPort` only with a certificate. */
export type Ports = { httpPort: number; rtmpPort: number; rtmpsPort: number | undefined };

/** What the link asks of a server, be it one process or several. `take` tells whether the resources hold usable settings. */
export type LinkedServer = { streams(): LiveStreamReport[]; inspections(): StreamInspection[]; take(resources: Resources): boolean };

/** Links a server to the site. */
export function linkSite(options: LiveOptions, ports: Ports, server: LinkedServer): AgentLink {
  const { config, log } = options;
  const addresses = addressesOf(config.live, ports);
  const report = (): LiveReport => ({ addresses, streams: server.streams(), inspections: server.inspections() });
  return options.connectLink({
    kind: 'live',
    ...sitePlaceOf(config, 'live'),
    code: config.live.code ?? config.localCode,
    dataDir: options.dataDir,
    // Read anew at each connection: a machine's address may come later than its start.
    get facts() {
      return options.facts;
    },
    log,
    onState(resources) {
      if (!server.take(resources)) log.warn('the desired state has no usable settings');
    },
    report: () => ({ type: 'live-report', report: report() }),
  });
}

/** What the site is told of these ports. */
function addressesOf(settings: LiveConfig, { httpPort, rtmpPort }: Ports): LiveAddresses {
  const { publicHttpUrl, publicRtmpUrl, tls } = settings;
  return {
    httpScheme: tls.certFile === undefined ? 'http' : 'https',
    httpPort,
    rtmpPort,
    ...(publicHttpUrl !== undefined && { publicHttpUrl }),
    ...(publicRtmpUrl !== undefined && { publicRtmpUrl }),
  };
}
