// What agents report of themselves, in memory: whole each time, so a restart of the site loses nothing for longer than 5 s.
import type { GatherChannelReport, GatherReport, LiveReport, LiveStreamReport } from '@lubo/contract';

/** What the rest of the site may ask about connected agents. */
export type Reports = {
  isOnline(agentId: string): boolean;
  /** `undefined` while the gather is offline, has not reported yet, or does not know the channel. */
  channel(gatherId: string, channelId: string): GatherChannelReport | undefined;
  /** What a gather last told of itself; `undefined` while it is offline or has not reported yet. */
  gather(gatherId: string): GatherReport | undefined;
  /** Viewers of a channel over all connected live servers. */
  viewers(channelId: string): number;
  /** Viewers of a channel on one live server; `undefined` while it is offline or has not reported yet. */
  viewersOn(liveServerId: string, channelId: string): number | undefined;
  /** Live servers that have this stream, or viewers who wait for it. */
  carriersOf(channelId: string): string[];
  /** What a live server carries; none while it is offline or has not reported yet. */
  streamsOf(liveServerId: string): readonly LiveStreamReport[];
  /** All viewers of one live server, as far as it has reported. */
  viewersOf(liveServerId: string): number;

  connected(agentId: string): void;
  disconnected(agentId: string): void;
  takeGather(gatherId: string, report: GatherReport): void;
  takeLive(liveServerId: string, report: LiveReport): void;
  /** Channels whose state or viewers changed; an agent whose connection came or went. */
  onChange(listener: (change: ReportChange) => void): void;
};
export type ReportChange = { channelIds: readonly string[] } | { agentId: string };

/** Nothing reported yet. */
export function createReports(): Reports {
  const online = new Set<string>();
  const gathers = new Map<string, Map<string, GatherChannelReport>>();
  const wholes = new Map<string, GatherReport>();
  const lives = new Map<string, Map<string, LiveStreamReport>>();
  const listeners: ((change: ReportChange) => void)[] = [];
  const tell = (change: ReportChange): void => {
    for (const listener of listeners) listener(change);
  };
  const tellChannels = (channelIds: string[]): void => {
    if (channelIds.length > 0) tell({ channelIds });
  };

  return {
    isOnline: (agentId) => online.has(agentId),
    channel: (gatherId, channelId) => gathers.get(gatherId)?.get(channelId),
    gather: (gatherId) => wholes.get(gatherId),
    viewers: (channelId) => [...lives.values()].reduce((sum, streams) => sum + (streams.get(channelId)?.viewers ?? 0), 0),
    viewersOn(liveServerId, channelId) {
      const streams = lives.get(liveServerId);
      return streams === undefined ? undefined : (streams.get(channelId)?.viewers ?? 0);
    },
    carriersOf: (channelId) => [...lives].filter(([, streams]) => streams.has(channelId)).map(([id]) => id),
    streamsOf: (liveServerId) => [...(lives.get(liveServerId)?.values() ?? [])],
    viewersOf: (liveServerId) => [...(lives.get(liveServerId)?.values() ?? [])].reduce((sum, { viewers }) => sum + viewers, 0),
    connected(agentId) {
      online.add(agentId);
      tell({ agentId });
    },
    disconnected(agentId) {
      online.delete(agentId);
      gathers.delete(agentId);
      wholes.delete(agentId);
      const streams = lives.get(agentId);
      lives.delete(agentId);
      tell({ agentId });
      tellChannels([...(streams?.keys() ?? [])]);
    },
    takeGather(gatherId, report) {
      const before = gathers.get(gatherId);
      const now = new Map(report.channels.map((channel) => [channel.id, channel]));
      gathers.set(gatherId, now);
      wholes.set(gatherId, report);
      tellChannels(changedKeys(before, now, (a, b) => summaryOf(a) === summaryOf(b)));
    },
    takeLive(liveServerId, report) {
      const before = lives.get(liveServerId);
      const now = new Map(report.streams.map((stream) => [stream.name, stream]));
      lives.set(liveServerId, now);
      tellChannels(changedKeys(before, now, (a, b) => a.viewers === b.viewers));
    },
    onChange: (listener) => void listeners.push(listener),
  };
}

/** What pages show of a channel; rates in kbps change all the time and are no news. */
function summaryOf({ state, fault, isPushing, isRecording, lessonId, timetableRevision }: GatherChannelReport): string {
  return JSON.stringify([state, fault, isPushing, isRecording, lessonId, timetableRevision]);
}

function changedKeys<T>(before: ReadonlyMap<string, T> | undefined, now: ReadonlyMap<string, T>, isSame: (a: T, b: T) => boolean): string[] {
  const gone = [...(before?.keys() ?? [])].filter((key) => !now.has(key));
  const changed = [...now].filter(([key, value]) => {
    const old = before?.get(key);
    return old === undefined || !isSame(old, value);
  });
  return [...gone, ...changed.map(([key]) => key)];
}
