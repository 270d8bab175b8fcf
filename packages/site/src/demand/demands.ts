// Demand: which channels are watched, and over which live server. Rows outlive the site; leases are in memory, and a
// restart gives every row a grace that is longer than any lease.
import type { GatherPush } from '@lubo/contract';
import type { Logger } from 'pino';
import type { AgentIdentity } from '../agents/agents.ts';
import type { Db } from '../db/tables.ts';
import { type KnownLiveServer, type LiveServers, noLiveServer, noSecureLiveServer } from '../live-servers/live-servers.ts';
import { windowOf } from '../live-servers/stream-tokens.ts';
import type { Peer } from '../relay/peer.ts';
import type { Reports } from '../relay/reports.ts';
import type { StateChanges } from '../relay/state-changes.ts';
import { type Clock, momentOf } from '../time.ts';
import { type Demand, chooseLiveServer, extend, graceMillis, leaseMillis, stepOf } from './rules.ts';

export type DemandsOptions = {
  db: Db;
  clock: Clock;
  log: Logger;
  changes: StateChanges;
  reports: Reports;
  liveServers: LiveServers;
  /** Push addresses of these gathers have changed with no table's change. */
  onRenewed(gatherIds: readonly string[]): void;
};

export type Demands = {
  /**
   * Somebody wants to watch, over HTTPS if `isSecure`; the live server that will have the stream. One that can't serve this
   * viewer gives the channel to one that can. Throws AppError `no-live-server` or `no-secure-live-server`.
   */
  want(channel: { channelId: string; gatherId: string }, isSecure: boolean): Promise<string>;
  /** The live server that has this channel or would get it; begins nothing. Throws as `want`. */
  whereTo(channelId: string, isSecure: boolean): Promise<string>;
  /** Somebody waits for this channel on a live server, with an address that was handed out before: a demand as any other. */
  wantOn(liveServerId: string, channel: { channelId: string; gatherId: string }): Promise<void>;
  has(channelId: string): boolean;
  /** A channel was stopped or removed. */
  end(channelId: string): Promise<void>;
  /** A live server's place has changed: gathers that push to it get the new address. */
  renewFor(liveServerId: string): void;
  /** Ends and moves demands; about twice a second. */
  tick(): Promise<void>;
  /** `push/<channel>` of a gather's desired state. */
  resources(db: Db, agent: AgentIdentity, peer: Peer): Promise<Record<string, GatherPush>>;
};

