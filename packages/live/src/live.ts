// The live server put together: hub, RTMP and HTTP ports, link to the site. Nothing here reads the environment or exits.
import type { Server } from 'node:net';
import type { AgentLink, AgentOptions } from '@lubo/agent';
import { type Config, listenFault } from '@lubo/config';
import type { AgentFacts, LiveReport } from '@lubo/contract';
import type { Logger } from 'pino';
import { createAdmission } from './admission.ts';
import { createHttp } from './http.ts';
import { Sessions } from './hls/sessions.ts';
import { Hub } from './hub.ts';
import { type Limits, defaultLimits } from './limits.ts';
import { createMetrics } from './metrics.ts';
import { createRtmp } from './rtmp/server.ts';
import { type Timers, systemTimers } from './timers.ts';

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

export type Live = { httpPort: number; rtmpPort: number; hub: Hub; close(): Promise<void> };

/** Listens and links; port 0 takes a free one. Throws StartError when a port can't be had. */
export async function startLive(options: LiveOptions): Promise<Live> {
  const { config, log } = options;
  const limits = { ...defaultLimits, ...options.limits };
  const timers = options.timers ?? systemTimers;
  const wallSeconds = options.wallSeconds ?? (() => Date.now() / 1000);
  const admission = createAdmission(wallSeconds);
  let link: AgentLink | undefined;
  const isSiteThere = (): boolean => link?.isConnected ?? false;

  const hub = new Hub({ limits, timers, log, isSiteThere, onChange: () => link?.reportSoon() });
  const sessions = new Sessions({ hub, limits, timers, log, wallMillis: () => wallSeconds() * 1000 });
  const metrics = createMetrics(hub);
  const rtmp = createRtmp({ hub, admission, limits, timers, onRefusal: (role, reason) => metrics.countRefusal(role, reason) }, log);
  const onRefusal = (reason: string): void => metrics.countRefusal('viewer', reason);
  const http = createHttp({ hub, sessions, timers, admission, limits, log, metrics: () => metrics.text(), isSiteThere, onRefusal });

  const { host, httpPort, rtmpPort, publicHttpUrl, publicRtmpUrl } = config.live;
  let ports: { httpPort: number; rtmpPort: number };
  try {
    ports = {
      httpPort: await listen(http.server, host, httpPort, 'LUBO_LIVE_HTTP_PORT'),
      rtmpPort: await listen(rtmp.server, host, rtmpPort, 'LUBO_LIVE_RTMP_PORT'),
    };
  } catch (error) {
    hub.stop();
    sessions.stop();
    http.server.close();
    throw error;
  }
  for (const server of [http.server, rtmp.server]) server.on('error', (error) => log.error({ reason: error.message }, 'a port could not accept'));

  const addresses = { ...ports, ...(publicHttpUrl !== undefined && { publicHttpUrl }), ...(publicRtmpUrl !== undefined && { publicRtmpUrl }) };
  const report = (): LiveReport => ({ addresses, streams: hub.report() });
  link = options.connectLink({
    kind: 'live',
    siteUrl: config.live.siteUrl ?? `http://127.0.0.1:${config.site.port}`,
    code: config.live.code ?? config.localCode,
    dataDir: options.dataDir,
    facts: options.facts,
    log,
    onState(resources) {
      if (!admission.take(resources)) log.warn('the desired state has no usable settings');
    },
    report: () => ({ type: 'live-report', report: report() }),
  });
  const opened = link;
  log.info(ports, 'listening');
  return { ...ports, hub, close: () => stop({ hub, sessions, servers: [http.server, rtmp.server], link: opened, limits, cut: () => { http.cut(); rtmp.cut(); } }) };
}

async function stop(parts: { hub: Hub; sessions: Sessions; servers: Server[]; link: AgentLink; limits: Limits; cut(): void }): Promise<void> {
  const closed = parts.servers.map((server) => new Promise<void>((resolve) => { server.close(() => resolve()); }));
  parts.hub.stop();
  parts.sessions.stop();
  const cut = setTimeout(() => parts.cut(), parts.limits.lingerMillis);
  await Promise.all([...closed, parts.link.close()]);
  clearTimeout(cut);
}

function listen(server: Server, host: string, port: number, variable: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void => {
      const fault = listenFault(error, port, variable);
      reject(fault instanceof Error ? fault : error);
    };
    server.once('error', fail);
    server.listen({ host, port, backlog: 4096 }, () => {
      server.removeListener('error', fail);
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}
