// The relay: one connection an agent, its desired state out, its reports in. See docs/design/desired-state.md.
import {
  type AgentKind,
  type HeldState,
  type RelayDown,
  type RelayUp,
  type Resources,
  relayDeadSeconds,
  relayPingSeconds,
  relayProtocol,
} from '@lubo/contract';
import type { Logger } from 'pino';
import type { AgentIdentity } from '../agents/agents.ts';
import type { Db } from '../db/tables.ts';
import type { Clock } from '../time.ts';
import { type Link, createLink } from './link.ts';
import { type MessageRate, createMessageRate } from './message-rate.ts';
import type { Peer } from './peer.ts';
import type { Reports } from './reports.ts';
import { settleRevision } from './revisions.ts';

/** A room's share of an agent's desired state, read through `db`: a transaction, so nothing else may be waited for inside. */
export type ResourceSource = (db: Db, agent: AgentIdentity, peer: Peer) => Promise<Resources>;

/** The part of a WebSocket that the relay uses. */
export type RelaySocket = {
  readonly bufferedAmount: number;
  send(text: string): void;
  ping(): void;
  close(code: number, reason: string): void;
  terminate(): void;
};

export type RelayOptions = {
  db: Db;
  clock: Clock;
  log: Logger;
  reports: Reports;
  sources: readonly ResourceSource[];
  /** After `hello`: what the agent tells of itself is kept before it gets its state. */
  onHello(agent: AgentIdentity, hello: RelayUp & { type: 'hello' }, peer: Peer): Promise<void>;
  /** Before a report counts. */
  onLiveReport(agent: AgentIdentity, message: RelayUp & { type: 'live-report' }, peer: Peer): Promise<void>;
  onGone(agent: AgentIdentity): Promise<void>;
};

/** What a socket's shell tells the relay. */
export type RelayConnection = { message(message: RelayUp): void; alive(): void; ended(reason: string): void };

export type Relay = {
  /** Takes an authenticated agent's connection; an older one of the same agent is closed. */
  connect(agent: AgentIdentity, peer: Peer, socket: RelaySocket): RelayConnection;
  /** The desired state of these agents may have changed. */
  refresh(agentIds: readonly string[]): void;
  /** Who is connected and has told who it is. */
  peers(): RelayPeer[];
  /** Ends an agent's connection: its key is void. */
  drop(agentId: string): void;
  /** Pings, time-outs, states that were lost; about every second. */
  tick(): void;
  /** Says goodbye to every agent. */
  close(): void;
};

/** A connected agent: its IP address, and since when, in ms of the wall clock. */
export type RelayPeer = { agentId: string; kind: AgentKind; address: string; since: number };

/** An agent that does not read is dropped past this many unsent bytes. */
const maxUnsentBytes = 16 * 1024 * 1024;
/** A live server is missed sooner than a gather: what it held must be with another within 15 s (see demand/rules.ts). */
const patience: Record<AgentKind, { pingSeconds: number; deadSeconds: number }> = {
  gather: { pingSeconds: relayPingSeconds, deadSeconds: relayDeadSeconds },
  live: { pingSeconds: 2, deadSeconds: 8 },
};
const rate = { perSecond: 50, burst: 500 };
export const closeCodes = { replaced: 4001, protocol: 4002, revoked: 4003, tooMany: 1008, goingAway: 1001 } as const;

type Connection = {
  agent: AgentIdentity;
  peer: Peer;
  socket: RelaySocket;
  link: Link;
  rate: MessageRate;
  /** On the wall clock. */
  since: number;
  heardAt: number;
  pingedAt: number;
  hasGreeted: boolean;
  isOver: boolean;
  refreshing: 'no' | 'yes' | 'again';
  /** The newest state could not be read; the next tick tries again. */
  isBehind: boolean;
  /** Messages are handled one after the other. */
  work: Promise<void>;
};