/** Reads the rows that an earlier life left. */
export async function createDemands(options: DemandsOptions): Promise<Demands> {
  const { db, clock, log, changes, reports, liveServers, onRenewed } = options;
  const demands = await load(db, clock.elapsed());
  const live = async (): Promise<KnownLiveServer[]> => (await liveServers.known()).filter(({ id }) => reports.isOnline(id));
  const choose = (candidates: readonly KnownLiveServer[]): string | undefined =>
    chooseLiveServer(
      candidates.map(({ id }) => ({ id, viewers: reports.viewersOf(id) })),
      demands.values(),
    );
  const tellInsecure = once((liveServerIds: readonly string[]) => {
    const reason = 'set live.tls.certFile and live.tls.keyFile, or an https address as live.publicHttpUrl, where a live server runs';
    log.warn({ liveServers: liveServerIds, reason }, 'pages over HTTPS can not play: no connected live server has HTTPS');
  });
  let window = windowOf('publish', clock.now());

  // Rows and map change together, one change after the other; a warm `want` needs neither.
  let queue: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const done = queue.then(work);
    queue = done.catch(() => {});
    return done;
  };

  const place = (channelId: string, gatherId: string, liveServerId: string): Promise<void> =>
    changes.commit(async (trx, touch) => {
      const row = { channel_id: channelId, live_server_id: liveServerId, created_at: momentOf(clock.now()) };
      await trx
        .insertInto('demands')
        .values(row)
        .onConflict((conflict) => conflict.column('channel_id').doUpdateSet({ live_server_id: liveServerId }))
        .execute();
      touch(gatherId);
    });
  const whereTo = async (channelId: string, isSecure: boolean): Promise<string> => {
    const online = await live();
    const fitting = online.filter(({ hasHttps }) => hasHttps || !isSecure);
    const present = demands.get(channelId)?.liveServerId;
    const liveServerId = fitting.some(({ id }) => id === present) ? present : choose(fitting);
    if (liveServerId !== undefined) return liveServerId;
    if (online.length === 0) throw noLiveServer();
    tellInsecure(online.map(({ id }) => id));
    throw noSecureLiveServer();
  };
  const begin = async (channelId: string, gatherId: string, liveServerId: string): Promise<void> => {
    await place(channelId, gatherId, liveServerId);
    demands.set(channelId, { channelId, gatherId, liveServerId, wantedUntil: clock.elapsed() + leaseMillis, away: undefined });
    log.info({ channel: channelId, gather: gatherId, liveServer: liveServerId }, 'demand begins');
  };
  const add = async (channelId: string, gatherId: string, isSecure: boolean): Promise<string> => {
    const liveServerId = await whereTo(channelId, isSecure);
    const before = demands.get(channelId);
    if (before?.liveServerId === liveServerId) extend(before, clock.elapsed() + leaseMillis);
    else await begin(channelId, gatherId, liveServerId);
    return liveServerId;
  };
  const end = async (demand: Demand, reason: string): Promise<void> => {
    // Out of the map first: whoever asks meanwhile waits in turn and begins it anew, instead of extending what is going.
    demands.delete(demand.channelId);
    try {
      await changes.commit(async (trx, touch) => {
        await trx.deleteFrom('demands').where('channel_id', '=', demand.channelId).execute();
        touch(demand.gatherId);
      });
    } catch (error) {
      demands.set(demand.channelId, demand);
      throw error;
    }
    log.info({ channel: demand.channelId, gather: demand.gatherId, reason }, 'demand ends');
  };
  const move = async (demand: Demand, online: readonly KnownLiveServer[]): Promise<void> => {
    const liveServerId = choose(online);
    if (liveServerId === undefined) return;
    await place(demand.channelId, demand.gatherId, liveServerId);
    log.info({ channel: demand.channelId, from: demand.liveServerId, to: liveServerId }, 'demand moves to another live server');
    Object.assign(demand, { liveServerId, away: undefined });
    extend(demand, clock.elapsed() + leaseMillis);
  };
  const step = async (demand: Demand, online: readonly KnownLiveServer[]): Promise<void> => {
    const { channelId, liveServerId } = demand;
    const isOnline = reports.isOnline(liveServerId);
    const next = stepOf(demand, clock.elapsed(), reports.viewersOn(liveServerId, channelId), isOnline, online.length > 0);
    if (next === 'end') await end(demand, 'nobody watches');
    if (next === 'move') await move(demand, online);
  };

  return {
    async want({ channelId, gatherId }, isSecure) {
      const online = await live();
      const demand = demands.get(channelId);
      if (demand !== undefined && online.some(({ id, hasHttps }) => id === demand.liveServerId && (hasHttps || !isSecure))) {
        extend(demand, clock.elapsed() + leaseMillis);
        return demand.liveServerId;
      }
      return inTurn(() => add(channelId, gatherId, isSecure));
    },
    whereTo,
    has: (channelId) => demands.has(channelId),
    wantOn: (liveServerId, { channelId, gatherId }) =>
      inTurn(async () => {
        if (!demands.has(channelId)) await begin(channelId, gatherId, liveServerId);
      }),
    end: (channelId) =>
      inTurn(async () => {
        const demand = demands.get(channelId);
        if (demand !== undefined) await end(demand, 'the channel ended');
      }),
    renewFor(liveServerId) {
      const gatherIds = [...demands.values()].filter((demand) => demand.liveServerId === liveServerId).map((demand) => demand.gatherId);
      if (gatherIds.length > 0) onRenewed([...new Set(gatherIds)]);
    },
    async tick() {
      const windowNow = windowOf('publish', clock.now());
      if (windowNow !== window) {
        window = windowNow;
        onRenewed([...new Set([...demands.values()].map((demand) => demand.gatherId))]);
      }
      if (demands.size === 0) return;
      const online = await live();
      await inTurn(async () => {
        for (const demand of demands.values()) await step(demand, online);
      });
    },
    async resources(trx, agent, peer) {
      if (agent.kind !== 'gather') return {};
      const placed = await trx
        .selectFrom('demands')
        .innerJoin('channels', 'channels.id', 'demands.channel_id')
        .select(['demands.channel_id as channelId', 'demands.live_server_id as liveServerId'])
        .where('channels.gather_id', '=', agent.id)
        .orderBy('demands.channel_id')
        .execute();
      const pushes: Record<string, GatherPush> = {};
      for (const [channelId, url] of await liveServers.pushUrls(trx, placed, peer)) pushes[`push/${channelId}`] = { channelId, url };
      return pushes;
    },
  };
}

/** Runs at the first call only: the fault lasts until somebody changes a setting, and a new setting needs a new start. */
function once<Args extends readonly unknown[]>(run: (...args: Args) => void): (...args: Args) => void {
  let isDone = false;
  return (...args) => {
    if (!isDone) run(...args);
    isDone = true;
  };
}

/** Demands of an earlier life wait for their live servers and don't move: what is pushed now goes on. */
async function load(db: Db, now: number): Promise<Map<string, Demand>> {
  const rows = await db
    .selectFrom('demands')
    .innerJoin('channels', 'channels.id', 'demands.channel_id')
    .select(['demands.channel_id as channelId', 'channels.gather_id as gatherId', 'demands.live_server_id as liveServerId'])
    .execute();
  const away = { keepUntil: now + graceMillis, movesAt: now + graceMillis };
  return new Map(rows.map((row) => [row.channelId, { ...row, wantedUntil: now, away }]));
}
