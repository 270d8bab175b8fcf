// The live server of one process: hub, HLS sessions, RTMP and HTTP ports. It knows no site; somebody else tells it of one.
import type { Server } from 'node:net';
import { type LiveConfig, listenFault, openTls } from '@lubo/config';
import type { Logger } from 'pino';
import { type Admission, createAdmission } from './admission.ts';
import { Sessions } from './hls/sessions.ts';
import { type HttpOptions, createHttp } from './http.ts';
import { type Elsewhere, Hub } from './hub.ts';
import { type Inspection, createInspection } from './inspection.ts';
import { type Limits, configuredLimits, defaultLimits } from './limits.ts';
import { type Metrics, createMetrics } from './metrics.ts';
import type { RtmpContext } from './rtmp/connection.ts';
import { createRtmp } from './rtmp/server.ts';
import type { Ports } from './site-link.ts';
import { type Timers, systemTimers } from './timers.ts';

export type ServerOptions = {
  settings: LiveConfig;
  log: Logger;
  limits?: Partial<Limits> | undefined;
  timers?: Timers | undefined;
  /** Seconds since 1970. */
  wallSeconds?: (() => number) | undefined;
  isSiteThere(): boolean;
  /** Something that a report tells has changed. */
  onChange(): void;
  elsewhere?: Elsewhere;
  /** See HttpOptions. */
  handOver?: HttpOptions['handOver'];
  /** Prometheus text of the whole server; this process's alone unless told otherwise. */
  metricsText?(own: Metrics): Promise<string>;
};

/** A server that listens; `http` is the one behind the HTTP port. */
export type LiveServer = Ports & { hub: Hub; admission: Admission; metrics: Metrics; http: Server; limits: Limits; sessions: Sessions; inspection: Inspection; stop(): Promise<void> };

/** Listens; port 0 takes a free one. Throws StartError when a port can't be had or a certificate can't be served. */
export async function startServer(options: ServerOptions): Promise<LiveServer> {
  const { settings, log, isSiteThere, onChange } = options;
  const limits = { ...defaultLimits, ...configuredLimits(settings.limits), ...options.limits };
  const timers = options.timers ?? systemTimers;
  const wallSeconds = options.wallSeconds ?? (() => Date.now() / 1000);
  const admission = createAdmission(wallSeconds);
  const tls = openTls(settings.tls, 'live.tls', log);

  const sharingViewers = (): number => sessions.size;
  const hub = new Hub({ limits, timers, log, isSiteThere, onChange, sharingViewers, elsewhere: options.elsewhere });
  const sessions: Sessions = new Sessions({ hub, limits, timers, log, wallMillis: () => wallSeconds() * 1000, elsewhere: options.elsewhere });
  const inspection = createInspection({ hub, sessions, timers, wallMillis: () => wallSeconds() * 1000, onChange });
  const metrics = createMetrics(hub);
  const metricsText = (): Promise<string> => options.metricsText?.(metrics) ?? metrics.text();
  const rtmpContext: RtmpContext = { hub, admission, limits, timers, onRefusal: (role, reason) => metrics.countRefusal(role, reason) };
  const rtmp = createRtmp(rtmpContext, log);
  const rtmps = tls && createRtmp(rtmpContext, log, tls);
  const onRefusal = (reason: string): void => metrics.countRefusal('viewer', reason);
  const http = createHttp({ hub, sessions, timers, admission, limits, log, metrics: metricsText, isSiteThere, onRefusal, handOver: options.handOver, tls });

  const listening = [http, rtmp, ...(rtmps ? [rtmps] : [])];
  const stopAll = async (): Promise<void> => {
    tls?.close();
    await stop({ hub, sessions, listening, limits });
  };
  try {
    const { host } = settings;
    const ports = {
      httpPort: await listen(http.server, host, settings.httpPort, 'LUBO_LIVE_HTTP_PORT'),
      rtmpPort: await listen(rtmp.server, host, settings.rtmpPort, 'LUBO_LIVE_RTMP_PORT'),
      rtmpsPort: rtmps && (await listen(rtmps.server, host, settings.rtmpsPort, 'LUBO_LIVE_RTMPS_PORT')),
    };
    for (const { server } of listening) server.on('error', (error) => log.error({ reason: error.message }, 'a port could not accept'));
    log.info(ports, 'listening');
    return { ...ports, hub, admission, metrics, http: http.server, limits, sessions, inspection, stop: stopAll };
  } catch (error) {
    await stopAll();
    throw error;
  }
}

type Listening = { server: Server; cut(): void };

async function stop(parts: { hub: Hub; sessions: Sessions; listening: readonly Listening[]; limits: Limits }): Promise<void> {
  const closed = parts.listening.map(({ server }) => new Promise<void>((resolve) => { server.close(() => resolve()); }));
  parts.hub.stop();
  parts.sessions.stop();
  const cut = setTimeout(() => {
    for (const each of parts.listening) each.cut();
  }, parts.limits.lingerMillis);
  await Promise.all(closed);
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
