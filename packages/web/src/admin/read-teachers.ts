// All teachers by name, for fields in which one is chosen.
import { type Route, routes } from '@lubo/contract';
import { call } from '../api.ts';

export type NamedTeacher = { id: string; name: string };

const pageSize = 200;
/** More than any site has: an answer that never ends is no list. */
const maxPages = 50;

/** None where the site keeps no list of teachers. Rejects with ApiProblem. */
export async function readTeachers(): Promise<NamedTeacher[]> {
  const { listTeachers } = routes as Partial<Record<'listTeachers', Route>>;
  const all: NamedTeacher[] = [];
  if (listTeachers === undefined) return all;
  for (let page = 1; page <= maxPages; page++) {
    const { rows, total } = (await call(listTeachers, { query: { page, pageSize } } as never)) as { rows: NamedTeacher[]; total: number };
    all.push(...rows);
    if (all.length >= total || rows.length === 0) break;
  }
  return all;
}
