// How fast lists of a large archive are: `npm run seed -- --recordings 1000000` first, then `npm run bench:archive`, with the same
// LUBO_DATA_DIR. Each list and filter with other values each time, read as a page of the site reads it.
import { join } from 'node:path';
import process from 'node:process';
import { loadConfig } from '@lubo/config';
import { ArchiveQuery } from '@lubo/contract';
import { createRecordings, openDatabase, systemClock } from '@lubo/site';
import { sql } from 'kysely';

const rounds = 60;
const db = await openDatabase(join(loadConfig(process.env, process.cwd()).dataDir, 'site'));
const recordings = createRecordings({ db, clock: systemClock, onGarbage() {} });

const column = async (table: 'subjects' | 'teachers' | 'schools' | 'grades' | 'channels', name: 'id' | 'name'): Promise<string[]> =>
  (await sql<{ value: string }>`select ${sql.ref(name)} as value from ${sql.table(table)}`.execute(db)).rows.map(({ value }) => value);
const ids = {
  subjectId: await column('subjects', 'id'),
  teacherId: await column('teachers', 'id'),
  schoolId: await column('schools', 'id'),
  gradeId: await column('grades', 'id'),
  channelId: await column('channels', 'id'),
};
const names = { teacher: await column('teachers', 'name'), class: await column('channels', 'name'), school: await column('schools', 'name'), subject: await column('subjects', 'name') };

const pick = (all: readonly string[]): string => all[Math.floor(Math.random() * all.length)] ?? '';
const one = (...keys: (keyof typeof ids)[]) => Object.fromEntries(keys.map((key) => [key, pick(ids[key])]));
const dates = () => {
  const from = Date.UTC(2020, 8, 1) + Math.random() * 5 * 365 * 86_400_000;
  return { from: new Date(from).toISOString(), to: new Date(from + 7 * 86_400_000).toISOString() };
};

const cases: Record<string, () => Record<string, unknown>> = {
  newest: () => ({}),
  'newest, last page of 10,000': () => ({ page: 200 }),
  oldest: () => ({ sort: 'startedAt' }),
  'most played': () => ({ sort: '-plays' }),
  subject: () => one('subjectId'),
  'subject, last page': () => ({ ...one('subjectId'), page: 200 }),
  teacher: () => one('teacherId'),
  school: () => one('schoolId'),
  grade: () => one('gradeId'),
  channel: () => one('channelId'),
  'subject, most played': () => ({ ...one('subjectId'), sort: '-plays' }),
  'teacher, most played': () => ({ ...one('teacherId'), sort: '-plays' }),
  'a week': () => dates(),
  'a week, most played': () => ({ ...dates(), sort: '-plays' }),
  'subject in a week': () => ({ ...one('subjectId'), ...dates() }),
  'subject and grade': () => one('subjectId', 'gradeId'),
  'subject and school': () => one('subjectId', 'schoolId'),
  'subject, grade and school': () => one('subjectId', 'gradeId', 'schoolId'),
  'subject, grade and school, most played': () => ({ ...one('subjectId', 'gradeId', 'schoolId'), sort: '-plays' }),
  'subject and teacher': () => one('subjectId', 'teacherId'),
  'search: a teacher': () => ({ search: pick(names.teacher) }),
  'search: a class': () => ({ search: pick(names.class) }),
  'search: a school': () => ({ search: pick(names.school) }),
  'search: a subject': () => ({ search: pick(names.subject) }),
  'search: 班 (every class)': () => ({ search: '班' }),
  'search: 赵 (a tenth of the teachers)': () => ({ search: '赵' }),
  'search: 赵, most played': () => ({ search: '赵', sort: '-plays' }),
  'search: nothing found': () => ({ search: '没有的' }),
  'search: 赵 in a subject': () => ({ search: '赵', ...one('subjectId') }),
  'recycle bin': () => ({ place: 'bin' }),
  'recycle bin of a subject': () => ({ place: 'bin', ...one('subjectId') }),
};

const { rows } = await sql<{ count: number }>`select count(*) as count from recordings`.execute(db);
process.stdout.write(`${rows[0]?.count} recordings\n${'list'.padEnd(42)} median ms   p99 ms  total\n`);
for (const [name, queryOf] of Object.entries(cases)) {
  const millis: number[] = [];
  let total = 0;
  for (let round = 0; round < rounds; round++) {
    const query = ArchiveQuery.parse(queryOf());
    const start = performance.now();
    ({ total } = await recordings.listArchive(query));
    millis.push(performance.now() - start);
  }
  millis.sort((a, b) => a - b);
  const at = (share: number): string => (millis[Math.min(rounds - 1, Math.floor(rounds * share))] ?? 0).toFixed(1).padStart(9);
  process.stdout.write(`${name.padEnd(42)} ${at(0.5)} ${at(0.99)}  ${total}\n`);
}
await db.destroy();
