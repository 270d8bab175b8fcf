// Enrolment: a code that is good once and for a while becomes a key of the agent's own.
import {
  type AgentFacts,
  type AgentKind,
  AppError,
  type Enrolment,
  type EnrolmentCode,
  type EnrolmentCodeRow,
  GatherTuning,
  type RequestOf,
  type routes,
  wrongFields,
} from '@lubo/contract';
import type { Db } from '../db/tables.ts';
import { hashSecret, isSecret, newCode, newId, newSecret } from '../id.ts';
import { type Clock, momentOf } from '../time.ts';
import { localAgent } from './agents.ts';

export type NewEnrolment = { kind: AgentKind; code: string; facts: AgentFacts };
export type NewCode = RequestOf<typeof routes.createEnrolmentCode>['body'];

export type EnrolmentOptions = {
  db: Db;
  clock: Clock;
  /** Code of this machine's own gather and live server, which may enrol again and again. */
  localCode: string | undefined;
  /** In the transaction that makes a live server. */
  onLiveServerMade(trx: Db, agentId: string): Promise<void>;
};

export type Enrolments = {
  /** Exchanges a code for a key. Throws AppError `wrong-code`. */
  enrol(request: NewEnrolment): Promise<Enrolment>;
  /** Throws AppError that names the wrong field. */
  createCode(code: NewCode): Promise<EnrolmentCode>;
  /** Newest first. */
  listCodes(): Promise<EnrolmentCodeRow[]>;
  /** Throws AppError `code-not-found`. */
  deleteCode(id: string): Promise<void>;
};

const dayMillis = 24 * 60 * 60 * 1000;
/** Codes in the list; used ones beyond are forgotten, oldest first. */
const maxCodes = 1_000;

/** The room's rules over `db`. */
export function createEnrolments(options: EnrolmentOptions): Enrolments {
  const { db, clock } = options;
  return {
    enrol: (request) => db.transaction().execute((trx) => enrol(trx, options, request)),
    async createCode(fields) {
      await requireKnown(db, fields);
      const code = newCode();
      const id = newId();
      const validUntil = momentOf(clock.now() + fields.validDays * dayMillis);
      await db.insertInto('enrolment_codes').values(rowOf(id, hashSecret(code), fields, validUntil, momentOf(clock.now()))).execute();
      await forgetOldCodes(db);
      return { id, kind: fields.kind, code, title: fields.title ?? '', validUntil };
    },
    listCodes: () => listCodes(db, momentOf(clock.now())),
    async deleteCode(id) {
      const { numDeletedRows } = await db.deleteFrom('enrolment_codes').where('id', '=', id).executeTakeFirst();
      if (numDeletedRows === 0n) throw new AppError('not-found', 'code-not-found', 'There is no such code.');
    },
  };
}

function rowOf(id: string, codeHash: string, fields: NewCode, validUntil: string, createdAt: string) {
  return {
    id,
    code_hash: codeHash,
    kind: fields.kind,
    title: fields.title ?? null,
    school_id: fields.schoolId ?? null,
    channel_limit: fields.channelLimit ?? null,
    expires_at: fields.expiresAt ?? null,
    agent_id: fields.agentId ?? null,
    valid_until: validUntil,
    created_at: createdAt,
    used_at: null,
    used_by: null,
  };
}

async function enrol(trx: Db, options: EnrolmentOptions, { kind, code, facts }: NewEnrolment): Promise<Enrolment> {
  const { localCode, clock } = options;
  const key = newSecret();
  if (localCode !== undefined && isSecret(code, hashSecret(localCode))) {
    const known = await localAgent(trx, kind);
    if (known === undefined) return { id: await insertAgent(trx, options, { kind, key, facts, isLocal: true }), key };
    await renewKey(trx, known.id, key, facts);
    return { id: known.id, key };
  }
  const now = momentOf(clock.now());
  const used = await trx
    .updateTable('enrolment_codes')
    .set({ used_at: now })
    .where('code_hash', '=', hashSecret(code))
    .where('kind', '=', kind)
    .where('used_at', 'is', null)
    .where('valid_until', '>', now)
    .returningAll()
    .executeTakeFirst();
  if (used === undefined) {
    throw new AppError('denied', 'wrong-code', `This code does not enrol a ${kind}: it is wrong, was used already, or is no longer good.`);
  }
  const id = used.agent_id ?? (await insertAgent(trx, options, { kind, key, facts, isLocal: false, title: used.title, schoolId: used.school_id }));
  if (used.agent_id !== null) await renewKey(trx, id, key, facts);
  await applyBounds(trx, id, used);
  await trx.updateTable('enrolment_codes').set({ used_by: id }).where('code_hash', '=', used.code_hash).execute();
  return { id, key };
}

