// What several workers report, as the one report of their server.
import type { LiveStreamReport, StreamInspection } from '@lubo/contract';
import { newest } from '../inspection.ts';

/** Streams by name with what each worker counts added up: viewers and bytes are counted where they are, and nowhere else. */
export function joinReports(workers: readonly (readonly LiveStreamReport[])[]): LiveStreamReport[] {
  const joined = new Map<string, LiveStreamReport>();
  for (const stream of workers.flat()) {
    const known = joined.get(stream.name);
    joined.set(stream.name, known === undefined ? { ...stream } : add(known, stream));
  }
  return [...joined.values()];
}

function add(a: LiveStreamReport, b: LiveStreamReport): LiveStreamReport {
  return {
    name: a.name,
    isPublishing: a.isPublishing || b.isPublishing,
    viewers: a.viewers + b.viewers,
    bytesIn: a.bytesIn + b.bytesIn,
    bytesOut: a.bytesOut + b.bytesOut,
  };
}

/** Viewers by stream, whichever worker they are connected to. */
export function joinInspections(workers: readonly (readonly StreamInspection[])[]): StreamInspection[] {
  const byName = Map.groupBy(workers.flat(), ({ name }) => name);
  return [...byName].map(([name, parts]) => ({ name, viewers: newest(parts.flatMap(({ viewers }) => viewers)) }));
}
