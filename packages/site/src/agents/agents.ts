// Gathers and live servers as the site knows them: keys, facts, the list.
import { type Agent, type AgentFacts, type AgentKind, AgentFacts as FactsShape, type GatherSettings, type GatherTuning } from '@lubo/contract';
import type { Db, Tables } from '../db/tables.ts';
import { isSecret } from '../id.ts';
import { type Clock, momentOf } from '../time.ts';

/** Whose connection or request it is. */
export type AgentIdentity = { id: string; kind: AgentKind };

export type AgentsOptions = { db: Db; clock: Clock; isOnline(agentId: string): boolean };

export type Agents = {
  /** Owner of a bearer token `<id>.<key>`. */
  authenticate(token: string): Promise<AgentIdentity | undefined>;
  list(kind: AgentKind | undefined): Promise<Agent[]>;
  /** An agent has connected and told its facts. */
  noteHello(agent: AgentIdentity, facts: AgentFacts): Promise<void>;
  noteGone(agent: AgentIdentity): Promise<void>;
  /** This machine's own gather, once it has enrolled. */
  localGather(): Promise<string | undefined>;
};

/** The room's rules over `db`. */
export function createAgents(options: AgentsOptions): Agents {
  const { db, clock } = options;
  const now = (): string => momentOf(clock.now());
  return {
    async authenticate(token) {
      const [id, key, ...rest] = token.split('.');
      if (!id || !key || rest.length > 0) return undefined;
      const row = await db.selectFrom('agents').select(['id', 'kind', 'key_hash']).where('id', '=', id).executeTakeFirst();
      return row !== undefined && isSecret(key, row.key_hash) ? { id: row.id, kind: row.kind } : undefined;
    },
    async list(kind) {
      const rows = await db
        .selectFrom('agents')
        .select(['id', 'kind', 'title', 'facts', 'last_seen_at'])
        .$if(kind !== undefined, (query) => query.where('kind', '=', kind as AgentKind))
        .orderBy('title')
        .orderBy('id')
        .execute();
      return rows.map((row) => {
        const isOnline = options.isOnline(row.id);
        const facts = row.facts === null ? null : (FactsShape.safeParse(JSON.parse(row.facts)).data ?? null);
        return { id: row.id, kind: row.kind, title: row.title, isOnline, facts, lastSeenAt: isOnline ? now() : row.last_seen_at };
      });
    },
    async noteHello(agent, facts) {
      const change = { facts: JSON.stringify(facts), last_seen_at: now() };
      await db.updateTable('agents').set(change).where('id', '=', agent.id).execute();
    },
    async noteGone(agent) {
      await db.updateTable('agents').set({ last_seen_at: now() }).where('id', '=', agent.id).execute();
    },
    localGather: async () => (await localAgent(db, 'gather'))?.id,
  };
}

/** `settings` of a gather's desired state. */
export async function gatherSettings(db: Db, agent: AgentIdentity): Promise<Record<string, GatherSettings>> {
  if (agent.kind !== 'gather') return {};
  const row = await db
    .selectFrom('agents')
    .innerJoin('site', (join) => join.on('site.id', '=', 1))
    .innerJoin('gathers', 'gathers.agent_id', 'agents.id')
    .leftJoin('schools', 'schools.id', 'gathers.school_id')
    .selectAll('gathers')
    .select(['agents.title', 'site.name as siteName', 'site.time_zone as siteZone', 'schools.name as schoolName', 'schools.time_zone as schoolZone'])
    .where('agents.id', '=', agent.id)
    .executeTakeFirst();
  if (row === undefined) return {};
  const { title, siteName } = row;
  const place = { title, siteName, schoolName: row.schoolName ?? '', timeZone: row.schoolZone ?? row.siteZone };
  return { settings: { ...place, ...tuningOf(row), channelLimit: row.channel_limit, expiresAt: row.expires_at } };
}

/** What administrators have tuned of a gather. */
export function tuningOf(row: Tables['gathers']): GatherTuning {
  return {
    mainKbps: row.main_kbps,
    subKbps: row.sub_kbps,
    sliceMinutes: row.slice_minutes,
    overlapGops: row.overlap_gops,
    snapshotMinutes: row.snapshot_minutes,
    reconnectsCameras: row.reconnects_cameras === 1,
    reconnectsStorage: row.reconnects_storage === 1,
    uploadKbps: row.upload_kbps,
    parallelUploads: row.parallel_uploads,
  };
}

/** Whether this gather exists; a channel needs one. */
export async function isGather(db: Db, agentId: string): Promise<boolean> {
  return (await db.selectFrom('gathers').select('agent_id').where('agent_id', '=', agentId).executeTakeFirst()) !== undefined;
}

/** The agent that this machine's own code enrolled. */
export async function localAgent(db: Db, kind: AgentKind): Promise<{ id: string } | undefined> {
  return db.selectFrom('agents').select('id').where('kind', '=', kind).where('is_local', '=', 1).executeTakeFirst();
}
