// Viewers one by one, of the streams that the desired state asks about: who they are, and what they have got.
import { LiveInspect, type Resources, type StreamInspection, type StreamViewer, maxInspectedChannels, maxInspectedViewers } from '@lubo/contract';
import type { Session, Sessions } from './hls/sessions.ts';
import type { Hub } from './hub.ts';
import type { Timers } from './timers.ts';
import type { Viewer } from './viewer.ts';

/** What the site asks about, and the answer. */
export type Inspection = {
  /** Takes what is asked out of the desired state. */
  take(resources: Resources): void;
  /** At most a second old; nothing while nothing is asked. */
  report(): StreamInspection[];
};

export type InspectionOptions = {
  hub: Hub;
  sessions: Sessions;
  timers: Timers;
  /** Milliseconds since 1970. */
  wallMillis(): number;
  /** Something else is asked. */
  onChange(): void;
};

/** Reports come far more often than anybody can read, and lists are long. */
const keptMillis = 1_000;

/** Asked about nothing yet. */
export function createInspection({ hub, sessions, timers, wallMillis, onChange }: InspectionOptions): Inspection {
  let names: string[] = [];
  let kept: { at: number; report: StreamInspection[] } | undefined;
  const read = (name: string): StreamInspection => {
    const now = timers.now();
    const sinceOf = (cameAt: number): string => new Date(wallMillis() - (now - cameAt)).toISOString();
    const direct = [...(hub.streams.get(name)?.viewers ?? [])].flatMap((viewer) => rowOf(viewer, sinceOf));
    const shared = sessions.of(name).map((session) => sessionRow(session, sinceOf));
    return { name, viewers: newest([...direct, ...shared]) };
  };
  return {
    take(resources) {
      const asked = inspectResources(resources);
      const wanted = Object.values(asked).map(({ channelId }) => channelId);
      if (wanted.join() === names.join()) return;
      names = wanted;
      kept = undefined;
      onChange();
    },
    report() {
      if (kept === undefined || timers.now() - kept.at >= keptMillis) kept = { at: timers.now(), report: names.map(read) };
      return kept.report;
    },
  };
}

/** The resources by which the site asks; what is not understood is left out. */
export function inspectResources(resources: Resources): Record<string, LiveInspect> {
  const asked = Object.entries(resources)
    .filter(([key]) => key.startsWith('inspect/'))
    .flatMap(([key, value]) => {
      const { data } = LiveInspect.safeParse(value);
      return data === undefined ? [] : [[key, data] as const];
    });
  return Object.fromEntries(asked.slice(0, maxInspectedChannels));
}

/** Those who came last, as many as may be told. */
export function newest(viewers: readonly StreamViewer[]): StreamViewer[] {
  return viewers.toSorted((a, b) => (a.since < b.since ? 1 : a.since > b.since ? -1 : 0)).slice(0, maxInspectedViewers);
}

/** A delivery that stands for several viewers, or for another process, is none itself. */
function rowOf({ protocol, peer, joinedAt, bytesOut }: Viewer, sinceOf: (cameAt: number) => string): StreamViewer[] {
  if (protocol === 'hls' || protocol === 'relay') return [];
  return [{ protocol, address: '', ...peer, since: sinceOf(joinedAt), bytes: bytesOut }];
}

function sessionRow({ peer, cameAt }: Session, sinceOf: (cameAt: number) => string): StreamViewer {
  return { protocol: 'hls', ...peer, since: sinceOf(cameAt), bytes: null };
}
