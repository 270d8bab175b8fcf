// What Prometheus reads at /metrics.
import { AggregatorRegistry, Counter, Gauge, Registry, collectDefaultMetrics } from 'prom-client';
import type { Hub } from './hub.ts';

export type Metrics = {
  text(): Promise<string>;
  /** The same as data, to be joined with those of other processes. */
  json(): Promise<object[]>;
  /** A publisher or viewer was not let in. */
  countRefusal(role: 'publisher' | 'viewer', reason: string): void;
};

const loopMonitorMillis = 1_000;

/** Reads the hub at each scrape; nothing is counted twice. */
export function createMetrics(hub: Hub): Metrics {
  const registry = new Registry();
  // The monitor of loop delay wakes the process at this interval, and at 10 ms unless told otherwise.
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: loopMonitorMillis });

  const gauge = (name: string, help: string, read: () => number): void => {
    registry.registerMetric(new Gauge({ name, help, registers: [], collect() { this.set(read()); } }));
  };
  const counter = (name: string, help: string, read: () => number): void => {
    registry.registerMetric(new Counter({ name, help, registers: [], collect() { this.reset(); this.inc(read()); } }));
  };
  const streams = () => [...hub.streams.values()];
  gauge('lubo_live_streams', 'Streams with a publisher or viewers, in each process that has them', () => hub.streams.size);
  gauge('lubo_live_publishers', 'Publishers connected', () => streams().filter(({ isPublishedHere }) => isPublishedHere).length);
  counter('lubo_live_in_bytes_total', 'Media bytes taken from publishers', () => hub.totals().bytesIn);
  counter('lubo_live_out_bytes_total', 'Bytes handed to viewers', () => hub.totals().bytesOut);
  counter('lubo_live_skips_total', 'Times that a viewer lagged and media was left out', () => hub.totals().skips);

  gauge('lubo_live_lagging_viewers', 'Viewers for whom media waits because their connections take it too slowly', () =>
    streams().reduce((count, stream) => count + [...stream.viewers].filter(({ queuedBytes }) => queuedBytes > 0).length, 0),
  );

  const viewers = new Gauge({
    name: 'lubo_live_viewers',
    help: 'Viewers by protocol, those who wait for a keyframe included',
    labelNames: ['protocol'],
    registers: [],
    collect() {
      for (const protocol of ['flv', 'ws-flv', 'rtmp', 'hls']) this.set({ protocol }, 0);
      for (const stream of streams()) for (const { protocol, audience } of stream.viewers) if (audience > 0) this.inc({ protocol }, audience);
    },
  });
  const ends = new Counter({
    name: 'lubo_live_viewer_ends_total',
    help: 'Viewers whom the server parted with, by reason',
    labelNames: ['reason'],
    registers: [],
    collect() {
      this.reset();
      for (const [reason, count] of hub.ends) this.inc({ reason }, count);
    },
  });
  const refusals = new Counter({
    name: 'lubo_live_refusals_total',
    help: 'Publishers and viewers who were not let in, by reason',
    labelNames: ['role', 'reason'],
    registers: [],
  });
  for (const metric of [viewers, ends, refusals]) registry.registerMetric<string>(metric);
  return { text: () => registry.metrics(), json: () => registry.getMetricsAsJSON(), countRefusal: (role, reason) => refusals.inc({ role, reason }) };
}

/** The metrics of several processes as one text: sums, or what a metric says is right for it. */
export function joinMetrics(processes: readonly object[][]): Promise<string> {
  return AggregatorRegistry.aggregate([...processes]).metrics();
}
