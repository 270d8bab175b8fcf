// What comes of a school's days, for measuring: lessons of two weeks, people, and an audit log.
import { insertEntries } from '../audit/entries.ts';
import type { Db, Tables } from '../db/tables.ts';
import { newId } from '../id.ts';
import { momentOf } from '../time.ts';

export type DailySizes = { lessonDays: number; people: number; auditEntries: number };
export const usualDailySizes: DailySizes = { lessonDays: 14, people: 20_000, auditEntries: 200_000 };

const day = 86_400_000;
const lessonsADay = 8;
const lessonMillis = 45 * 60 * 1000;
/** The lessons' last day. */
const lastDay = Date.UTC(2025, 7, 29);
/** Rows of one statement. */
const perStatement = 800;

/** Fills lessons, people and audit log of a site that has channels, subjects and teachers. */
export async function seedDaily(db: Db, sizes: DailySizes, random: () => number): Promise<void> {
  const idsOf = async (table: 'channels' | 'subjects' | 'teachers'): Promise<string[]> => (await db.selectFrom(table).select('id').execute()).map(({ id }) => id);
  const pick = <T>(all: readonly T[]): T => all[Math.floor(random() * all.length)] as T;
  const [channels, subjects, teachers] = [await idsOf('channels'), await idsOf('subjects'), await idsOf('teachers')];
  const perDay = channels.length * lessonsADay;
  await insert(sizes.lessonDays * perDay, (n): Tables['lessons'] => {
    const start = lastDay - Math.floor(n / perDay) * day + (n % lessonsADay) * 60 * 60 * 1000;
    const [channel_id, health] = [channels[Math.floor(n / lessonsADay) % channels.length] ?? '', random() < 0.97 ? ('green' as const) : ('red' as const)];
    return {
      id: `${newId()}-${momentOf(start).slice(0, 10).replaceAll('-', '')}`,
      channel_id,
      interval_id: newId(),
      kind: 'planned',
      date: momentOf(start).slice(0, 10),
      subject_id: pick(subjects),
      teacher_id: pick(teachers),
      planned_start: momentOf(start),
      planned_end: momentOf(start + lessonMillis),
      planned_millis: lessonMillis,
      state: 'over',
      recorded_millis: health === 'green' ? lessonMillis : Math.floor(random() * lessonMillis),
      gaps: '[]',
      reported_at: momentOf(start + lessonMillis),
      health,
    };
  }, (some) => db.insertInto('lessons').values(some).execute());
  const people = Array.from({ length: sizes.people }, (_, n) => ({ id: newId(), name: `用户${n}`, at: momentOf(lastDay - Math.floor(random() * 300) * day - n) }));
  await insert(people.length, (n) => people[n] as (typeof people)[number], async (some) => {
    await db.insertInto('people').values(some.map(({ id, name, at }) => ({ id, name, role: 'viewer' as const, picture_url: null, created_at: at, signed_in_at: at, first_signed_in_at: at }))).execute();
    await db.insertInto('passwords').values(some.map(({ id, name }) => ({ person_id: id, sign_in_name: name.replace('用户', 'user'), hash: 'none' }))).execute();
  });
  await insert(sizes.auditEntries, (n) => {
    const who = people[n % 20];
    const operation = pick(['editChannel', 'saveTimetable', 'changeChannels', 'editGather', 'editPerson']);
    return { id: newId(), at: momentOf(lastDay - (sizes.auditEntries - n) * 150_000), who: who?.name ?? '', person_id: who?.id ?? null, ip: '192.0.2.7', operation, targets: pick(channels), summary: JSON.stringify({ name: `${n % 9}年级${n % 40}班`, gradeId: pick(channels), isStarted: true }) };
  }, (some) => insertEntries(db, some));
}

async function insert<Row>(count: number, rowOf: (n: number) => Row, into: (some: Row[]) => Promise<unknown>): Promise<void> {
  for (let from = 0; from < count; from += perStatement) {
    await into(Array.from({ length: Math.min(perStatement, count - from) }, (_, n) => rowOf(from + n)));
  }
}
