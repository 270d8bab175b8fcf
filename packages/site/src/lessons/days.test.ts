// The sums of days, which the database keeps by itself, against the lessons added up.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type Kysely, sql } from 'kysely';
import { openDatabase } from '../db/database.ts';
import type { Tables } from '../db/tables.ts';
import { seedArchive } from '../seed/seed.ts';
import { seededRandom } from '../testing/random.ts';
import { temporaryFolder } from '../testing/site-in-hand.ts';
import { summarizeDays } from './list.ts';

const dates = ['2026-09-01', '2026-09-02', '2026-09-03'];
const healths = ['green', 'red', 'none'] as const;

async function seeded(t: TestContext): Promise<{ db: Kysely<Tables>; channels: string[] }> {
  const db = await openDatabase(temporaryFolder(t));
  t.after(() => db.destroy());
  await seedArchive(db, { recordings: 10, channels: 4, gathers: 2, schools: 2, teachers: 2 }, seededRandom(1));
  const rows = await db.selectFrom('channels').select('id').orderBy('id').execute();
  return { db, channels: rows.map(({ id }) => id) };
}

function lesson(id: string, channelId: string): Tables['lessons'] {
  return {
    id,
    channel_id: channelId,
    interval_id: null,
    kind: 'hand',
    date: '2026-09-01',
    subject_id: null,
    teacher_id: null,
    planned_start: '2026-09-01T00:00:00.000Z',
    planned_end: '2026-09-01T00:45:00.000Z',
    planned_millis: 2_700_000,
    state: 'over',
    recorded_millis: 1_000,
    gaps: '[]',
    reported_at: null,
    health: 'none',
  };
}

async function assertKept(db: Kysely<Tables>): Promise<number> {
  const kept = await db.selectFrom('lesson_days').selectAll().orderBy('date').orderBy('health').orderBy('channel_id').execute();
  const { rows } = await sql<Tables['lesson_days']>`
    select date, health, channel_id, count(*) as lessons, sum(planned_millis) as planned_millis, sum(recorded_millis) as recorded_millis
    from lessons group by date, health, channel_id order by date, health, channel_id`.execute(db);
  assert.deepEqual(kept, rows);
  return kept.length;
}

test('whatever is done to lessons, the sums of their days are those of the lessons', async (t) => {
  const { db, channels } = await seeded(t);
  const seed = 20_260_901;
  const random = seededRandom(seed);
  const one = <T>(of: readonly [T, ...T[]] | readonly T[]): T => of[Math.floor(random() * of.length)] as T;
  let rows = 0;
  for (let step = 0; step < 400; step++) {
    const id = `hand-${String(Math.floor(random() * 60)).padStart(12, '0')}`;
    const row = { ...lesson(id, one(channels)), date: one(dates), health: one(healths), planned_millis: Math.floor(random() * 1e7), recorded_millis: Math.floor(random() * 1e7) };
    const kind = random();
    if (kind < 0.5) await db.insertInto('lessons').values(row).onConflict((conflict) => conflict.column('id').doUpdateSet(row)).execute();
    else if (kind < 0.7) await db.updateTable('lessons').set({ recorded_millis: row.recorded_millis }).where('id', '=', id).execute();
    else if (kind < 0.8) await db.updateTable('lessons').set({ health: row.health, planned_millis: row.planned_millis }).where('channel_id', '=', row.channel_id).execute();
    else await db.deleteFrom('lessons').where('id', '=', id).execute();
    rows = Math.max(rows, await assertKept(db));
  }
  assert.ok(rows > 20, `seed ${seed}: ${rows} sums at most`);
});

test('the lessons of a channel that is deleted are in no sum any more', async (t) => {
  const { db, channels } = await seeded(t);
  const [gone = '', stays = ''] = channels;
  await db.insertInto('lessons').values([lesson('hand-a', gone), lesson('hand-b', gone), lesson('hand-c', stays)]).execute();
  await db.deleteFrom('channels').where('id', '=', gone).execute();
  await assertKept(db);
  assert.deepEqual(await summarizeDays(db, { from: '2026-09-01', to: '2026-09-01', channelId: gone }), []);
  assert.deepEqual((await summarizeDays(db, { from: '2026-09-01', to: '2026-09-01' })).map(({ lessons }) => lessons), [1]);
});
