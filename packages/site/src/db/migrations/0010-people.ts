// People as administrators see them, ways to sign in beside a password, API tokens, the audit log, answers kept for repeats.
import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

type AnyDb = Kysely<unknown>;

export const people: Migration = {
  async up(db: AnyDb) {
    await personColumns(db);
    await wayTables(db);
    await phoneTable(db);
    await tokenTable(db);
    await auditTable(db);
    await repeatTable(db);
  },
};

async function personColumns(db: AnyDb): Promise<void> {
  const table = (name: string) => db.schema.alterTable(name);
  await table('people').addColumn('region', 'text', (c) => c.notNull().defaultTo('')).execute(); // as the provider told it
  await table('people').addColumn('is_blocked', 'integer', (c) => c.notNull().defaultTo(0)).execute(); // 1: may not sign in
  await table('people').addColumn('first_signed_in_at', 'text').execute(); // first sign-in; null while there was none
  await sql`update people set first_signed_in_at = created_at where signed_in_at is not null`.execute(db);
  await db.schema.createIndex('people_last_sign_in').on('people').columns(['signed_in_at', 'id']).execute();
  await db.schema.createIndex('people_role').on('people').column('role').execute();
  await table('sessions').addColumn('ip', 'text', (c) => c.notNull().defaultTo('')).execute(); // where it was begun from
  await table('sessions').addColumn('user_agent', 'text', (c) => c.notNull().defaultTo('')).execute(); // as the browser calls itself
}

async function wayTables(db: AnyDb): Promise<void> {
  await db.schema
    .createTable('identities')
    .addColumn('id', 'text', (c) => c.primaryKey()) // identity
    .addColumn('person_id', 'text', (c) => c.notNull().references('people.id').onDelete('cascade')) // whose way in
    .addColumn('provider', 'text', (c) => c.notNull()) // wechat, or the id of an OpenID provider
    .addColumn('subject', 'text', (c) => c.notNull()) // who it is there: union:<union id>, open:<app id>:<open id>, or sub
    .addColumn('name', 'text', (c) => c.notNull()) // the name there, as last told
    .addColumn('linked_at', 'text', (c) => c.notNull()) // first use
    .addColumn('used_at', 'text', (c) => c.notNull()) // last use
    .addUniqueConstraint('identities_subject', ['provider', 'subject'])
    .execute();
  await db.schema.createIndex('identities_person').on('identities').column('person_id').execute();
  await db.schema
    .createTable('wechat_settings')
    .addColumn('id', 'integer', (c) => c.primaryKey()) // always 1: there is one row
    .addColumn('is_enabled', 'integer', (c) => c.notNull()) // 1: offered on the sign-in page
    .addColumn('app_id', 'text', (c) => c.notNull()) // of the website application (QR code); may be empty
    .addColumn('sealed_secret', 'text') // its secret, sealed for wechat/app
    .addColumn('page_app_id', 'text', (c) => c.notNull()) // of the official account (WeChat's own browser); may be empty
    .addColumn('sealed_page_secret', 'text') // its secret, sealed for wechat/page
    .execute();
  await sql`insert into wechat_settings (id, is_enabled, app_id, page_app_id) values (1, 0, '', '')`.execute(db);
  await db.schema
    .createTable('oidc_providers')
    .addColumn('id', 'text', (c) => c.primaryKey()) // identity
    .addColumn('label', 'text', (c) => c.notNull()) // as shown on the sign-in page
    .addColumn('issuer', 'text', (c) => c.notNull()) // its issuer address, where discovery begins
    .addColumn('client_id', 'text', (c) => c.notNull()) // this site, as the provider knows it
    .addColumn('sealed_secret', 'text') // the client secret, sealed for oidc/<id>; null for a public client
    .addColumn('scopes', 'text', (c) => c.notNull()) // separated by spaces, with openid
    .addColumn('is_enabled', 'integer', (c) => c.notNull()) // 1: offered on the sign-in page
    .addColumn('created_at', 'text', (c) => c.notNull()) // when it was added; the order on the page
    .execute();
}

