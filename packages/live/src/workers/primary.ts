// Several cores: worker processes share the ports (node:cluster), each a whole live server. A stream lives in the worker that its
// publisher reached; the primary knows where, links to the site, joins what the workers report, and replaces one that dies.
import cluster, { type Worker as WorkerProcess } from 'node:cluster';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AgentLink, type Backoff, createBackoff } from '@lubo/agent';
import { StartError } from '@lubo/config';
import { LiveSettings, type LiveStreamReport, type Resources, type StreamInspection } from '@lubo/contract';
import type { Load } from '../hub.ts';
import { inspectResources } from '../inspection.ts';
import { defaultLimits } from '../limits.ts';
import { joinMetrics } from '../metrics.ts';
import { type LiveOptions, type Ports, linkSite } from '../site-link.ts';
import { Directory } from './directory.ts';
import type { FromWorker, ToWorker } from './messages.ts';
import { joinInspections, joinReports } from './report.ts';

export type Workers = Ports & {
  /** Process ids, by slot. */
  readonly pids: readonly (number | undefined)[];
  report(): LiveStreamReport[];
  close(): Promise<void>;
};

/** A place for a worker; `process` is the one that is there now. */
type Slot = { number: number; process: WorkerProcess | undefined; backoff: Backoff; heardAt: number; streams: LiveStreamReport[]; inspections: StreamInspection[]; load: Load };

/** A worker reports each second; one that is silent for this long hangs and is ended. */
const silentMillis = 15_000;
const watchMillis = 250;
/** Metrics of workers that don't answer within this time are left out. */
const metricsMillis = 1_000;
const exitMillis = 1_500;
/** As the supervisor starts parts. */
const workerFlags = ['--max-semi-space-size=2'];

/** Starts the workers, then the link. Throws StartError when a port can't be had or a certificate can't be served. */
export async function startWorkers(options: LiveOptions): Promise<Workers> {
  const primary = new Primary(options);
  const ports = await primary.start();
  return {
    ...ports,
    get pids() {
      return primary.pids;
    },
    report: () => primary.report(),
    close: () => primary.close(),
  };
}

class Primary {
  readonly #options: LiveOptions;
  readonly #folder = mkdtempSync(join(tmpdir(), 'lubo-live-'));
  readonly #directory = new Directory();
  readonly #slots: Slot[];
  readonly #metrics = new Map<number, (metrics: object[]) => void>();
  readonly #told = new WeakMap<WorkerProcess, string>();
  #link: AgentLink | undefined;
  #resources: Resources | undefined;
  #isSiteThere = false;
  #isStopping = false;
  #metricsAsked = 0;
  #watching: NodeJS.Timeout | undefined;

