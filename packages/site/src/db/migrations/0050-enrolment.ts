// Enrolment with bounds: how long a code is good, how many channels and until when its gather may run, keys that are void.
import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

export const enrolment: Migration = {
  async up(db: Kysely<unknown>) {
    const codes = (name: string, type: 'text' | 'integer') => db.schema.alterTable('enrolment_codes').addColumn(name, type).execute();
    await codes('id', 'text'); // identity in lists; null: from before there was a list
    await codes('valid_until', 'text'); // the code is good until then; null: from before codes lapsed
    await codes('channel_limit', 'integer'); // most channels of the gather; null: as usual
    await codes('expires_at', 'text'); // end of the gather's enrolment; null: never
    await codes('agent_id', 'text'); // the agent that it lets in again; null: a new one
    await db.schema.createIndex('enrolment_codes_id').on('enrolment_codes').column('id').unique().execute();
    await db.schema.alterTable('agents').addColumn('revoked_at', 'text').execute(); // its key is void since
    // Codes from before have no list to be taken back from: unused ones lapse now.
    await sql`delete from enrolment_codes where used_at is null`.execute(db);
  },
};
