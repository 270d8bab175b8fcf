// Revisions of agents' desired states, kept in the database: a revision names one content for ever.
import { createHash } from 'node:crypto';
import type { Resources } from '@lubo/contract';
import { sql } from 'kysely';
import type { Db } from '../db/tables.ts';

/** Raises an agent's revision; belongs into the transaction that changes what the agent should do. */
export async function raiseRevision(db: Db, agentId: string): Promise<void> {
  await db
    .updateTable('agents')
    .set({ revision: sql<number>`revision + 1`, state_hash: '' })
    .where('id', '=', agentId)
    .execute();
}

/**
 * The revision that stands for `resources`. Content that changed with no table's change (a token of the next time window,
 * an address seen from elsewhere) raises it here. `undefined` when the agent is gone.
 */
export async function settleRevision(db: Db, agentId: string, resources: Resources): Promise<number | undefined> {
  const row = await db.selectFrom('agents').select(['revision', 'state_hash']).where('id', '=', agentId).executeTakeFirst();
  if (row === undefined) return undefined;
  const hash = hashOf(resources);
  if (row.state_hash === hash) return row.revision;
  const revision = row.state_hash === '' ? row.revision : row.revision + 1;
  await db.updateTable('agents').set({ revision, state_hash: hash }).where('id', '=', agentId).execute();
  return revision;
}

function hashOf(resources: Resources): string {
  const sorted = Object.keys(resources)
    .sort()
    .map((key) => [key, resources[key]]);
  return createHash('sha256').update(JSON.stringify(sorted)).digest('hex');
}
