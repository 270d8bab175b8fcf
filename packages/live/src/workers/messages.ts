// What primary and workers say to each other over the process channel. Both are of one version: nothing is checked.
import type { LiveConfig } from '@lubo/config';
import type { LiveStreamReport, Resources, StreamInspection } from '@lubo/contract';
import type { Load } from '../hub.ts';
import type { Limits } from '../limits.ts';
import type { Ports } from '../site-link.ts';
import type { Place } from './directory.ts';

/** What a worker is told when it starts. */
export type Begin = {
  slot: number;
  /** How many slots there are. */
  count: number;
  /** Where each worker has the socket by which the others reach it; see `socketPath`. */
  folder: string;
  settings: LiveConfig;
  logLevel: string;
  limits: Partial<Limits>;
  isSiteThere: boolean;
  resources: Resources | undefined;
  places: Record<string, Place>;
};

/** From the primary. */
export type ToWorker =
  | ({ type: 'begin' } & Begin)
  | { type: 'resources'; resources: Resources }
  | { type: 'site'; isThere: boolean }
  | { type: 'place'; name: string; place: Place }
  /** What all other workers have together, and how many different streams there are in all. */
  | { type: 'elsewhere'; load: Load; streams: number }
  | { type: 'metrics-wanted'; id: number }
  | { type: 'metrics-joined'; id: number; text: string }
  | { type: 'stop' };

/** From a worker; the primary knows which. */
export type FromWorker =
  | { type: 'listening'; ports: Ports }
  /** It can't start; `isFinal`: not until somebody changes something. */
  | { type: 'fault'; message: string; isFinal: boolean }
  | { type: 'publish' | 'unpublish'; name: string; number: number }
  | { type: 'watch'; name: string; isWatched: boolean }
  /** All its streams; also its sign of life. */
  | { type: 'report'; streams: LiveStreamReport[]; inspections: StreamInspection[]; load: Load }
  | { type: 'metrics'; id: number; metrics: object[] }
  | { type: 'join-metrics'; id: number };

/** Name of the socket (or, on Windows, the pipe) of the worker in a slot. */
export function socketPath(folder: string, slot: number): string {
  return process.platform === 'win32' ? `\\\\.\\pipe\\${folder.replaceAll(/[^\w]/g, '-')}-${slot}` : `${folder}/${slot}.sock`;
}

/** The worker that serves the requests of one stream that must all meet in one place. */
export function keeperOf(name: string, count: number): number {
  let hash = 0;
  for (let i = 0; i < name.length; i++) hash = (Math.imul(hash, 31) + name.charCodeAt(i)) >>> 0;
  return hash % count;
}
