// The first tables. Types are those that SQLite and PostgreSQL share: text and integer.
import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

type AnyDb = Kysely<unknown>;

export const first: Migration = {
  async up(db: AnyDb) {
    await peopleTables(db);
    await schoolTables(db);
    await agentTables(db);
    await channelTables(db);
  },
};

async function peopleTables(db: AnyDb): Promise<void> {
  await db.schema
    .createTable('people')
    .addColumn('id', 'text', (c) => c.primaryKey()) // identity
    .addColumn('name', 'text', (c) => c.notNull()) // as shown on pages
    .addColumn('role', 'text', (c) => c.notNull()) // admin or viewer
    .addColumn('picture_url', 'text') // portrait, when the provider gave one
    .addColumn('created_at', 'text', (c) => c.notNull()) // first sign-in, or when an administrator made the account
    .addColumn('signed_in_at', 'text') // last sign-in
    .execute();
  await db.schema
    .createTable('passwords')
    .addColumn('person_id', 'text', (c) => c.primaryKey().references('people.id').onDelete('cascade')) // whose local account
    .addColumn('sign_in_name', 'text', (c) => c.notNull().unique()) // NFKC, lower case: what is typed to sign in
    .addColumn('hash', 'text', (c) => c.notNull()) // scrypt$log2N$r$p$salt$hash, base64url
    .execute();
  await db.schema
    .createTable('sessions')
    .addColumn('token_hash', 'text', (c) => c.primaryKey()) // SHA-256 of the cookie's token, hex
    .addColumn('person_id', 'text', (c) => c.notNull().references('people.id').onDelete('cascade')) // who is signed in
    .addColumn('created_at', 'text', (c) => c.notNull()) // sign-in
    .addColumn('expires_at', 'text', (c) => c.notNull()) // end, 24 h later
    .execute();
  await db.schema.createIndex('sessions_person').on('sessions').column('person_id').execute();
  await db.schema.createIndex('sessions_expiry').on('sessions').column('expires_at').execute();
}

async function schoolTables(db: AnyDb): Promise<void> {
  await db.schema
    .createTable('site')
    .addColumn('id', 'integer', (c) => c.primaryKey()) // always 1: there is one row
    .addColumn('tag', 'text', (c) => c.notNull()) // name of this installation for machines, made once
    .addColumn('name', 'text', (c) => c.notNull()) // title on every page and gather
    .addColumn('official_url', 'text', (c) => c.notNull()) // the school's own web site, for the footer; may be empty
    .addColumn('service_phone', 'text', (c) => c.notNull()) // whom to call, for the footer; may be empty
    .addColumn('set_up_code_hash', 'text') // SHA-256 of the one-time code for the first administrator, while there is none
    .addColumn('created_at', 'text', (c) => c.notNull()) // first start
    .execute();
  await db.schema
    .createTable('schools')
    .addColumn('id', 'text', (c) => c.primaryKey()) // identity
    .addColumn('name', 'text', (c) => c.notNull().unique()) // as shown
    .addColumn('created_at', 'text', (c) => c.notNull()) // when it was added
    .execute();
  await db.schema
    .createTable('grades')
    .addColumn('id', 'text', (c) => c.primaryKey()) // identity
    .addColumn('stage', 'text', (c) => c.notNull()) // 小学, 初中, 高中
    .addColumn('name', 'text', (c) => c.notNull()) // 一年级 within its stage
    .addColumn('position', 'integer', (c) => c.notNull()) // school order over all stages
    .addUniqueConstraint('grades_stage_name', ['stage', 'name'])
    .execute();
  await db.schema
    .createTable('subjects')
    .addColumn('id', 'text', (c) => c.primaryKey()) // identity
    .addColumn('name', 'text', (c) => c.notNull().unique()) // as shown
    .addColumn('position', 'integer', (c) => c.notNull()) // order in the navigation
    .execute();
  await db.schema
    .createTable('seeds')
    .addColumn('name', 'text', (c) => c.primaryKey()) // what was seeded once: demo-school, demo-channel
    .addColumn('row_id', 'text', (c) => c.notNull()) // identity of the row that was made; it may be deleted since
    .execute();
}

