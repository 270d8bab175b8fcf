// Who watches a channel, one by one: live servers are asked through their desired state for as long as somebody looks.
import { type ChannelViewer, type LiveInspect, type StreamInspection, type StreamViewer, maxInspectedChannels } from '@lubo/contract';
import type { AgentIdentity } from '../agents/agents.ts';
import type { Db } from '../db/tables.ts';
import type { Reports } from '../relay/reports.ts';
import type { Clock } from '../time.ts';

export type InspectionsOptions = {
  clock: Clock;
  reports: Reports;
  /** The desired state of these live servers is another now. */
  onAsked(liveServerIds: readonly string[]): void;
};

export type ListedViewers = { rows: Omit<ChannelViewer, 'liveServerTitle'>[]; total: number; isComplete: boolean };

export type Inspections = {
  /** Waits shortly for the live servers that carry the channel to tell. */
  viewers(channelId: string): Promise<ListedViewers>;
  /** `inspect/<channel>` of a live server's desired state. */
  resources(db: Db, agent: AgentIdentity): Promise<Record<string, LiveInspect>>;
  /** What a live server has told. */
  take(liveServerId: string, inspections: readonly StreamInspection[]): void;
  /** Ends what nobody looks at any more; about every second. */
  tick(): void;
};

/** A look lasts for so long after the last question. */
export const lookMillis = 30_000;
const patienceMillis = 1_500;

type Look = { until: number; asked: Set<string>; told: Map<string, readonly StreamViewer[]>; waiting: Set<() => void> };

/** Nobody looks yet. Looks are in memory: after a restart pages ask again by themselves. */
export function createInspections({ clock, reports, onAsked }: InspectionsOptions): Inspections {
  const looks = new Map<string, Look>();
  const end = (channelId: string, { asked }: Look): void => {
    looks.delete(channelId);
    onAsked([...asked]);
  };
  const open = (channelId: string): Look => {
    const look = looks.get(channelId) ?? { until: 0, asked: new Set(), told: new Map(), waiting: new Set() };
    look.until = clock.elapsed() + lookMillis;
    looks.delete(channelId);
    // The one that was asked about last stays longest.
    const [oldest] = looks;
    if (oldest !== undefined && looks.size >= maxInspectedChannels) end(...oldest);
    looks.set(channelId, look);
    return look;
  };
  const ask = (look: Look, liveServerIds: readonly string[]): void => {
    const fresh = liveServerIds.filter((id) => !look.asked.has(id));
    for (const id of fresh) look.asked.add(id);
    if (fresh.length > 0) onAsked(fresh);
  };
  const toldBy = ({ told, waiting }: Look, liveServerIds: readonly string[]): Promise<void> => {
    const isTold = (): boolean => liveServerIds.every((id) => told.has(id));
    if (isTold()) return Promise.resolve();
    return new Promise((resolve) => {
      const finish = (): void => {
        waiting.delete(check);
        cancel();
        resolve();
      };
      const check = (): void => void (isTold() && finish());
      const cancel = clock.after(patienceMillis, finish);
      waiting.add(check);
    });
  };
  reports.onChange((change) => {
    if (!('agentId' in change) || reports.isOnline(change.agentId)) return;
    for (const { told } of looks.values()) told.delete(change.agentId);
  });

  return {
    async viewers(channelId) {
      const carriers = reports.carriersOf(channelId);
      const look = open(channelId);
      ask(look, carriers);
      await toldBy(look, carriers);
      const rows = carriers.flatMap((liveServerId) => (look.told.get(liveServerId) ?? []).map((viewer) => Object.assign({}, viewer, { liveServerId })));
      const total = Math.max(rows.length, reports.viewers(channelId));
      return { rows, total, isComplete: carriers.every((id) => look.told.has(id)) };
    },
    async resources(_db, { id, kind }) {
      if (kind !== 'live') return {};
      const asked = [...looks].filter(([, look]) => look.asked.has(id)).map(([channelId]) => channelId);
      return Object.fromEntries(asked.toSorted().map((channelId) => [`inspect/${channelId}`, { channelId }]));
    },
    take(liveServerId, inspections) {
      for (const { name, viewers } of inspections) {
        const look = looks.get(name);
        if (look === undefined || !look.asked.has(liveServerId)) continue;
        look.told.set(liveServerId, viewers);
        for (const check of look.waiting) check();
      }
    },
    tick() {
      const now = clock.elapsed();
      for (const [channelId, look] of looks) if (now >= look.until) end(channelId, look);
    },
  };
}
