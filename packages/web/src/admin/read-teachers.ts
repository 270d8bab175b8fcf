// All teachers by name, for fields in which one is chosen.
import { routes } from '@lubo/contract';
import { call } from '../api.ts';

export type NamedTeacher = { id: string; name: string };

const pageSize = 200;
/** More than any site has: an answer that never ends is no list. */
const maxPages = 50;

/** Rejects with ApiProblem. */
export async function readTeachers(): Promise<NamedTeacher[]> {
  const all: NamedTeacher[] = [];
  for (let page = 1; page <= maxPages; page++) {
    const { rows, total } = await call(routes.listTeachers, { query: { page, pageSize } });
    all.push(...rows);
    if (all.length >= total || rows.length === 0) break;
  }
  return all;
}
