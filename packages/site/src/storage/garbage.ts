// Deletes what no row names any more. A deletion is: row out and garbage in, in one transaction; the file; garbage out. So a
// process that dies at any point leaves either the recording whole or the rest of the work in the table.
import type { VolumeGroups } from '@lubo/storage';
import type { Logger } from 'pino';
import type { Db } from '../db/tables.ts';
import { momentOf } from '../time.ts';

export type Place = { volumeId: string; key: string };

/** Files of one turn; a large purge must not hold up the rest of the site. */
const perTurn = 200;

/** Marks files to be deleted; within the transaction that removes their row. */
export async function discard(trx: Db, places: readonly Place[], now: number): Promise<void> {
  if (places.length === 0) return;
  const rows = places.map(({ volumeId, key }) => ({ volume_id: volumeId, object_key: key, created_at: momentOf(now) }));
  await trx.insertInto('garbage').values(rows).onConflict((oc) => oc.doNothing()).execute();
}

export type GarbageOptions = { db: Db; groups: VolumeGroups; log: Logger };

/** Deletes up to `perTurn` files; those on volumes that are away wait. Answers how many went. */
export async function collectGarbage({ db, groups, log }: GarbageOptions): Promise<number> {
  const volumes = await db.selectFrom('garbage').select('volume_id').distinct().execute();
  let done = 0;
  for (const { volume_id } of volumes) {
    const rows = await db.selectFrom('garbage').select('object_key').where('volume_id', '=', volume_id).limit(perTurn - done).execute();
    for (const { object_key } of rows) {
      try {
        await groups.volume(volume_id).delete(object_key);
      } catch (error) {
        log.warn({ volume: volume_id, err: error }, 'a deleted file could not be removed yet');
        break;
      }
      await db.deleteFrom('garbage').where('volume_id', '=', volume_id).where('object_key', '=', object_key).execute();
      done++;
    }
  }
  return done;
}