async function agentTables(db: AnyDb): Promise<void> {
  await db.schema
    .createTable('agents')
    .addColumn('id', 'text', (c) => c.primaryKey()) // identity, first half of its bearer token
    .addColumn('kind', 'text', (c) => c.notNull()) // gather or live
    .addColumn('title', 'text', (c) => c.notNull()) // as shown; at first the machine's name
    .addColumn('key_hash', 'text', (c) => c.notNull()) // SHA-256 of its key, hex
    .addColumn('is_local', 'integer', (c) => c.notNull()) // 1: enrolled by this machine's own code; one of each kind
    .addColumn('facts', 'text') // JSON AgentFacts, as last told
    .addColumn('created_at', 'text', (c) => c.notNull()) // first enrolment
    .addColumn('last_seen_at', 'text') // start or end of its last connection
    .addColumn('revision', 'integer', (c) => c.notNull()) // of its desired state; rises with each change
    .addColumn('state_hash', 'text', (c) => c.notNull()) // SHA-256 of what this revision says; empty until it is first computed
    .execute();
  await db.schema
    .createTable('gathers')
    .addColumn('agent_id', 'text', (c) => c.primaryKey().references('agents.id').onDelete('cascade')) // which agent
    .addColumn('school_id', 'text', (c) => c.references('schools.id')) // the school where it stands
    .execute();
  await db.schema
    .createTable('live_servers')
    .addColumn('agent_id', 'text', (c) => c.primaryKey().references('agents.id').onDelete('cascade')) // which agent
    .addColumn('token_keys', 'text', (c) => c.notNull()) // JSON array of hex keys for stream tokens, newest first
    .addColumn('addresses', 'text') // JSON LiveAddresses, as last reported: pushes must go on when only the site restarts
    .addColumn('remote_address', 'text') // IP address that its last connection came from
    .execute();
  await db.schema
    .createTable('enrolment_codes')
    .addColumn('code_hash', 'text', (c) => c.primaryKey()) // SHA-256 of the code, hex
    .addColumn('kind', 'text', (c) => c.notNull()) // gather or live
    .addColumn('title', 'text') // title that the agent will have
    .addColumn('school_id', 'text', (c) => c.references('schools.id').onDelete('cascade')) // school of the gather that enrols
    .addColumn('created_at', 'text', (c) => c.notNull()) // when an administrator made it
    .addColumn('used_at', 'text') // when it was used; then never again
    .addColumn('used_by', 'text', (c) => c.references('agents.id').onDelete('set null')) // the agent that used it
    .execute();
}

async function channelTables(db: AnyDb): Promise<void> {
  await db.schema
    .createTable('channels')
    .addColumn('id', 'text', (c) => c.primaryKey()) // identity, also the name of its live stream
    .addColumn('name', 'text', (c) => c.notNull()) // the class
    .addColumn('gather_id', 'text', (c) => c.notNull().references('agents.id')) // the gather that has the source
    .addColumn('grade_id', 'text', (c) => c.references('grades.id').onDelete('set null')) // grade of the class
    .addColumn('source', 'text', (c) => c.notNull()) // JSON ChannelSource
    .addColumn('is_started', 'integer', (c) => c.notNull()) // 1: should run
    .addColumn('created_at', 'text', (c) => c.notNull()) // when it was added
    .execute();
  await db.schema.createIndex('channels_gather').on('channels').column('gather_id').execute();
  await db.schema
    .createTable('demands')
    .addColumn('channel_id', 'text', (c) => c.primaryKey().references('channels.id').onDelete('cascade')) // what is watched
    .addColumn('live_server_id', 'text', (c) => c.notNull().references('agents.id').onDelete('cascade')) // where it is pushed to
    .addColumn('created_at', 'text', (c) => c.notNull()) // first viewer
    .execute();
  await db.schema.createIndex('demands_live_server').on('demands').column('live_server_id').execute();
}
