// The tables of people, their ways in, API tokens and what is kept of requests, as Kysely sees them; see tables.ts.
import type { Role } from '@lubo/contract';
import type { Generated } from 'kysely';

export type PeopleTables = {
  people: {
    id: string;
    name: string;
    role: Role;
    picture_url: string | null;
    created_at: string;
    signed_in_at: string | null;
    region: Generated<string>;
    is_blocked: Generated<0 | 1>;
    first_signed_in_at: string | null;
  };
  passwords: { person_id: string; sign_in_name: string; hash: string };
  sessions: { token_hash: string; person_id: string; created_at: string; expires_at: string; ip: Generated<string>; user_agent: Generated<string> };
  identities: {
    id: string;
    person_id: string;
    provider: string;
    subject: string;
    name: string;
    linked_at: string;
    used_at: string;
  };
  wechat_settings: {
    id: number;
    is_enabled: 0 | 1;
    app_id: string;
    sealed_secret: string | null;
    page_app_id: string;
    sealed_page_secret: string | null;
  };
  oidc_providers: {
    id: string;
    label: string;
    issuer: string;
    client_id: string;
    sealed_secret: string | null;
    scopes: string;
    is_enabled: 0 | 1;
    created_at: string;
  };
  phone_sign_ins: {
    code_hash: string;
    browser_hash: string;
    ip: string;
    user_agent: string;
    created_at: string;
    expires_at: string;
    person_id: string | null;
    answer: 'confirmed' | 'refused' | null;
  };
  api_tokens: {
    id: string;
    name: string;
    token_hash: string;
    ending: string;
    scopes: string;
    created_at: string;
    created_by: string | null;
    expires_at: string | null;
    last_used_at: string | null;
    last_used_ip: string | null;
  };
  audit_entries: {
    number: Generated<number>;
    id: string;
    at: string;
    who: string;
    person_id: string | null;
    ip: string;
    operation: string;
    targets: string;
    summary: string;
  };
  audit_texts: { number: number; at: string; searched: string };
  idempotent_answers: { key_hash: string; caller: string; created_at: string; sealed: string | null };
};
