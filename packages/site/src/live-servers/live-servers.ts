// Live servers: their token keys, where they are, and what they are told. Their rows are few and kept in memory too.
import { randomBytes } from 'node:crypto';
import { AppError, type ChannelAddresses, LiveAddresses, type LiveSettings, type WatchAddresses } from '@lubo/contract';
import type { Db } from '../db/tables.ts';
import type { AgentIdentity } from '../agents/agents.ts';
import { type Clock, momentOf } from '../time.ts';
import { type LiveServerPlace, hasHttps, playAddresses, pushAddress, serverUrls } from './addresses.ts';
import { isHost } from './network.ts';
import { handedOutSeconds, streamToken } from './stream-tokens.ts';

/** A channel and the live server that has it. */
export type Placed = { channelId: string; liveServerId: string };

/** `hasHttps`: pages over HTTPS can play from it. */
export type KnownLiveServer = { id: string; hasHttps: boolean };

type LiveServer = { tokenKey: string; place: LiveServerPlace | undefined };

/** How a viewer reaches this site; `isSecure` when its page came over HTTPS. */
export type ViewerPlace = { siteHost: string; isSecure: boolean };

export type LiveServersOptions = { db: Db; clock: Clock; ownAddresses(): string[] };

export type LiveServers = {
  /** Keeps where a live server is; tells whether that is news. */
  notePlace(agentId: string, place: LiveServerPlace): Promise<boolean>;
  /** Where those live servers are whose place is known, without tokens, as somebody at this host of the site reaches them. */
  places(siteHost: string): Promise<Map<string, { httpUrl: string; rtmpUrl: string }>>;
  /** Live servers whose place is known. */
  known(): Promise<readonly KnownLiveServer[]>;
  /** Signed addresses for a viewer. Throws AppError `no-live-server` or `no-secure-live-server`. */
  watchAddresses(liveServerId: string, channelId: string, viewer: ViewerPlace): Promise<WatchAddresses>;
  /** The same to hand out: good for hours. Throws as `watchAddresses`. */
  handedOutAddresses(liveServerId: string, channelId: string, viewer: ViewerPlace): Promise<Omit<ChannelAddresses, 'embed'>>;
  /**
   * Where a gather pushes each of these channels, as of the tables in `trx`; channels whose live server's place
   * isn't known are left out.
   */
  pushUrls(trx: Db, placed: readonly Placed[], gather: { siteHost: string; address: string }): Promise<Map<string, string>>;
  /** The rows have changed: a live server was made. */
  forget(): void;
};

/** The room's rules over `db`. */
export function createLiveServers({ db, clock, ownAddresses }: LiveServersOptions): LiveServers {
  let rows: Promise<Map<string, LiveServer>> | undefined;
  const all = (): Promise<Map<string, LiveServer>> => {
    rows ??= load(db).catch((error: unknown) => {
      rows = undefined;
      throw error;
    });
    return rows;
  };
  const signed = async (liveServerId: string, channelId: string, viewer: ViewerPlace, seconds?: number) => {
    const server = (await all()).get(liveServerId);
    if (server?.place === undefined) throw noLiveServer();
    const { token, expiresAt } = streamToken(server.tokenKey, channelId, 'play', clock.now(), seconds);
    const asker = { siteHost: hostOf(viewer.siteHost), isSecure: viewer.isSecure, ownAddresses: ownAddresses() };
    const addresses = playAddresses(server.place, asker, channelId, token);
    if (addresses === undefined) throw noSecureLiveServer();
    return { channelId, ...addresses, expiresAt: momentOf(expiresAt) };
  };

  return {
    async notePlace(agentId, place) {
      const server = (await all()).get(agentId);
      if (server === undefined || JSON.stringify(server.place) === JSON.stringify(place)) return false;
      const change = { addresses: JSON.stringify(place.addresses), remote_address: place.remoteAddress };
      await db.updateTable('live_servers').set(change).where('agent_id', '=', agentId).execute();
      server.place = place;
      return true;
    },
    known: async () =>
      [...(await all())].flatMap(([id, { place }]) => (place === undefined ? [] : [{ id, hasHttps: hasHttps(place.addresses) }])),
    async places(siteHost) {
      const asker = { siteHost: hostOf(siteHost), ownAddresses: ownAddresses() };
      return new Map([...(await all())].flatMap(([id, { place }]) => (place === undefined ? [] : [[id, serverUrls(place, asker)] as const])));
    },
    watchAddresses: signed,
    async handedOutAddresses(liveServerId, channelId, viewer) {
      const addresses = await signed(liveServerId, channelId, viewer, handedOutSeconds);
      return { ...addresses, hlsTs: `${addresses.hls}&format=ts` };
    },
    async pushUrls(trx, placed, gather) {
      const urls = new Map<string, string>();
      if (placed.length === 0) return urls;
      // Not from memory: whoever fills it may wait for the very transaction that asks.
      const servers = await load(trx);
      const asker = { ...gather, siteHost: hostOf(gather.siteHost), ownAddresses: ownAddresses() };
      for (const { channelId, liveServerId } of placed) {
        const server = servers.get(liveServerId);
        if (server?.place === undefined) continue;
        const { token } = streamToken(server.tokenKey, channelId, 'publish', clock.now());
        urls.set(channelId, pushAddress(server.place, asker, channelId, token));
      }
      return urls;
    },
    forget: () => void (rows = undefined),
  };
}

/** No live server is connected; viewers can't be served now. */
export function noLiveServer(): AppError {
  return new AppError('unavailable', 'no-live-server', 'No live server is connected to this site.', { retryAfterSeconds: 2 });
}

/** Live servers are there, but none that a page over HTTPS may load from; the site's log tells what to set. */
export function noSecureLiveServer(): AppError {
  return new AppError('unavailable', 'no-secure-live-server', 'No live server has HTTPS, so this page can not play from it.', { retryAfterSeconds: 10 });
}

/** The row of a live server that enrols, with a fresh token key. */
export async function makeLiveServer(trx: Db, agentId: string): Promise<void> {
  const tokenKeys = JSON.stringify([randomBytes(32).toString('hex')]);
  await trx.insertInto('live_servers').values({ agent_id: agentId, token_keys: tokenKeys, addresses: null, remote_address: null }).execute();
}

/** `settings` of a live server's desired state. */
export async function liveSettings(db: Db, agent: AgentIdentity): Promise<Record<string, LiveSettings>> {
  if (agent.kind !== 'live') return {};
  const row = await db.selectFrom('live_servers').select('token_keys').where('agent_id', '=', agent.id).executeTakeFirst();
  return row === undefined ? {} : { settings: { tokenKeys: JSON.parse(row.token_keys) as string[] } };
}

/** A host that no URL can hold would only come from a forged header. */
function hostOf(siteHost: string): string {
  return isHost(siteHost) ? siteHost : '127.0.0.1';
}

async function load(db: Db): Promise<Map<string, LiveServer>> {
  const rows = await db.selectFrom('live_servers').selectAll().orderBy('agent_id').execute();
  return new Map(rows.map((row) => [row.agent_id, { tokenKey: (JSON.parse(row.token_keys) as string[])[0] ?? '', place: placeOf(row) }]));
}

function placeOf(row: { addresses: string | null; remote_address: string | null }): LiveServerPlace | undefined {
  if (row.addresses === null || row.remote_address === null) return undefined;
  const addresses = LiveAddresses.safeParse(JSON.parse(row.addresses)).data;
  return addresses === undefined ? undefined : { addresses, remoteAddress: row.remote_address };
}
