// One worker: a whole live server on the shared ports, with the primary in the site's place and the other workers beside it.
import type { Server } from 'node:http';
import { StartError } from '@lubo/config';
import type { Logger } from 'pino';
import { answerProblem } from '../http-answer.ts';
import { AppError, type LiveStreamReport, type Resources } from '@lubo/contract';
import type { Load } from '../hub.ts';
import { type Limits, configuredLimits, defaultLimits } from '../limits.ts';
import { type LiveServer, startServer } from '../server.ts';
import { systemTimers } from '../timers.ts';
import { createOutlet, drawFrom, handOver } from './draw.ts';
import { type Begin, type FromWorker, type ToWorker, keeperOf, socketPath } from './messages.ts';
import { Neighbour } from './neighbour.ts';

/** The process channel to the primary. */
export type Channel = { send(message: FromWorker): void };

export type Worker = { take(message: ToWorker): void; stop(): Promise<void> };

/** How soon a change is reported, and how often all is told anyway. */
const reportSoonMillis = 50;
const reportMillis = 1_000;
/** The primary must have joined all metrics within this time. */
const metricsMillis = 3_000;

/** Listens and tells the primary so. Throws StartError. */
export async function startWorker(begin: Begin, channel: Channel, log: Logger): Promise<Worker> {
  const { slot, count, folder } = begin;
  let isSiteThere = begin.isSiteThere;
  let neighbour: Neighbour | undefined;
  let server: LiveServer | undefined;
  let others: { load: Load; streams: number } = { load: noLoad, streams: 0 };
  const reports = startReports(() => {
    const streams = server?.hub.report() ?? [];
    const inspections = server?.inspection.report() ?? [];
    channel.send({ type: 'report', streams, inspections, load: server === undefined ? noLoad : loadOf(server, streams) });
  });
  const joining = joinMetrics(channel);

  server = await startServer({
    settings: begin.settings,
    log,
    limits: { ...begin.limits, ...connectionShare(begin) },
    isSiteThere: () => isSiteThere,
    onChange() {
      neighbour?.syncSoon();
      reports.soon();
    },
    elsewhere: {
      isPublishing: (name) => neighbour?.isPublishing(name) ?? false,
      isWatched: (name) => neighbour?.isWatched(name) ?? false,
      get load() {
        return others.load;
      },
      get streams() {
        return others.streams;
      },
    },
    metricsText: () => joining.text(),
    handOver(name, request, response) {
      const keeper = keeperOf(name, count);
      if (keeper === slot) return false;
      handOver(folder, keeper, request, response, (reason) => {
        log.warn({ stream: name, slot: keeper, reason }, 'another worker does not answer');
        answerProblem(response, new AppError('unavailable', 'worker-away', 'This part of the live server is starting again.', { retryAfterSeconds: 1 }));
      });
      return true;
    },
  });
  const { hub, admission, inspection, metrics } = server;
  const takeResources = (resources: Resources): void => {
    admission.take(resources);
    inspection.take(resources);
  };
  neighbour = new Neighbour({ slot, hub, timers: systemTimers, log, openDraw: drawFrom(folder), send: (message) => channel.send(message) });
  for (const [name, place] of Object.entries(begin.places)) neighbour.take(name, place);
  if (begin.resources !== undefined) takeResources(begin.resources);
  const outlet = createOutlet(server);
  await listenLocally(outlet, socketPath(folder, slot));
  const { httpPort, rtmpPort, rtmpsPort } = server;
  channel.send({ type: 'listening', ports: { httpPort, rtmpPort, rtmpsPort } });

  const known = { server, neighbour };
  return {
    take(message) {
      switch (message.type) {
        case 'begin':
        case 'stop':
          break;
        case 'resources':
          takeResources(message.resources);
          break;
        case 'site':
          isSiteThere = message.isThere;
          break;
        case 'elsewhere':
          others = message;
          break;
        case 'place':
          known.neighbour.take(message.name, message.place);
          break;
        case 'metrics-wanted':
          void metrics.json().then((values) => channel.send({ type: 'metrics', id: message.id, metrics: values }));
          break;
        case 'metrics-joined':
          joining.take(message.id, message.text);
          break;
      }
    },
    async stop() {
      reports.stop();
      known.neighbour.stop();
      outlet.close();
      await known.server.stop();
      outlet.closeAllConnections();
    },
  };
}

/** Connections are dealt out evenly among workers: each holds its part of what the whole may have. */
function connectionShare({ settings, limits, count }: Begin): Partial<Limits> {
  const { httpConnections, rtmpConnections } = { ...configuredLimits(settings.limits), ...limits };
  const share = (whole: number): number => Math.ceil(whole / count);
  return { httpConnections: share(httpConnections ?? defaultLimits.httpConnections), rtmpConnections: share(rtmpConnections ?? defaultLimits.rtmpConnections) };
}

const noLoad: Load = { viewers: 0, hlsSessions: 0, hlsBytes: 0 };

function loadOf({ sessions }: LiveServer, streams: readonly LiveStreamReport[]): Load {
  const viewers = streams.reduce((sum, stream) => sum + stream.viewers, 0);
  return { viewers, hlsSessions: sessions.size, hlsBytes: sessions.bytes };
}

function startReports(report: () => void): { soon(): void; stop(): void } {
  let soon: NodeJS.Timeout | undefined;
  const now = (): void => {
    clearTimeout(soon);
    soon = undefined;
    report();
  };
  const regular = setInterval(now, reportMillis);
  return {
    soon: () => void (soon ??= setTimeout(now, reportSoonMillis)),
    stop() {
      clearInterval(regular);
      clearTimeout(soon);
    },
  };
}

/** Asks the primary for the metrics of all workers. */
function joinMetrics(channel: Channel): { text(): Promise<string>; take(id: number, text: string): void } {
  const waiting = new Map<number, (text: string) => void>();
  let ids = 0;
  return {
    text() {
      const id = ++ids;
      channel.send({ type: 'join-metrics', id });
      return new Promise((resolve, reject) => {
        const late = setTimeout(() => {
          waiting.delete(id);
          reject(new Error(`the primary did not answer within ${metricsMillis} ms`));
        }, metricsMillis);
        waiting.set(id, (text) => {
          clearTimeout(late);
          resolve(text);
        });
      });
    },
    take(id, text) {
      waiting.get(id)?.(text);
      waiting.delete(id);
    },
  };
}

/** `exclusive`: this socket is the worker's own, not one that the primary shares among all. */
function listenLocally(outlet: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    outlet.once('error', (error) => reject(new StartError(`the local socket ${path} can not be opened: ${error.message}`, { cause: error })));
    outlet.listen({ path, exclusive: true }, () => resolve());
  });
}
