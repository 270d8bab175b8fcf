// The tables as Kysely sees them; each column is explained in migrations/. Moments are ISO 8601 text, yes/no is 1 or 0, JSON is text.
import type { AgentKind, Role } from '@lubo/contract';
import type { Kysely } from 'kysely';

type Bit = 0 | 1;

export type Tables = {
  site: {
    id: number;
    tag: string;
    name: string;
    official_url: string;
    service_phone: string;
    set_up_code_hash: string | null;
    created_at: string;
  };
  people: { id: string; name: string; role: Role; picture_url: string | null; created_at: string; signed_in_at: string | null };
  passwords: { person_id: string; sign_in_name: string; hash: string };
  sessions: { token_hash: string; person_id: string; created_at: string; expires_at: string };
  schools: { id: string; name: string; created_at: string };
  grades: { id: string; stage: string; name: string; position: number };
  subjects: { id: string; name: string; position: number };
  agents: {
    id: string;
    kind: AgentKind;
    title: string;
    key_hash: string;
    is_local: Bit;
    facts: string | null;
    created_at: string;
    last_seen_at: string | null;
    revision: number;
    state_hash: string;
  };
  gathers: { agent_id: string; school_id: string | null };
  live_servers: { agent_id: string; token_keys: string; addresses: string | null; remote_address: string | null };
  enrolment_codes: {
    code_hash: string;
    kind: AgentKind;
    title: string | null;
    school_id: string | null;
    created_at: string;
    used_at: string | null;
    used_by: string | null;
  };
  channels: {
    id: string;
    name: string;
    gather_id: string;
    grade_id: string | null;
    source: string;
    is_started: Bit;
    created_at: string;
  };
  demands: { channel_id: string; live_server_id: string; created_at: string };
  seeds: { name: string; row_id: string };
};

/** The database, or a transaction of it. */
export type Db = Kysely<Tables>;