async function phoneTable(db: AnyDb): Promise<void> {
  await db.schema
    .createTable('phone_sign_ins')
    .addColumn('code_hash', 'text', (c) => c.primaryKey()) // SHA-256 of the code in the QR, hex
    .addColumn('browser_hash', 'text', (c) => c.notNull().unique()) // SHA-256 of the cookie of the browser that shows it, hex
    .addColumn('ip', 'text', (c) => c.notNull()) // where that browser is
    .addColumn('user_agent', 'text', (c) => c.notNull()) // what it calls itself
    .addColumn('created_at', 'text', (c) => c.notNull()) // when it was made
    .addColumn('expires_at', 'text', (c) => c.notNull()) // two minutes later
    .addColumn('person_id', 'text', (c) => c.references('people.id').onDelete('cascade')) // who scanned it; nobody else can answer then
    .addColumn('answer', 'text') // confirmed or refused
    .execute();
  await db.schema.createIndex('phone_sign_ins_expiry').on('phone_sign_ins').column('expires_at').execute();
}

async function tokenTable(db: AnyDb): Promise<void> {
  await db.schema
    .createTable('api_tokens')
    .addColumn('id', 'text', (c) => c.primaryKey()) // identity
    .addColumn('name', 'text', (c) => c.notNull()) // what it is for
    .addColumn('token_hash', 'text', (c) => c.notNull().unique()) // SHA-256 of the token, hex
    .addColumn('ending', 'text', (c) => c.notNull()) // its last four characters
    .addColumn('scopes', 'text', (c) => c.notNull()) // JSON array of TokenScope
    .addColumn('created_at', 'text', (c) => c.notNull()) // when it was made
    .addColumn('created_by', 'text', (c) => c.references('people.id').onDelete('set null')) // the administrator who made it
    .addColumn('expires_at', 'text') // its end; null: until revoked
    .addColumn('last_used_at', 'text') // within a minute of its last use
    .addColumn('last_used_ip', 'text') // where it was used from then
    .execute();
}

async function auditTable(db: AnyDb): Promise<void> {
  await db.schema
    .createTable('audit_entries')
    .addColumn('id', 'text', (c) => c.primaryKey()) // identity
    .addColumn('at', 'text', (c) => c.notNull()) // when it was done
    .addColumn('who', 'text', (c) => c.notNull()) // name of the person or API token, as it was then
    .addColumn('person_id', 'text') // the person, who may be gone since; null for an API token
    .addColumn('ip', 'text', (c) => c.notNull()) // where from
    .addColumn('operation', 'text', (c) => c.notNull()) // name in the route table
    .addColumn('targets', 'text', (c) => c.notNull()) // identities, separated by spaces
    .addColumn('summary', 'text', (c) => c.notNull()) // what was sent, shortened, without secrets
    .execute();
  await db.schema.createIndex('audit_entries_at').on('audit_entries').columns(['at', 'id']).execute();
  await db.schema.createIndex('audit_entries_person').on('audit_entries').columns(['person_id', 'at']).execute();
  await db.schema.createIndex('audit_entries_operation').on('audit_entries').columns(['operation', 'at']).execute();
}

async function repeatTable(db: AnyDb): Promise<void> {
  await db.schema
    .createTable('idempotent_answers')
    .addColumn('key_hash', 'text', (c) => c.notNull()) // SHA-256 of the Idempotency-Key, hex
    .addColumn('caller', 'text', (c) => c.notNull()) // person:<id> or token:<id>
    .addColumn('created_at', 'text', (c) => c.notNull()) // when the request came
    .addColumn('sealed', 'text') // request and answer, sealed: either may hold secrets; null while it is being worked on
    .addPrimaryKeyConstraint('idempotent_answers_key', ['caller', 'key_hash'])
    .execute();
  await db.schema.createIndex('idempotent_answers_age').on('idempotent_answers').column('created_at').execute();
}