/** The older key is void from now on. */
async function renewKey(trx: Db, id: string, key: string, facts: AgentFacts): Promise<void> {
  const change = { key_hash: hashSecret(key), facts: JSON.stringify(facts), revoked_at: null };
  await trx.updateTable('agents').set(change).where('id', '=', id).execute();
}

/** What the code allows; what it does not say stays. */
async function applyBounds(trx: Db, id: string, { channel_limit, expires_at, agent_id }: { channel_limit: number | null; expires_at: string | null; agent_id: string | null }): Promise<void> {
  const isAnew = agent_id !== null;
  const change = {
    ...(channel_limit === null ? {} : { channel_limit }),
    ...(expires_at === null && isAnew ? {} : { expires_at }),
  };
  if (Object.keys(change).length > 0) await trx.updateTable('gathers').set(change).where('agent_id', '=', id).execute();
}

type NewAgent = { kind: AgentKind; key: string; facts: AgentFacts; isLocal: boolean; title?: string | null; schoolId?: string | null };

async function insertAgent(trx: Db, { clock, onLiveServerMade }: EnrolmentOptions, agent: NewAgent): Promise<string> {
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
      revoked_at: null,
    })
    .execute();
  if (agent.kind === 'live') await onLiveServerMade(trx, id);
  else await trx.insertInto('gathers').values({ ...newGatherTuning, agent_id: id, school_id: agent.schoolId ?? null }).execute();
  return id;
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

async function listCodes(db: Db, now: string): Promise<EnrolmentCodeRow[]> {
  const rows = await db
    .selectFrom('enrolment_codes')
    .leftJoin('schools', 'schools.id', 'enrolment_codes.school_id')
    .leftJoin('agents', (join) => join.on((eb) => eb.or([eb('agents.id', '=', eb.ref('enrolment_codes.used_by')), eb('agents.id', '=', eb.ref('enrolment_codes.agent_id'))])))
    .selectAll('enrolment_codes')
    .select(['schools.name as school', 'agents.title as agent'])
    .orderBy('enrolment_codes.created_at', 'desc')
    .limit(maxCodes)
    .execute();
  return rows.flatMap((row) => {
    if (row.id === null || row.valid_until === null) return [];
    const state = row.used_at !== null ? ('used' as const) : row.valid_until > now ? ('open' as const) : ('lapsed' as const);
    return {
      id: row.id,
      kind: row.kind,
      title: row.title ?? '',
      schoolName: row.school ?? '',
      channelLimit: row.channel_limit ?? newGatherTuning.channel_limit,
      expiresAt: row.expires_at,
      createdAt: row.created_at,
      validUntil: row.valid_until,
      state,
      usedAt: row.used_at,
      agentTitle: row.agent,
    };
  });
}

/** Keeps the table bounded. */
async function forgetOldCodes(db: Db): Promise<void> {
  await db
    .deleteFrom('enrolment_codes')
    .where('code_hash', 'not in', (eb) => eb.selectFrom('enrolment_codes').select('code_hash').orderBy('created_at', 'desc').limit(maxCodes))
    .execute();
}

async function requireKnown(db: Db, { kind, schoolId, agentId }: NewCode): Promise<void> {
  if (schoolId !== undefined) {
    const row = await db.selectFrom('schools').select('id').where('id', '=', schoolId).executeTakeFirst();
    if (row === undefined) throw wrongFields({ path: 'body.schoolId', message: 'there is no such school', code: 'unknown' });
  }
  if (agentId === undefined) return;
  const row = await db.selectFrom('agents').select('kind').where('id', '=', agentId).executeTakeFirst();
  if (row?.kind !== kind) throw wrongFields({ path: 'body.agentId', message: `there is no such ${kind}`, code: 'unknown' });
}
