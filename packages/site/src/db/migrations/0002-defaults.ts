// What a new site begins with: its own row, the usual grades and subjects.
import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import { newId } from '../../id.ts';
import { momentOf } from '../../time.ts';

const grades: [stage: string, years: string[]][] = [
  ['小学', ['一年级', '二年级', '三年级', '四年级', '五年级', '六年级']],
  ['初中', ['一年级', '二年级', '三年级']],
  ['高中', ['一年级', '二年级', '三年级']],
];
const subjects = ['语文', '数学', '英语', '政治', '历史', '地理', '物理', '化学', '美术', '音乐', '生物'];

// The tables as they were at this migration, whatever later ones make of them.
type TablesThen = {
  site: { id: number; tag: string; name: string; official_url: string; service_phone: string; created_at: string };
  grades: { id: string; stage: string; name: string; position: number };
  subjects: { id: string; name: string; position: number };
};

export const defaults: Migration = {
  async up(db: Kysely<TablesThen>) {
    const site = { id: 1, tag: newId(), name: '录播', official_url: '', service_phone: '', created_at: momentOf(Date.now()) };
    await db.insertInto('site').values(site).execute();
    const all = grades.flatMap(([stage, years]) => years.map((name) => [stage, name] as const));
    await db
      .insertInto('grades')
      .values(all.map(([stage, name], position) => ({ id: newId(), stage, name, position })))
      .execute();
    await db
      .insertInto('subjects')
      .values(subjects.map((name, position) => ({ id: newId(), name, position })))
      .execute();
  },
};
