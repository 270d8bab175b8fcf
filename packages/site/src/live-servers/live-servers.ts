// Live servers: their token keys, where they are, and what they are told. Their rows are few and kept in memory too.
import { randomBytes } from 'node:crypto';
import { AppError, LiveAddresses, type LiveSettings, type WatchAddresses } from '@lubo/contract';
import type { Db } from '../db/tables.ts';
import type { AgentIdentity } from '../agents/agents.ts';
import { type Clock, momentOf } from '../time.ts';
import { type LiveServerPlace, playAddresses, pushAddress } from './addresses.ts';
import { isHost } from './network.ts';
import { streamToken } from './stream-tokens.ts';

type LiveServer = { tokenKey: string; place: LiveServerPlace | undefined };

export type LiveServersOptions = { db: Db; clock: Clock; ownAddresses(): string[] };

export type LiveServers = {
  /** Keeps where a live server is; tells whether that is news. */
  notePlace(agentId: string, place: LiveServerPlace): Promise<boolean>;
  /** Live servers whose place is known. */
  known(): Promise<ReadonlyMap<string, LiveServer>>;
  /** Signed addresses for a viewer. */
  watchAddresses(liveServerId: string, channelId: string, viewer: { siteHost: string; isSecure: boolean }): Promise<WatchAddresses>;
  /** Where a gather pushes; `undefined` while the live server's place isn't known. */
  pushUrl(liveServerId: string, channelId: string, gather: { siteHost: string; address: string }): Promise<string | undefined>;
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
  // A host that no URL can hold would only come from a forged header.
  const hostOf = (siteHost: string): string => (isHost(siteHost) ? siteHost : '127.0.0.1');

  return {
    async notePlace(agentId, place) {
      const server = (await all()).get(agentId);
      if (server === undefined || JSON.stringify(server.place) === JSON.stringify(place)) return false;
      const change = { addresses: JSON.stringify(place.addresses), remote_address: place.remoteAddress };
      await db.updateTable('live_servers').set(change).where('agent_id', '=', agentId).execute();
      server.place = place;
      return true;
    },
    known: async () => new Map([...(await all())].filter(([, server]) => server.place !== undefined)),
    async watchAddresses(liveServerId, channelId, viewer) {
      const server = (await all()).get(liveServerId);
      if (server?.place === undefined) throw noLiveServer();
      const { token, expiresAt } = streamToken(server.tokenKey, channelId, 'play', clock.now());
      const asker = { siteHost: hostOf(viewer.siteHost), isSecure: viewer.isSecure, ownAddresses: ownAddresses() };
      return { channelId, ...playAddresses(server.place, asker, channelId, token), expiresAt: momentOf(expiresAt) };
    },
    async pushUrl(liveServerId, channelId, gather) {
      const server = (await all()).get(liveServerId);
      if (server?.place === undefined) return undefined;
      const { token } = streamToken(server.tokenKey, channelId, 'publish', clock.now());
      return pushAddress(server.place, { ...gather, siteHost: hostOf(gather.siteHost), ownAddresses: ownAddresses() }, channelId, token);
    },
    forget: () => void (rows = undefined),
  };
}

/** No live server is connected; viewers can't be served now. */
export function noLiveServer(): AppError {
  return new AppError('unavailable', 'no-live-server', 'No live server is connected to this site.', { retryAfterSeconds: 2 });
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

async function load(db: Db): Promise<Map<string, LiveServer>> {
  const rows = await db.selectFrom('live_servers').selectAll().orderBy('agent_id').execute();
  return new Map(rows.map((row) => [row.agent_id, { tokenKey: (JSON.parse(row.token_keys) as string[])[0] ?? '', place: placeOf(row) }]));
}

function placeOf(row: { addresses: string | null; remote_address: string | null }): LiveServerPlace | undefined {
  if (row.addresses === null || row.remote_address === null) return undefined;
  const addresses = LiveAddresses.safeParse(JSON.parse(row.addresses)).data;
  return addresses === undefined ? undefined : { addresses, remoteAddress: row.remote_address };
}
