// The live server put together: hub, RTMP and HTTP ports, link to the site. Nothing here reads the environment or exits.
import type { Server } from 'node:net';
import type { AgentLink, AgentOptions } from '@lubo/agent';
import { type Config, listenFault, openTls, sitePlaceOf } from '@lubo/config';
import type { AgentFacts, LiveAddresses, LiveReport } from '@lubo/contract';
import type { Logger } from 'pino';
import { createAdmission } from './admission.ts';
import { createHttp } from './http.ts';
import { Sessions } from './hls/sessions.ts';
import { Hub } from './hub.ts';
import { type Limits, configuredLimits, defaultLimits } from './limits.ts';
import { createMetrics } from './metrics.ts';
import type { RtmpContext } from './rtmp/connection.ts';
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

/** `rtmpsPort` only with a certificate. */
export type Live = { httpPort: number; rtmpPort: number; rtmpsPort: number | undefined; hub: Hub; close(): Promise<void> };

/** Listens and links; port 0 takes a free one. Throws StartError when a port can't be had or a certificate can't be served. */
export async function startLive(options: LiveOptions): Promise<Live> {
  const { config, log } = options;
  const limits = { ...defaultLimits, ...configuredLimits(config.live.limits), ...options.limits };
  const timers = options.timers ?? systemTimers;
  const wallSeconds = options.wallSeconds ?? (() => Date.now() / 1000);
  const admission = createAdmission(wallSeconds);
  const tls = openTls(config.live.tls, 'live.tls', log);
  let link: AgentLink | undefined;
  const isSiteThere = (): boolean => link?.isConnected ?? false;

  const sharingViewers = (): number => sessions.size;
  const hub = new Hub({ limits, timers, log, isSiteThere, onChange: () => link?.reportSoon(), sharingViewers });
  const sessions: Sessions = new Sessions({ hub, limits, timers, log, wallMillis: () => wallSeconds() * 1000 });
  const metrics = createMetrics(hub);
  const rtmpContext: RtmpContext = { hub, admission, limits, timers, onRefusal: (role, reason) => metrics.countRefusal(role, reason) };
  const rtmp = createRtmp(rtmpContext, log);
  const rtmps = tls && createRtmp(rtmpContext, log, tls);
  const onRefusal = (reason: string): void => metrics.countRefusal('viewer', reason);
  const http = createHttp({ hub, sessions, timers, admission, limits, log, metrics: () => metrics.text(), isSiteThere, onRefusal, tls });

  const { host, httpPort, rtmpPort, rtmpsPort, publicHttpUrl, publicRtmpUrl } = config.live;
  const servers = [http, rtmp, ...(rtmps ? [rtmps] : [])];
  let ports: { httpPort: number; rtmpPort: number };
  let securePort: number | undefined;
  try {
    ports = {
      httpPort: await listen(http.server, host, httpPort, 'LUBO_LIVE_HTTP_PORT'),
      rtmpPort: await listen(rtmp.server, host, rtmpPort, 'LUBO_LIVE_RTMP_PORT'),
    };
    securePort = rtmps && (await listen(rtmps.server, host, rtmpsPort, 'LUBO_LIVE_RTMPS_PORT'));
  } catch (error) {
    tls?.close();
    hub.stop();
    sessions.stop();
    for (const { server } of servers) server.close();
    throw error;
  }
  for (const { server } of servers) server.on('error', (error) => log.error({ reason: error.message }, 'a port could not accept'));

  const addresses: LiveAddresses = {
    httpScheme: tls === undefined ? 'http' : 'https',
    ...ports,
    ...(publicHttpUrl !== undefined && { publicHttpUrl }),
    ...(publicRtmpUrl !== undefined && { publicRtmpUrl }),
  };
  const report = (): LiveReport => ({ addresses, streams: hub.report() });
  link = options.connectLink({
    kind: 'live',
    ...sitePlaceOf(config, 'live'),
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
  log.info({ ...ports, rtmpsPort: securePort }, 'listening');
  const close = (): Promise<void> => {
    tls?.close();
    return stop({ hub, sessions, servers, link: opened, limits });
  };
  return { ...ports, rtmpsPort: securePort, hub, close };
}

type Listening = { server: Server; cut(): void };

async function stop(parts: { hub: Hub; sessions: Sessions; servers: readonly Listening[]; link: AgentLink; limits: Limits }): Promise<void> {
  const closed = parts.servers.map(({ server }) => new Promise<void>((resolve) => { server.close(() => resolve()); }));
  parts.hub.stop();
  parts.sessions.stop();
  const cut = setTimeout(() => {
    for (const server of parts.servers) server.cut();
  }, parts.limits.lingerMillis);
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
