// The demonstration (`npm start -- --demo`): a school and a channel that plays a clip, each seeded once.
import type { Logger } from 'pino';
import type { Channels } from '../channels/channels.ts';
import type { Db } from '../db/tables.ts';
import { newId } from '../id.ts';
import type { StateChanges } from '../relay/state-changes.ts';
import { type Clock, momentOf } from '../time.ts';

export type DemoOptions = {
  db: Db;
  clock: Clock;
  log: Logger;
  changes: StateChanges;
  channels: Channels;
  /** MP4 file that the channel plays. */
  clip: string;
  localGather(): Promise<string | undefined>;
  /** A gather stands in another school now. */
  onSchoolChange(): void;
};

const schoolName = '示例学校';
const channelName = '示例课堂';

/** Seeds what is missing; safe to call again, at each start and when the local gather enrols. */
export function createDemo(options: DemoOptions): () => Promise<void> {
  let turn: Promise<void> = Promise.resolve();
  return () => {
    turn = turn.catch(() => {}).then(() => seed(options));
    return turn;
  };
}

async function seed(options: DemoOptions): Promise<void> {
  const { db, clip, channels, localGather, log } = options;
  const schoolId = await seedSchool(options);
  const gatherId = await localGather();
  if (gatherId === undefined) return;
  const source = { mode: 'file' as const, path: clip };
  const known = await seeded(db, 'demo-channel');
  if (known !== undefined) return repoint(options, known);
  await joinSchool(options, gatherId, schoolId);
  // A crash may have come between making the channel and noting that it was made.
  const same = await db.selectFrom('channels').select('id').where('gather_id', '=', gatherId).where('name', '=', channelName).executeTakeFirst();
  if (same !== undefined) return remember(db, 'demo-channel', same.id);
  const grade = await db.selectFrom('grades').select('id').where('stage', '=', '初中').orderBy('position').limit(1).executeTakeFirst();
  const channel = await channels.create({ name: channelName, gatherId, gradeId: grade?.id ?? null, source, isStarted: true });
  await remember(db, 'demo-channel', channel.id);
  log.info({ channel: channel.id }, 'demo channel is seeded');
}

/** The clip may have moved with the folder of the product; a channel that was deleted stays deleted. */
async function repoint({ db, channels, clip }: DemoOptions, id: string): Promise<void> {
  const row = await db.selectFrom('channels').select('source').where('id', '=', id).where('deleted_at', 'is', null).executeTakeFirst();
  if (row === undefined) return;
  const { source } = await channels.settings(id);
  if (source.mode === 'file' && source.path !== clip) await channels.edit(id, { source: { mode: 'file', path: clip } });
}

async function seedSchool({ db, clock }: DemoOptions): Promise<string> {
  const known = await seeded(db, 'demo-school');
  if (known !== undefined) return known;
  return db.transaction().execute(async (trx) => {
    const same = await trx.selectFrom('schools').select('id').where('name', '=', schoolName).executeTakeFirst();
    const id = same?.id ?? newId();
    if (same === undefined) await trx.insertInto('schools').values({ id, name: schoolName, created_at: momentOf(clock.now()) }).execute();
    await remember(trx, 'demo-school', id);
    return id;
  });
}

/** The local gather stands in the demo's school unless it has one already. */
async function joinSchool({ changes, onSchoolChange }: DemoOptions, gatherId: string, schoolId: string): Promise<void> {
  await changes.commit(async (trx, touch) => {
    const school = await trx.selectFrom('schools').select('id').where('id', '=', schoolId).executeTakeFirst();
    if (school === undefined) return;
    await trx.updateTable('gathers').set({ school_id: schoolId }).where('agent_id', '=', gatherId).where('school_id', 'is', null).execute();
    touch(gatherId);
  });
  onSchoolChange();
}

async function seeded(db: Db, name: string): Promise<string | undefined> {
  return (await db.selectFrom('seeds').select('row_id').where('name', '=', name).executeTakeFirst())?.row_id;
}

async function remember(db: Db, name: string, rowId: string): Promise<void> {
  await db.insertInto('seeds').values({ name, row_id: rowId }).execute();
}