  constructor(options: LiveOptions) {
    this.#options = options;
    this.#slots = Array.from({ length: options.config.live.workers }, (_, number) => ({
      number,
      process: undefined,
      backoff: createBackoff({ firstMillis: 100, longestMillis: 5_000 }),
      heardAt: 0,
      streams: [],
      inspections: [],
      load: sumOf([]),
    }));
  }

  get pids(): (number | undefined)[] {
    return this.#slots.map(({ process: worker }) => worker?.process.pid);
  }

  async start(): Promise<Ports> {
    cluster.setupPrimary({ exec: join(import.meta.dirname, 'main.ts'), args: [], execArgv: workerFlags });
    try {
      const [ports] = await Promise.all(this.#slots.map((slot) => this.#fork(slot)));
      if (ports === undefined) throw new StartError('live.workers is 0');
      const opened = linkSite(this.#options, ports, {
        streams: () => this.report(),
        inspections: () => joinInspections(this.#slots.map(({ inspections }) => inspections)),
        take: (resources) => this.#take(resources),
      });
      this.#link = opened;
      this.#watching = setInterval(() => this.#watch(), watchMillis);
      return ports;
    } catch (error) {
      await this.#end();
      throw error;
    }
  }

  report(): LiveStreamReport[] {
    return joinReports(this.#slots.map(({ streams }) => streams));
  }

  async close(): Promise<void> {
    clearInterval(this.#watching);
    await Promise.all([this.#end(), this.#link?.close()]);
  }

  /** Resolves when the worker listens; rejects when it can't. */
  #fork(slot: Slot): Promise<Ports> {
    const { config, log, limits = {} } = this.#options;
    const worker = cluster.fork();
    slot.process = worker;
    slot.heardAt = Date.now();
    const tell = (message: ToWorker): void => send(worker, message);
    return new Promise((resolve, reject) => {
      worker.on('message', (message: FromWorker) => {
        slot.heardAt = Date.now();
        if (message.type === 'listening') resolve(message.ports);
        else if (message.type === 'fault') {
          reject(message.isFinal ? new StartError(message.message) : new Error(message.message));
          worker.process.kill('SIGKILL');
        } else this.#hear(slot, worker, message);
      });
      worker.once('exit', (code, signal) => {
        reject(new Error(`a worker ended with ${signal || `code ${code}`}`));
        this.#lose(slot, worker, signal || `code ${code}`);
      });
      const places = Object.fromEntries(this.#directory.names.map((name) => [name, this.#directory.place(name)]));
      tell({
        type: 'begin',
        slot: slot.number,
        count: this.#slots.length,
        folder: this.#folder,
        settings: config.live,
        logLevel: config.logLevel,
        limits,
        isSiteThere: this.#isSiteThere,
        resources: this.#resources,
        places,
      });
      log.debug({ worker: slot.number, pid: worker.process.pid }, 'worker started');
    });
  }

  #hear(slot: Slot, worker: WorkerProcess, message: Exclude<FromWorker, { type: 'listening' | 'fault' }>): void {
    switch (message.type) {
      case 'publish':
        this.#directory.publish(message.name, { slot: slot.number, number: message.number });
        this.#tellPlace(message.name);
        break;
      case 'unpublish':
        if (this.#directory.unpublish(message.name, { slot: slot.number, number: message.number })) this.#tellPlace(message.name);
        break;
      case 'watch':
        this.#directory.watch(message.name, slot.number, message.isWatched);
        this.#tellPlace(message.name);
        break;
      case 'report':
        slot.streams = message.streams;
        slot.inspections = message.inspections;
        slot.load = message.load;
        this.#tellLoads();
        slot.backoff.reset();
        this.#link?.reportSoon();
        break;
      case 'metrics':
        this.#metrics.get(message.id)?.(message.metrics);
        break;
      case 'join-metrics':
        void this.#joinMetrics().then((text) => send(worker, { type: 'metrics-joined', id: message.id, text }));
        break;
    }
  }

  #tellPlace(name: string): void {
    this.#tellAll({ type: 'place', name, place: this.#directory.place(name) });
  }

  /** Limits are those of the whole server: each worker hears what the others have, when that has changed. */
  #tellLoads(): void {
    const streams = new Set(this.#slots.flatMap((slot) => slot.streams.map(({ name }) => name))).size;
    for (const slot of this.#slots) {
      const load = sumOf(this.#slots.filter((other) => other !== slot).map((other) => other.load));
      const told = JSON.stringify([load, streams]);
      if (slot.process === undefined || this.#told.get(slot.process) === told) continue;
      this.#told.set(slot.process, told);
      send(slot.process, { type: 'elsewhere', load, streams });
    }
  }

  #tellAll(message: ToWorker): void {
    for (const { process: worker } of this.#slots) if (worker !== undefined) send(worker, message);
  }

  #take(resources: Resources): boolean {
    const settings = LiveSettings.safeParse(resources['settings']);
    if (!settings.success) return false;
    this.#resources = { settings: settings.data, ...inspectResources(resources) };
    this.#tellAll({ type: 'resources', resources: this.#resources });
    return true;
  }

  /** What has to be looked at: the link, and workers that hang. */
  #watch(): void {
    const isThere = this.#link?.isConnected ?? false;
    if (isThere !== this.#isSiteThere) this.#tellAll({ type: 'site', isThere });
    this.#isSiteThere = isThere;
    for (const { number, process: worker, heardAt } of this.#slots) {
      if (worker === undefined || Date.now() - heardAt < silentMillis) continue;
      this.#options.log.error({ worker: number, reason: `silent for ${silentMillis} ms` }, 'worker ended');
      worker.process.kill('SIGKILL');
    }
  }

  /** A worker is gone: its streams are nowhere until their publishers come back, and another worker takes its place. */
  #lose(slot: Slot, worker: WorkerProcess, reason: string): void {
    if (slot.process !== worker) return;
    slot.process = undefined;
    slot.streams = [];
    slot.inspections = [];
    slot.load = sumOf([]);
    this.#tellLoads();
    for (const name of this.#directory.forget(slot.number)) this.#tellPlace(name);
    if (this.#isStopping || this.#watching === undefined) return;
    this.#options.log.error({ worker: slot.number, reason }, 'worker died');
    this.#link?.reportSoon();
    setTimeout(() => {
      if (this.#isStopping) return;
      this.#fork(slot).catch((error: unknown) => this.#options.log.error({ worker: slot.number, reason: String(error) }, 'worker could not start'));
    }, slot.backoff.next());
  }

  async #joinMetrics(): Promise<string> {
    const present = this.#slots.flatMap(({ process: worker }) => worker ?? []);
    const all = present.map((worker) => {
      const id = ++this.#metricsAsked;
      return new Promise<object[]>((resolve) => {
        const late = setTimeout(() => resolve([]), metricsMillis);
        this.#metrics.set(id, (metrics) => {
          clearTimeout(late);
          resolve(metrics);
        });
        send(worker, { type: 'metrics-wanted', id });
      }).finally(() => this.#metrics.delete(id));
    });
    return joinMetrics(await Promise.all(all));
  }

  /** Stops all workers; those that take too long are ended. */
  async #end(): Promise<void> {
    this.#isStopping = true;
    const workers = this.#slots.flatMap(({ process: worker }) => worker ?? []);
    const lingerMillis = this.#options.limits?.lingerMillis ?? defaultLimits.lingerMillis;
    await Promise.all(
      workers.map(async (worker) => {
        if (worker.isDead()) return;
        const gone = new Promise<void>((resolve) => void worker.once('exit', () => resolve()));
        const kill = setTimeout(() => worker.process.kill('SIGKILL'), lingerMillis + exitMillis);
        send(worker, { type: 'stop' });
        await gone;
        clearTimeout(kill);
      }),
    );
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

function sumOf(loads: readonly Load[]): Load {
  return loads.reduce(
    (sum, load) => ({ viewers: sum.viewers + load.viewers, hlsSessions: sum.hlsSessions + load.hlsSessions, hlsBytes: sum.hlsBytes + load.hlsBytes }),
    { viewers: 0, hlsSessions: 0, hlsBytes: 0 },
  );
}

function send(worker: WorkerProcess, message: ToWorker): void {
  // A worker that has just died is told nothing; its exit is handled.
  if (worker.isConnected()) worker.send(message, undefined, () => {});
}
