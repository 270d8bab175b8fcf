// Gathers and live servers as the site knows them: enrolment by code, keys, facts, the list.
import {
  type Agent,
  type AgentFacts,
  type AgentKind,
  AppError,
  type Enrolment,
  type EnrolmentCode,
  type GatherSettings,
  GatherTuning,
  AgentFacts as FactsShape,
} from '@lubo/contract';
import type { Db, Tables } from '../db/tables.ts';
import { hashSecret, isSecret, newCode, newId, newSecret } from '../id.ts';
import { type Clock, momentOf } from '../time.ts';

/** Whose connection or request it is. */
export type AgentIdentity = { id: string; kind: AgentKind };

export type AgentsOptions = {
  db: Db;
  clock: Clock;
  /** Code of this machine's own gather and live server, which may enrol again and again. */
  localCode: string | undefined;
  isOnline(agentId: string): boolean;
  /** In the transaction that makes a live server. */
  onLiveServerMade(trx: Db, agentId: string): Promise<void>;
};

export type NewEnrolment = { kind: AgentKind; code: string; facts: AgentFacts };

export type Agents = {
  /** Exchanges a code for a key. Throws AppError `wrong-code`. */
  enrol(request: NewEnrolment): Promise<Enrolment>;
  createCode(code: { kind: AgentKind; title?: string | undefined; schoolId?: string | undefined }): Promise<EnrolmentCode>;
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
    enrol: (request) => db.transaction().execute((trx) => enrol(trx, options, request)),
    async createCode({ kind, title, schoolId }) {
      if (schoolId !== undefined) await requireSchool(db, schoolId);
      const code = newCode();
      const row = { code_hash: hashSecret(code), kind, title: title ?? null, school_id: schoolId ?? null };
      await db
        .insertInto('enrolment_codes')
        .values({ ...row, created_at: now(), used_at: null, used_by: null })
        .execute();
      return { kind, code, title: title ?? '' };
    },
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

const defaults = GatherTuning.parse({});
/** A new gather's row but for who and where it is. */
const newGatherTuning = {
  main_kbps: defaults.mainKbps,
  sub_kbps: defaults.subKbps,
  slice_minutes: defaults.sliceMinutes,
  overlap_gops: defaults.overlapGops,
  snapshot_minutes: defaults.snapshotMinutes,
  reconnects_cameras: 1,
  reconnects_storage: 1,
  upload_kbps: defaults.uploadKbps,
  parallel_uploads: defaults.parallelUploads,
  channel_limit: 256,
  expires_at: null,
} as const;

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

async function enrol(trx: Db, options: AgentsOptions, { kind, code, facts }: NewEnrolment): Promise<Enrolment> {
  const { localCode, clock } = options;
  const key = newSecret();
  if (localCode !== undefined && isSecret(code, hashSecret(localCode))) {
    const known = await localAgent(trx, kind);
    if (known === undefined) return { id: await insertAgent(trx, options, { kind, key, facts, isLocal: true }), key };
    const change = { key_hash: hashSecret(key), facts: JSON.stringify(facts) };
    await trx.updateTable('agents').set(change).where('id', '=', known.id).execute();
    return { id: known.id, key };
  }
  const used = await trx
    .updateTable('enrolment_codes')
    .set({ used_at: momentOf(clock.now()) })
    .where('code_hash', '=', hashSecret(code))
    .where('kind', '=', kind)
    .where('used_at', 'is', null)
    .returning(['code_hash', 'title', 'school_id'])
    .executeTakeFirst();
  if (used === undefined) throw new AppError('denied', 'wrong-code', `This code does not enrol a ${kind}: it is wrong or was used already.`);
  const id = await insertAgent(trx, options, { kind, key, facts, isLocal: false, title: used.title, schoolId: used.school_id });
  await trx.updateTable('enrolment_codes').set({ used_by: id }).where('code_hash', '=', used.code_hash).execute();
  return { id, key };
}

type NewAgent = { kind: AgentKind; key: string; facts: AgentFacts; isLocal: boolean; title?: string | null; schoolId?: string | null };

async function insertAgent(trx: Db, { clock, onLiveServerMade }: AgentsOptions, agent: NewAgent): Promise<string> {
  const id = newId();
  await trx
    .insertInto('agents')
    .values({
      id,
      kind: agent.kind,
      title: agent.title ?? (agent.facts.hostname || id),
      key_hash: hashSecret(agent.key),
      is_local: agent.isLocal ? 1 : 0,
      facts: JSON.stringify(agent.facts),
      created_at: momentOf(clock.now()),
      last_seen_at: null,
      revision: 1,
      state_hash: '',
    })
    .execute();
  if (agent.kind === 'live') await onLiveServerMade(trx, id);
  else await trx.insertInto('gathers').values({ ...newGatherTuning, agent_id: id, school_id: agent.schoolId ?? null }).execute();
  return id;
}

async function localAgent(db: Db, kind: AgentKind): Promise<{ id: string } | undefined> {
  return db.selectFrom('agents').select('id').where('kind', '=', kind).where('is_local', '=', 1).executeTakeFirst();
}

async function requireSchool(db: Db, schoolId: string): Promise<void> {
  const row = await db.selectFrom('schools').select('id').where('id', '=', schoolId).executeTakeFirst();
  if (row !== undefined) return;
  const fields = [{ path: 'body.schoolId', message: 'there is no such school' }];
  throw new AppError('invalid', 'invalid-request', 'There is no such school.', { fields });
}
