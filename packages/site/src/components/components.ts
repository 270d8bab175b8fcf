// The site's components as they are now: who is connected to the relay, what the live servers carry.
import { AppError, type LiveServerRow, type LiveServerStream, type RelayStatus, type Terminal, maxListedTerminals, relayPath } from '@lubo/contract';
import type { Agents } from '../agents/agents.ts';
import type { Catalog } from '../channels/catalog.ts';
import type { PageListener } from '../events/clients.ts';
import type { LiveServers } from '../live-servers/live-servers.ts';
import type { RelayPeer } from '../relay/relay.ts';
import type { Reports } from '../relay/reports.ts';
import { type Clock, momentOf } from '../time.ts';

export type ComponentsOptions = {
  clock: Clock;
  agents: Agents;
  reports: Reports;
  catalog: Catalog;
  liveServers: LiveServers;
  peers(): readonly RelayPeer[];
  pages(): readonly PageListener[];
};

export type Components = {
  /** `siteUrl`: as the caller reaches the site. */
  relay(siteUrl: string): Promise<RelayStatus>;
  liveServerList(siteHost: string): Promise<LiveServerRow[]>;
  /** Throws AppError `live-server-not-found`. */
  streams(liveServerId: string): Promise<LiveServerStream[]>;
  terminals(): Promise<{ rows: Terminal[]; total: number }>;
};

/** Reads what the other rooms hold in memory. */
export function createComponents({ clock, agents, reports, catalog, liveServers, peers, pages }: ComponentsOptions): Components {
  const startedAt = momentOf(clock.now());
  const tally = async (kind: 'gather' | 'live'): Promise<{ online: number; total: number }> => {
    const rows = await agents.list(kind);
    return { online: rows.filter(({ isOnline }) => isOnline).length, total: rows.length };
  };
  return {
    async relay(siteUrl) {
      const url = `${siteUrl.replace(/^http/i, 'ws')}${relayPath}`;
      return { url, startedAt, gathers: await tally('gather'), liveServers: await tally('live'), pages: pages().length };
    },
    async liveServerList(siteHost) {
      const rows = await agents.list('live');
      const places = await liveServers.places(siteHost);
      return rows.map(({ id, title, isOnline, facts, lastSeenAt }) => {
        const streams = reports.streamsOf(id);
        const sum = (of: (stream: (typeof streams)[number]) => number): number => streams.reduce((total, stream) => total + of(stream), 0);
        const { httpUrl = null, rtmpUrl = null } = places.get(id) ?? {};
        return {
          id,
          title,
          isOnline,
          facts,
          httpUrl,
          rtmpUrl,
          lastSeenAt,
          channels: streams.filter(({ isPublishing }) => isPublishing).length,
          viewers: sum((stream) => stream.viewers),
          bytesIn: sum((stream) => stream.bytesIn),
          bytesOut: sum((stream) => stream.bytesOut),
        };
      });
    },
    async streams(liveServerId) {
      const known = await agents.list('live');
      if (!known.some(({ id }) => id === liveServerId)) throw new AppError('not-found', 'live-server-not-found', 'There is no such live server.');
      const { byId } = await catalog.view();
      const rows = reports.streamsOf(liveServerId).map(({ name, isPublishing, viewers, bytesIn, bytesOut }) => {
        const channel = byId.get(name);
        const channelName = channel === undefined ? '' : `${channel.gradeName}${channel.name}`;
        return { channelId: name, channelName, schoolName: channel?.schoolName ?? '', isPublishing, viewers, bytesIn, bytesOut };
      });
      return rows.toSorted((a, b) => b.viewers - a.viewers || a.channelName.localeCompare(b.channelName, 'zh-CN'));
    },
    async terminals() {
      const titles = new Map((await agents.list(undefined)).map(({ id, title }) => [id, title]));
      const agentRows = peers().map(({ agentId, kind, address, since }) => ({ id: agentId, kind, title: titles.get(agentId) ?? '', address, since: momentOf(since) }));
      const pageRows = pages().map(({ id, address, since }): Terminal => ({ id, kind: 'page', title: '', address, since: momentOf(since) }));
      const rows = [...agentRows, ...pageRows];
      return { rows: rows.slice(0, maxListedTerminals), total: rows.length };
    },
  };
}
