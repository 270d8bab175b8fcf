// Lists of the administration with their filters, as questions to the site; values are other ones each time.
import { routes } from '@lubo/contract';
import { sql } from 'kysely';
import type { openDatabase } from '@lubo/site';

type Db = Awaited<ReturnType<typeof openDatabase>>;

/** An address with its query; `undefined` values are left out. */
export type Question = { path: string; query?: Record<string, string | number | undefined> };

/** Every list by name. */
export async function listQuestions(db: Db): Promise<Record<string, () => Question>> {
  const column = async (table: string, name: string): Promise<string[]> =>
    (await sql<{ value: string }>`select distinct ${sql.ref(name)} as value from ${sql.table(table)} limit 2000`.execute(db)).rows.map(({ value }) => value);
  const ids = {
    subjectId: await column('subjects', 'id'),
    teacherId: await column('teachers', 'id'),
    schoolId: await column('schools', 'id'),
    gradeId: await column('grades', 'id'),
    channelId: await column('channels', 'id'),
    gatherId: await column('gathers', 'agent_id'),
    personId: await column('audit_entries', 'person_id'),
  };
  const names = { teacher: await column('teachers', 'name'), class: await column('channels', 'name'), school: await column('schools', 'name'), subject: await column('subjects', 'name') };
  const days = (await column('lessons', 'date')).toSorted();
  const pick = (all: readonly string[]): string => all[Math.floor(Math.random() * all.length)] ?? '';
  const one = (...keys: (keyof typeof ids)[]) => Object.fromEntries(keys.map((key) => [key, pick(ids[key])]));
  const recordings = (query: Question['query'] = {}): Question => ({ path: routes.listArchive.path, query });
  const lessons = (query: Question['query'] = {}): Question => ({ path: routes.listLessons.path, query });
  const audit = (query: Question['query'] = {}): Question => ({ path: routes.listAuditEntries.path, query });
  const people = (query: Question['query'] = {}): Question => ({ path: routes.listPeople.path, query });
  const channels = (query: Question['query'] = {}): Question => ({ path: routes.listManagedChannels.path, query });
  const gathers = (query: Question['query'] = {}): Question => ({ path: routes.listGathers.path, query });
  const week = () => {
    const from = Date.UTC(2020, 8, 1) + Math.random() * 5 * 365 * 86_400_000;
    return { from: new Date(from).toISOString(), to: new Date(from + 7 * 86_400_000).toISOString() };
  };
  const weekOfLog = () => {
    const from = Date.UTC(2024, 9, 1) + Math.random() * 300 * 86_400_000;
    return { from: new Date(from).toISOString(), until: new Date(from + 7 * 86_400_000).toISOString() };
  };

  return {
    newest: () => recordings(),
    'newest, last page of 10,000': () => recordings({ page: 200 }),
    oldest: () => recordings({ sort: 'startedAt' }),
    'most played': () => recordings({ sort: '-plays' }),
    subject: () => recordings(one('subjectId')),
    'subject, last page': () => recordings({ ...one('subjectId'), page: 200 }),
    teacher: () => recordings(one('teacherId')),
    school: () => recordings(one('schoolId')),
    grade: () => recordings(one('gradeId')),
    channel: () => recordings(one('channelId')),
    'subject, most played': () => recordings({ ...one('subjectId'), sort: '-plays' }),
    'teacher, most played': () => recordings({ ...one('teacherId'), sort: '-plays' }),
    'channel, most played': () => recordings({ ...one('channelId'), sort: '-plays' }),
    'a week': () => recordings(week()),
    'a week, most played': () => recordings({ ...week(), sort: '-plays' }),
    'subject in a week': () => recordings({ ...one('subjectId'), ...week() }),
    'subject in a week, most played': () => recordings({ ...one('subjectId'), ...week(), sort: '-plays' }),
    'subject and grade': () => recordings(one('subjectId', 'gradeId')),
    'subject and school': () => recordings(one('subjectId', 'schoolId')),
    'subject, grade and school': () => recordings(one('subjectId', 'gradeId', 'schoolId')),
    'subject, grade and school, most played': () => recordings({ ...one('subjectId', 'gradeId', 'schoolId'), sort: '-plays' }),
    'subject and teacher': () => recordings(one('subjectId', 'teacherId')),
    'subject and teacher, most played': () => recordings({ ...one('subjectId', 'teacherId'), sort: '-plays' }),
    'search: a teacher': () => recordings({ search: pick(names.teacher) }),
    'search: a class': () => recordings({ search: pick(names.class) }),
    'search: a school': () => recordings({ search: pick(names.school) }),
    'search: a subject': () => recordings({ search: pick(names.subject) }),
    'search: 班 (every class)': () => recordings({ search: '班' }),
    'search: 班, last page': () => recordings({ search: '班', page: 20 }),
    'search: 赵 (a tenth of the teachers)': () => recordings({ search: '赵' }),
    'search: 赵, most played': () => recordings({ search: '赵', sort: '-plays' }),
    'search: 赵, last page': () => recordings({ search: '赵', page: 20 }),
    'search: nothing found': () => recordings({ search: '没有的' }),
    'search: 赵 in a subject': () => recordings({ search: '赵', ...one('subjectId') }),
    'search: a class in a week': () => recordings({ search: pick(names.class), ...week() }),
    'recycle bin': () => recordings({ place: 'bin' }),
    'recycle bin, last page': () => recordings({ place: 'bin', page: 200 }),
    'recycle bin of a subject': () => recordings({ place: 'bin', ...one('subjectId') }),
    'recycle bin: search 赵': () => recordings({ place: 'bin', search: '赵' }),
    'lessons of a day': () => {
      const date = pick(days);
      return lessons({ from: date, to: date });
    },
    'lessons of a day, last page': () => {
      const date = pick(days);
      return lessons({ from: date, to: date, page: 300 });
    },
    'red lessons of a week': () => lessons({ from: days.at(-7), health: 'red' }),
    'lessons of a school': () => lessons({ from: days.at(-7), ...one('schoolId') }),
    'lessons of a channel': () => lessons(one('channelId')),
    'lessons of seven days in sum': () => ({ path: routes.summarizeLessons.path, query: { from: days.at(-7) } }),
    'lessons of a school in sum': () => ({ path: routes.summarizeLessons.path, query: { from: days.at(-7), ...one('schoolId') } }),
    'channels by name': () => channels(),
    'channels by gather, last page': () => channels({ sort: '-gather', page: 40 }),
    'channels of a gather': () => channels(one('gatherId')),
    'channels: search': () => channels({ search: pick(names.class) }),
    'channels as visitors see them': () => ({ path: routes.listChannels.path }),
    gathers: () => gathers(),
    'gathers: search': () => gathers({ search: 'gather-1' }),
    teachers: () => ({ path: routes.listTeachers.path }),
    'teachers: search': () => ({ path: routes.listTeachers.path, query: { search: '赵' } }),
    schools: () => ({ path: routes.listSchools.path }),
    people: () => people(),
    'people, last page': () => people({ page: 400 }),
    'people by name': () => people({ sort: 'name' }),
    'people: search': () => people({ search: `${Math.floor(Math.random() * 20_000)}` }),
    'people: administrators': () => people({ role: 'admin' }),
    'audit log': () => audit(),
    'audit log, last page': () => audit({ page: 200 }),
    'audit log of one operation': () => audit({ operation: 'editPerson' }),
    'audit log of a person': () => audit(one('personId')),
    'audit log on a channel': () => audit({ target: pick(ids.channelId) }),
    'audit log: search 年级 (all)': () => audit({ search: '年级' }),
    'audit log: search 年级 (all), last page': () => audit({ search: '年级', page: 200 }),
    'audit log: search 年级 (all) in a week': () => audit({ search: '年级', ...weekOfLog() }),
    'audit log: search three signs (of a person)': () => audit({ search: `用户${Math.floor(Math.random() * 10)}` }),
    'audit log: search four signs (a twentieth)': () => audit({ search: `用户${10 + Math.floor(Math.random() * 10)}` }),
    'audit log: search "isStarted":true (all)': () => audit({ search: '"isStarted":true' }),
    'audit log: search a part of an identity': () => audit({ search: pick(ids.channelId).slice(2, 10) }),
    'audit log: search one sign': () => audit({ search: pick(['级', '的', 'z', '7']) }),
    'audit log: nothing found': () => audit({ search: '没有的' }),
    'audit log: nothing found, each pair of signs is there': () => audit({ search: '年级年级' }),
    'audit log: nothing found, many entries have each triple': () => audit({ search: 'name":"gradeid' }),
    'audit log: nothing found of one operation': () => audit({ operation: 'editPerson', search: '没有的' }),
  };
}
