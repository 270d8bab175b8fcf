// A look through the volumes: files that no recording names, recordings without file. Reported, never guessed away.
import { setImmediate } from 'node:timers/promises';
import type { VolumeCensus } from '@lubo/contract';
import type { Store } from '@lubo/storage';
import type { Db } from '../db/tables.ts';
import { momentOf } from '../time.ts';
import { allKeysOf, recordingOfKey } from './keys.ts';

const pageSize = 500;

/** Looks through one volume; `now` in ms since 1970. Rejects with the volume's own trouble. */
export async function takeCensus(db: Db, volume: Store, now: number): Promise<VolumeCensus> {
  const census: VolumeCensus = { lookedAt: momentOf(now), orphans: 0, orphanBytes: 0, missing: 0 };
  let after: string | undefined;
  do {
    const page = await volume.list({ prefix: '', after, limit: pageSize });
    const named = await namedKeys(db, volume.id, page.objects.map(({ key }) => key));
    for (const { key, size } of page.objects) {
      if (named.has(key)) continue;
      census.orphans++;
      census.orphanBytes += size;
    }
    after = page.next;
    await setImmediate();
  } while (after !== undefined);
  census.missing = await countMissing(db, volume);
  return census;
}

async function namedKeys(db: Db, volumeId: string, keys: readonly string[]): Promise<Set<string>> {
  const named = new Set<string>();
  const ids = [...new Set(keys.flatMap((key) => recordingOfKey(key) ?? []))];
  if (ids.length === 0) return named;
  const rows = await db.selectFrom('recordings').select('id').where('id', 'in', ids).where('volume_id', '=', volumeId).execute();
  const uploads = await db.selectFrom('uploads').select('id').where('id', 'in', ids).execute();
  for (const { id } of [...rows, ...uploads]) for (const key of allKeysOf(id)) named.add(key);
  const garbage = await db.selectFrom('garbage').select('object_key').where('object_key', 'in', keys).where('volume_id', '=', volumeId).execute();
  for (const { object_key } of garbage) named.add(object_key);
  return named;
}

async function countMissing(db: Db, volume: Store): Promise<number> {
  let missing = 0;
  let last = '';
  for (;;) {
    const rows = await db.selectFrom('recordings').select(['id', 'object_key']).where('volume_id', '=', volume.id).where('id', '>', last).orderBy('id').limit(pageSize).execute();
    for (const { object_key } of rows) if ((await volume.head(object_key)) === undefined) missing++;
    const end = rows.at(-1);
    if (end === undefined) return missing;
    last = end.id;
  }
}