/** Nobody is connected yet. */
export function createRelay(options: RelayOptions): Relay {
  const { clock, log, reports } = options;
  const connections = new Map<string, Connection>();

  const end = (connection: Connection, reason: string): void => {
    if (connection.isOver) return;
    connection.isOver = true;
    const { agent } = connection;
    if (connections.get(agent.id) !== connection) return;
    connections.delete(agent.id);
    if (!connection.hasGreeted) return;
    log.info({ agent: agent.id, kind: agent.kind, reason }, 'agent is gone');
    reports.disconnected(agent.id);
    options.onGone(agent).catch((error: unknown) => log.error({ agent: agent.id, err: error }, 'could not note that an agent is gone'));
  };
  const drop = (connection: Connection, code: number, reason: string): void => {
    connection.socket.close(code, reason);
    end(connection, reason);
  };
  const send = (connection: Connection, message: RelayDown | undefined): void => {
    if (message === undefined || connection.isOver) return;
    if (connection.socket.bufferedAmount > maxUnsentBytes) {
      connection.socket.terminate();
      return end(connection, 'does not read');
    }
    connection.socket.send(JSON.stringify(message));
  };

  const refresh = async (connection: Connection): Promise<void> => {
    if (connection.isOver) return;
    if (connection.refreshing !== 'no') {
      connection.refreshing = 'again';
      return;
    }
    do {
      connection.refreshing = 'yes';
      try {
        const state = await desiredState(options, connection);
        if (state !== undefined) send(connection, connection.link.offer(state, clock.elapsed()));
      } catch (error) {
        connection.isBehind = true;
        log.error({ agent: connection.agent.id, err: error }, 'desired state could not be read');
      }
    } while ((connection.refreshing as string) === 'again' && !connection.isOver);
    connection.refreshing = 'no';
  };

  const greet = async (connection: Connection, hello: RelayUp & { type: 'hello' }): Promise<void> => {
    const { agent, peer } = connection;
    if (hello.protocol !== relayProtocol) return drop(connection, closeCodes.protocol, `this site speaks relay protocol ${relayProtocol}`);
    if (hello.kind !== agent.kind) return drop(connection, closeCodes.protocol, `this key belongs to a ${agent.kind}`);
    if (connection.hasGreeted) return;
    await options.onHello(agent, hello, peer);
    if (connection.isOver) return;
    connection.hasGreeted = true;
    log.info({ agent: agent.id, kind: agent.kind, address: peer.address, version: hello.facts.version }, 'agent is connected');
    reports.connected(agent.id);
    await refresh(connection);
  };

  const handle = async (connection: Connection, message: RelayUp): Promise<void> => {
    if (connection.isOver) return;
    const { agent, link } = connection;
    if (message.type === 'hello') return greet(connection, message);
    if (!connection.hasGreeted) return drop(connection, closeCodes.protocol, 'the first message is hello');
    switch (message.type) {
      case 'applied':
        return link.applied(message.revision);
      case 'resync':
        return send(connection, link.resync(clock.elapsed()));
      case 'gather-report':
        return agent.kind === 'gather' ? reports.takeGather(agent.id, message.report) : undefined;
      case 'live-report':
        if (agent.kind !== 'live') return;
        await options.onLiveReport(agent, message, connection.peer);
        return connection.isOver ? undefined : reports.takeLive(agent.id, message.report);
    }
  };

  return {
    peers: () => [...connections.values()].filter(({ hasGreeted }) => hasGreeted).map(({ agent, peer, since }) => ({ agentId: agent.id, kind: agent.kind, address: peer.address, since })),
    connect(agent, peer, socket) {
      const older = connections.get(agent.id);
      const now = clock.elapsed();
      const connection: Connection = {
        agent,
        peer,
        socket,
        link: createLink(),
        rate: createMessageRate(rate, now),
        since: clock.now(),
        heardAt: now,
        pingedAt: now,
        hasGreeted: false,
        isOver: false,
        refreshing: 'no',
        isBehind: false,
        work: Promise.resolve(),
      };
      if (older !== undefined) drop(older, closeCodes.replaced, 'a newer connection of the same agent');
      connections.set(agent.id, connection);
      return {
        message(message) {
          if (!connection.rate.take(clock.elapsed())) return drop(connection, closeCodes.tooMany, 'too many messages');
          connection.work = connection.work
            .then(() => handle(connection, message))
            .catch((error: unknown) => {
              log.error({ agent: agent.id, message: message.type, err: error }, 'a message of an agent could not be handled');
              drop(connection, 1011, 'the site could not handle a message');
            });
        },
        alive: () => void (connection.heardAt = clock.elapsed()),
        ended: (reason) => end(connection, reason),
      };
    },
    refresh(agentIds) {
      for (const agentId of agentIds) {
        const connection = connections.get(agentId);
        // Whoever made the change gets the answer before the state is read and written down.
        if (connection?.hasGreeted) setImmediate(() => void refresh(connection));
      }
    },
    drop(agentId) {
      const connection = connections.get(agentId);
      if (connection !== undefined) drop(connection, closeCodes.revoked, 'the key is void');
    },
    tick() {
      const now = clock.elapsed();
      for (const connection of connections.values()) {
        const { pingSeconds, deadSeconds } = patience[connection.agent.kind];
        if (now - connection.heardAt >= deadSeconds * 1000) {
          connection.socket.terminate();
          end(connection, `nothing heard for ${deadSeconds} s`);
          continue;
        }
        if (now - connection.pingedAt >= pingSeconds * 1000) {
          connection.pingedAt = now;
          connection.socket.ping();
        }
        send(connection, connection.link.tick(now));
        if (!connection.isBehind) continue;
        connection.isBehind = false;
        void refresh(connection);
      }
    },
    close() {
      for (const connection of connections.values()) drop(connection, closeCodes.goingAway, 'the site is ending');
    },
  };
}

async function desiredState({ db, sources }: RelayOptions, { agent, peer }: Connection): Promise<HeldState | undefined> {
  return db.transaction().execute(async (trx) => {
    const resources: Resources = {};
    for (const source of sources) Object.assign(resources, await source(trx, agent, peer));
    const revision = await settleRevision(trx, agent.id, resources);
    return revision === undefined ? undefined : { revision, resources };
  });
}
